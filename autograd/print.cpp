#include <xgrad/autograd/print.hpp>

#include <fmt/format.h>

#include <iostream>

namespace xgrad {

void print_line(const std::string& text) { std::cout << text << '\n' << std::flush; }

}  // namespace xgrad

fmt::format_context::iterator fmt::formatter<xgrad::Tensor>::format(const xgrad::Tensor& t,
                                                                    fmt::format_context& c) const {
  return fmt::formatter<std::string>::format(xgrad::detail::to_text(t), c);
}
fmt::format_context::iterator fmt::formatter<xgrad::Size>::format(const xgrad::Size& s, fmt::format_context& c) const {
  return fmt::formatter<std::string>::format(xgrad::detail::to_text(s), c);
}
