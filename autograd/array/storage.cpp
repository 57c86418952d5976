#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/array/storage.hpp>

#include <new>

namespace xgrad {

static_assert(sizeof(Storage) == 64);

std::size_t Storage::block_bytes(std::size_t nbytes) {
  return nbytes <= kInside ? sizeof(Storage) : sizeof(Storage) + ((nbytes + 63) & ~std::size_t{63});
}

Intrusive<Storage> Storage::create(std::size_t nbytes) {
  void* const block = nbytes <= kInside ? memory::allocate(sizeof(Storage)) : memory::allocate(block_bytes(nbytes));
  auto* s = new (block) Storage;
  s->data_ = nbytes <= kInside ? static_cast<void*>(s->inside_) : s + 1;
  s->nbytes_ = nbytes;
  memory::detail::count(memory::detail::Counted::Bytes, static_cast<std::int64_t>(nbytes));
  return Intrusive<Storage>::adopt(s);
}

Intrusive<Storage> Storage::borrow(void* data, std::size_t nbytes, std::function<void(void*)> deleter) {
  auto* s = new (memory::allocate(sizeof(Storage))) Storage;
  s->data_ = data;
  s->nbytes_ = nbytes;
  memory::detail::count(memory::detail::Counted::Bytes, static_cast<std::int64_t>(nbytes));
  s->deleter_ = new std::function<void(void*)>(std::move(deleter));
  return Intrusive<Storage>::adopt(s);
}

void Storage::destroy(Storage* s) noexcept {
  std::size_t total = block_bytes(s->nbytes_);
  memory::detail::count(memory::detail::Counted::Bytes, -static_cast<std::int64_t>(s->nbytes_));
  if (s->deleter_) {
    if (*s->deleter_) (*s->deleter_)(s->data_);
    delete s->deleter_;
    total = sizeof(Storage);
  }
  s->~Storage();
  memory::deallocate(s, total);
}

}  // namespace xgrad
