/// Which instruction sets the processor has. No code in this header.
#pragma once

namespace xgrad::kernels {

/// x86-64-v4: AVX-512 with F, BW, CD, DQ and VL, and an operating system that saves its registers.
bool processor_has_v4();

}  // namespace xgrad::kernels
