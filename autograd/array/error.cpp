#include <xgrad/autograd/array/error.hpp>

namespace xgrad {

void Error::add_context(const std::string& line) {
  const std::string indented = "\n  " + line;
  if (hint_at_ == std::string::npos) {
    message_ += indented;
  } else {
    message_.insert(hint_at_, indented);
    hint_at_ += indented.size();
  }
}

void Error::set_hint(const std::string& hint) {
  if (hint_at_ != std::string::npos) return;
  hint_at_ = message_.size();
  message_ += "\n  hint: " + hint;
}

}  // namespace xgrad
