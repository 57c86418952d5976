#include <xgrad/autograd/print.hpp>

#include <iostream>

namespace xgrad {

void print_line(const std::string& text) { std::cout << text << '\n' << std::flush; }

}  // namespace xgrad
