#include <xgrad/autograd/array/allocator.hpp>
#include <xgrad/autograd/array/storage.hpp>

#include <new>

namespace xgrad {

static_assert(sizeof(Storage) == 64);
static_assert(std::is_trivially_destructible_v<std::atomic<std::uint32_t>>, "of a Storage nothing needs a destructor");

std::size_t Storage::block_bytes(std::size_t nbytes) {
  return nbytes <= kInside ? sizeof(Storage) : sizeof(Storage) + ((nbytes + 63) & ~std::size_t{63});
}

namespace {

memory::detail::Count counted(std::size_t nbytes) {
  return {memory::detail::Counted::Bytes, static_cast<std::int64_t>(nbytes)};
}

}  // namespace

Intrusive<Storage> Storage::create(std::size_t nbytes) {
  if (nbytes <= kInside) [[likely]] {
    // Calls nothing, so that it saves no registers.
    if (void* const block = memory::detail::take_kept(sizeof(Storage), counted(nbytes))) {
      auto* s = new (block) Storage;
      s->data_ = s->inside_;
      s->nbytes_ = nbytes;
      return Intrusive<Storage>::adopt(s);
    }
  }
  return create_slowly(nbytes);
}

Intrusive<Storage> Storage::create_slowly(std::size_t nbytes) {
  auto* s = new (memory::allocate(block_bytes(nbytes), counted(nbytes))) Storage;
  s->data_ = nbytes <= kInside ? static_cast<void*>(s->inside_) : s + 1;
  s->nbytes_ = nbytes;
  return Intrusive<Storage>::adopt(s);
}

Intrusive<Storage> Storage::borrow(void* data, std::size_t nbytes, std::function<void(void*)> deleter) {
  auto* s = new (memory::allocate(sizeof(Storage), counted(nbytes))) Storage;
  s->data_ = data;
  s->nbytes_ = nbytes;
  s->deleter_ = new std::function<void(void*)>(std::move(deleter));
  return Intrusive<Storage>::adopt(s);
}

void Storage::destroy(Storage* s) noexcept {
  if (s->nbytes_ > kInside || s->deleter_) return destroy_slowly(s);
  memory::deallocate(s, sizeof(Storage), counted(s->nbytes_));
}

void Storage::destroy_slowly(Storage* s) noexcept {
  std::size_t total = block_bytes(s->nbytes_);
  if (s->deleter_) {
    if (*s->deleter_) (*s->deleter_)(s->data_);
    delete s->deleter_;
    total = sizeof(Storage);
  }
  memory::deallocate(s, total, counted(s->nbytes_));
}

}  // namespace xgrad
