#include "compare.hpp"

#include <cstring>

#include "torch_oracle.hpp"

namespace xgrad::op_table {
namespace {

// PyTorch's numbers for dtypes; its 5 and 8 to 10 are ones we do not have.
constexpr std::pair<ScalarType, int> kCodes[] = {{kUInt8, 0}, {kInt8, 1},    {kInt16, 2},   {kInt32, 3},
                                                 {kInt64, 4}, {kFloat32, 6}, {kFloat64, 7}, {kBool, 11}};

oracle::Dtype code_of(ScalarType t) {
  for (const auto& [ours, code] : kCodes) {
    if (ours == t) return {code};
  }
  fail("internal error: no code for {}", t);
}

ScalarType dtype_of_code(int c) {
  for (const auto& [ours, code] : kCodes) {
    if (code == c) return ours;
  }
  fail("PyTorch returned a tensor of dtype number {}, which is not there", c);
}

oracle::Plain plain(const Tensor& t) {
  oracle::Plain p;
  if (!t.defined()) return p;
  p.defined = true;
  p.dtype = code_of(t.dtype());
  p.sizes = t.sizes().vec();
  p.strides = t.strides().vec();
  p.offset = t.storage_offset();
  p.requires_grad = t.requires_grad();
  const Storage& memory = *t.array().storage();
  const auto* bytes = static_cast<const unsigned char*>(memory.data());
  p.storage.assign(bytes, bytes + memory.nbytes());
  return p;
}

Tensor tensor_of(const oracle::Plain& p) {
  if (!p.defined) return {};
  auto storage = Storage::create(p.storage.size());
  if (!p.storage.empty()) std::memcpy(storage->data(), p.storage.data(), p.storage.size());
  return Tensor(Array(std::move(storage), dtype_of_code(p.dtype.code), Dims(IntArrayRef(p.sizes)),
                      Dims(IntArrayRef(p.strides)), p.offset));
}

std::vector<Tensor> tensors_of(const std::vector<oracle::Plain>& list) {
  std::vector<Tensor> out;
  for (const auto& p : list) out.push_back(tensor_of(p));
  return out;
}

oracle::Index index_of(const TensorIndex& i) {
  oracle::Index out;
  if (const auto* n = i.get_if<std::int64_t>()) {
    out.kind = oracle::Index::kInteger;
    out.integer = *n;
  } else if (const auto* b = i.get_if<bool>()) {
    out.kind = oracle::Index::kBool;
    out.integer = *b;
  } else if (const auto* s = i.get_if<Slice>()) {
    out.kind = oracle::Index::kSlice;
    out.integer = s->step();
    out.start = s->start();
    out.stop = s->stop();
  } else if (i.get_if<indexing::EllipsisType>()) {
    out.kind = oracle::Index::kEllipsis;
  } else if (i.is_tensor()) {
    out.kind = oracle::Index::kTensor;
    out.tensor = plain(i.tensor());
  }
  return out;
}

struct Convert {
  oracle::Value operator()(ScalarType t) const { return code_of(t); }
  oracle::Value operator()(const Tensor& t) const { return plain(t); }
  oracle::Value operator()(const std::vector<Tensor>& list) const {
    std::vector<oracle::Plain> out;
    for (const Tensor& t : list) out.push_back(plain(t));
    return out;
  }
  oracle::Value operator()(const Value::Index& list) const {
    std::vector<oracle::Index> out;
    for (const TensorIndex& i : list) out.push_back(index_of(i));
    return out;
  }
  oracle::Value operator()(const auto& same) const { return same; }
};

oracle::Question question_of(const Row& row, const Values& in) {
  oracle::Question question;
  question.name = row.aten;
  question.seed = kSeed;
  for (const Value& v : in) question.arguments.push_back(std::visit(Convert{}, v.variant()));
  return question;
}

Outcome outcome_of(const oracle::Answer& answer) {
  Outcome out;
  out.error = answer.error;
  out.results = tensors_of(answer.results);
  for (const oracle::Plain& p : answer.results) {
    out.shares.push_back(p.shares);
    out.differentiable.push_back(p.requires_grad);
  }
  out.first = tensors_of(answer.first);
  out.second = tensors_of(answer.second);
  out.first_error = answer.first_error;
  out.second_error = answer.second_error;
  return out;
}

}  // namespace

Outcome ask_pytorch(const Row& row, const Values& in, Twin twin) {
  oracle::Question question = question_of(row, leaves_of(row, in));
  question.in_place = twin == Twin::InPlace && !row.only_in_place();
  return outcome_of(oracle::ask(question));
}

std::pair<Outcome, int> ask_pytorch(const Row& row, const Values& in, const Outs& outs) {
  oracle::Question question = question_of(row, in);
  for (const Tensor& t : outs.tensors) question.outs.push_back(plain(t));
  question.out_is_argument = outs.is_argument;
  const oracle::Answer answer = oracle::ask(question);
  return {outcome_of(answer), answer.warnings};
}

bool pytorch_has_out_form(const Row& row, const Values& in, std::size_t results) {
  return oracle::has_out_form(row.aten, question_of(row, in).arguments, results);
}

const std::vector<Comparison>& compare(const Row& row) {
  static std::map<std::string, std::vector<Comparison>> done;
  const auto [place, fresh] = done.try_emplace(row.name);
  std::vector<Comparison>& out = place->second;
  if (!fresh) return out;
  for (const Sample& s : row.samples) {
    Comparison c{&s, evaluate(row, s.in), {ask_pytorch(row, s.in), {}}, "", ""};
    Tolerance how{row.rtol, row.rtol32};
    if (single_precision(s.in, c.ours)) how.rtol = how.rtol32;
    how.strides = !row.any_strides;
    Outcome sizes;
    if (row.sums_products) {
      sizes = magnitudes(row, s.in);
      how.scale = &sizes;
    }
    if (s.value_only) {
      for (Outcome* o : {&c.ours, &c.theirs.plain}) o->first = o->second = {}, o->first_error = o->second_error = {};
    }
    const auto differ = [&](const Outcome& ours, const Outcome& theirs, bool& other_words) {
      std::string what = difference(ours, theirs, how);
      other_words = !what.empty() && !row.own_words.empty() && ours.error && theirs.error;
      return other_words ? std::string() : what;
    };
    c.what = differ(c.ours, c.theirs.plain, c.theirs.other_words);
    if (row.in_place && !row.only_in_place()) {
      c.theirs.in_place = ask_pytorch(row, s.in, Twin::InPlace);
      Outcome ours = evaluate(row, s.in, Twin::InPlace);
      if (s.value_only) {
        for (Outcome* o : {&ours, &*c.theirs.in_place})
          o->first = o->second = {}, o->first_error = o->second_error = {};
      }
      c.in_place_what = differ(ours, *c.theirs.in_place, c.theirs.other_words_in_place);
    }
    out.push_back(std::move(c));
  }
  return out;
}

}  // namespace xgrad::op_table
