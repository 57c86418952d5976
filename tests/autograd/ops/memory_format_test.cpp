// Memory formats. The strides are those that PyTorch 1.13 prints.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xgrad/tests/support/message_of.hpp>
#include <xgrad/xgrad.hpp>

namespace xgrad {
namespace {

using test::message_of;
using testing::HasSubstr;

Tensor images() { return arange(24, kFloat32).view(1, 2, 3, 4); }

TEST(MemoryFormats, ContiguousAndCloneHaveTheOneAskedFor) {
  const Tensor x = images(), y = x.contiguous(MemoryFormat::ChannelsLast);
  EXPECT_EQ(y.strides(), IntArrayRef({24, 1, 8, 2}));
  EXPECT_TRUE(equal(x, y));
  EXPECT_TRUE(y.contiguous(channels_last).is_same(y));
  EXPECT_FALSE(y.clone(channels_last).is_same(y));
  EXPECT_EQ(x.clone(kw::memory_format = channels_last).strides(), y.strides());
  EXPECT_EQ(y.clone().strides(), y.strides());  // Preserve
  EXPECT_EQ(y.clone(contiguous_format).strides(), x.strides());
  EXPECT_EQ(y.contiguous().strides(), x.strides());
  EXPECT_EQ(zeros(2, 3, 4, 5, 6).contiguous(channels_last_3d).strides(), IntArrayRef({360, 1, 90, 18, 3}));
  EXPECT_EQ(zeros(3, 0, 4, 5).contiguous(channels_last).strides(), IntArrayRef({0, 1, 0, 0}));
  EXPECT_TRUE(x.contiguous(preserve_format).is_same(x));
}

TEST(MemoryFormats, SlopesPassThrough) {
  const Tensor x = images().requires_grad_(), w = rand_like(x);
  (x.contiguous(channels_last) * w + x.clone(channels_last).to(kFloat64, kw::memory_format = channels_last) * w)
      .sum()
      .backward();
  EXPECT_TRUE(allclose(x.grad(), 2 * w));
}

TEST(MemoryFormats, FactoriesTakeThem) {
  const Tensor x = images();
  EXPECT_EQ(empty({2, 3, 4, 5}, kw::memory_format = channels_last).strides(), IntArrayRef({60, 1, 15, 3}));
  EXPECT_EQ(zeros({2, 3, 4, 5}, TensorOptions().memory_format(channels_last)).strides(), IntArrayRef({60, 1, 15, 3}));
  for (const Tensor& y :
       {empty_like(x, kw::memory_format = channels_last),
        zeros_like(x, kw::memory_format = channels_last, kw::dtype = kInt64),
        full_like(x, 2, kw::memory_format = channels_last), rand_like(x, kw::memory_format = channels_last),
        randn_like(x, kw::memory_format = channels_last)})
    EXPECT_EQ(y.strides(), IntArrayRef({24, 1, 8, 2}));
  EXPECT_EQ(empty_like(x.transpose(1, 3), kw::memory_format = contiguous_format).strides(), IntArrayRef({24, 6, 2, 1}));
  EXPECT_EQ(empty_like(x.transpose(1, 3)).strides(), x.transpose(1, 3).strides());
  EXPECT_TRUE(equal(full_like(x, 7, kw::memory_format = channels_last), full({1, 2, 3, 4}, 7.f)));
}

TEST(MemoryFormats, ToConvertsAndKeeps) {
  const Tensor x = images();
  EXPECT_EQ(x.to(kFloat64, kw::memory_format = channels_last).strides(), IntArrayRef({24, 1, 8, 2}));
  EXPECT_EQ(x.to(kw::memory_format = channels_last).strides(), IntArrayRef({24, 1, 8, 2}));
  EXPECT_TRUE(equal(x.to(kInt64, kw::memory_format = channels_last), x.to(kInt64)));
  // No format, or the one its strides suggest: x itself.
  EXPECT_TRUE(x.transpose(1, 2).to(kFloat32, kw::memory_format = contiguous_format).strides() ==
              IntArrayRef({24, 4, 12, 1}));
  EXPECT_TRUE(x.to(kw::memory_format = contiguous_format).is_same(x));
  EXPECT_FALSE(x.to(kFloat32, kw::memory_format = contiguous_format, kw::copy = true).is_same(x));
}

TEST(MemoryFormats, ATensorTellsItsOwn) {
  const Tensor x = images(), y = x.contiguous(channels_last);
  EXPECT_TRUE(y.is_contiguous(channels_last) && !y.is_contiguous() && !x.is_contiguous(channels_last));
  EXPECT_TRUE(x.is_contiguous(preserve_format) && x.is_contiguous(kw::memory_format = contiguous_format));
  EXPECT_FALSE(x.view(6, 4).is_contiguous(channels_last));
  EXPECT_TRUE(zeros(2, 1, 3, 3).is_contiguous(channels_last));  // both
  EXPECT_EQ(x.suggest_memory_format(), MemoryFormat::Contiguous);
  EXPECT_EQ(y.suggest_memory_format(), MemoryFormat::ChannelsLast);
  EXPECT_EQ(zeros(2, 1, 3, 3).suggest_memory_format(), MemoryFormat::Contiguous);
  EXPECT_EQ(zeros(2, 3, 4, 5, 6).contiguous(channels_last_3d).suggest_memory_format(), MemoryFormat::ChannelsLast3d);
  EXPECT_EQ((y + 1).strides(), y.strides());  // results follow their arguments
}

TEST(MemoryFormats, OthersAreRefused) {
  EXPECT_THAT(message_of([] { images().view(6, 4).contiguous(channels_last); }),
              HasSubstr("required rank 4 tensor to use channels_last format"));
  EXPECT_THAT(message_of([] { images().clone(channels_last_3d); }),
              HasSubstr("required rank 5 tensor to use channels_last_3d format"));
  EXPECT_THAT(message_of([] { images().transpose(1, 2).contiguous(preserve_format); }),
              HasSubstr("preserve memory format is unsupported by the contiguous operator"));
  EXPECT_THAT(message_of([] {
                empty({2, 3}, kw::memory_format = preserve_format);
              }),
              HasSubstr("unsupported memory format Preserve"));
}

}  // namespace
}  // namespace xgrad
