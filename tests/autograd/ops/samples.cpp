#include "samples.hpp"

#include <algorithm>
#include <cmath>

namespace xgrad::op_table {
namespace {

/// Coprime to `count`, so that steps of it visit every element.
std::int64_t stride_for(std::int64_t count) {
  for (const std::int64_t s : {7, 5, 11, 3, 13}) {
    if (count % s) return s;
  }
  return 1;
}

Tensor from(const std::vector<double>& values, const D& shape, ScalarType dtype) {
  Array a = Array::empty(shape, dtype);
  dispatch(dtype, [&]<class E>() {
    for (std::size_t i = 0; i < values.size(); ++i) a.data<E>()[i] = static_cast<E>(values[i]);
  });
  return Tensor(std::move(a));
}

}  // namespace

Tensor t(const D& shape, ScalarType dtype, std::int64_t seed, Range range) {
  const std::int64_t count = count_elements(shape);
  std::vector<double> values(static_cast<std::size_t>(count));
  const double step = (range.high - range.low) / static_cast<double>(count + 1);
  const std::int64_t stride = stride_for(count);
  const double low = dtype == kUInt8 ? std::max(range.low, 0.0) : range.low;
  const auto whole_low = static_cast<std::int64_t>(std::floor(low * 2));
  const auto span = static_cast<std::int64_t>(range.high * 2 - low * 2) + 1;
  for (std::int64_t k = 0; k < count; ++k) {
    double& x = values[static_cast<std::size_t>(k)];
    if (dtype == kBool) {
      x = (k * 5 + seed) % 3 > 0;
    } else if (!is_floating_point(dtype)) {
      x = static_cast<double>(whole_low + (k * 5 + seed * 3) % span);
    } else {
      const std::int64_t place = (k * stride + seed) % count;
      x = range.low + step * (static_cast<double>(place) + 1 + 0.02 * static_cast<double>((place * 7 + seed) % 5)) +
          3e-4;
    }
  }
  return from(values, shape, dtype);
}

Tensor v(std::initializer_list<double> values, ScalarType dtype) {
  return from(values, {static_cast<std::int64_t>(values.size())}, dtype);
}

Tensor m(std::initializer_list<std::initializer_list<double>> rows, ScalarType dtype) {
  std::vector<double> values;
  for (const auto& r : rows) values.insert(values.end(), r);
  const auto n = static_cast<std::int64_t>(rows.size());
  return from(values, {n, static_cast<std::int64_t>(values.size()) / n}, dtype);
}

Tensor turned(const Tensor& x) {
  Dims order;
  for (std::int64_t d = x.dim(); d-- > 0;) order.push_back(d);
  return x.permute(order).contiguous().permute(order);
}

Sample rough(Sample s) { return s.rough = true, s; }
Sample differs(Sample s, std::string heading, Compared agrees) {
  s.differs = std::move(heading);
  s.agrees = agrees;
  return s;
}
Samples differ(Samples samples, const std::string& heading, Compared agrees) {
  return differ_where([](const Sample&) { return true; }, std::move(samples), heading, agrees);
}

Samples rough(Samples samples) {
  for (Sample& s : samples) s.rough = true;
  return samples;
}
Samples floats_differ(Samples samples, const std::string& heading, bool empty_too, Compared agrees) {
  const auto holds = [&](const Sample& s) {
    const auto first = std::find_if(s.in.begin(), s.in.end(), [](const Value& v) { return v.is<Tensor>(); });
    const Tensor& x = first->get<Tensor>();
    return x.is_floating_point() && (empty_too || x.numel() > 0);
  };
  return differ_where(holds, std::move(samples), heading, agrees);
}

Samples operator+(Samples a, const Samples& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Samples with(const Samples& samples, const std::vector<Values>& more) {
  Samples out;
  for (const Values& m : more) {
    for (const Sample& s : samples) out.push_back(s.with(m));
  }
  return out;
}

Samples in_dtypes(const Samples& samples, std::initializer_list<ScalarType> dtypes) {
  Samples out;
  for (const ScalarType d : dtypes) {
    for (Sample s : samples) {
      each_tensor(s.in, [&](Tensor& x) {
        if (x.is_floating_point()) x = x.to(d);
      });
      out.push_back(std::move(s));
    }
  }
  return out;
}

Samples unary_samples(Range range) {
  return unary_samples(range, {0.0, -0.0, kInf, -kInf, kNaN, 1e-300, 100.0, -100.0, 800.0});
}

Samples unary_samples(Range range, std::initializer_list<double> special) {
  Samples out{{t({2, 3}, range)}, {t({}, range)}, {t({0, 2})}, {t({1, 3, 2}, range, 2)}, {t({3, 3}, range, 3)}};
  out.push_back({turned(t({2, 3}, range))});
  out.push_back({turned(t({2, 3, 3}, range)).slice(2, 1)});  // has holes, and its order counts all the same
  out.push_back(rough({v(special)}));
  out.push_back(rough({v(special, kFloat32)}));
  out.push_back({t({37}, kFloat32, 1, range)});
  out.push_back(rough({t({31, 67}, range)}));
  out.push_back(rough({t({1031}, kFloat32, 1, range)}));
  for (const ScalarType d : kDtypes) {
    if (!is_floating_point(d)) out.push_back({t({3}, d)});
  }
  return out;
}

Samples binary_samples(Range range) {
  const auto pair = [&](const D& a, const D& b, ScalarType c = kFloat64, ScalarType d = kFloat64) {
    return Sample{t(a, c, 1, range), t(b, d, 2, range)};
  };
  Samples out{pair({2, 3}, {2, 3}),
              pair({2, 3}, {3}),
              pair({2, 1}, {1, 3}),
              pair({2, 3}, {}),
              pair({}, {3}),
              pair({}, {}),
              pair({0, 3}, {3}),
              pair({2, 1, 2}, {3, 1}),
              pair({2, 3}, {3, 2}),
              pair({3, 3}, {3, 3}),
              pair({2, 17}, {17}, kFloat32, kFloat32)};
  for (Sample s : {pair({2, 3}, {2, 3}), pair({2, 3}, {3}), pair({2, 3}, {}), pair({2, 2, 3}, {2, 3})}) {
    const Tensor x = s.in[0].get<Tensor>(), y = s.in[1].get<Tensor>();
    out.push_back({turned(x), y});
    if (y.dim() > 1) out.push_back({x, turned(y)});
  }
  out.push_back({t({2, 2, 2, 3}, range).permute({0, 3, 1, 2}), t({3, 1, 1}, range, 3)});  // channels last, and a bias
  out.push_back({turned(t({2, 4}, range)).slice(1, 1), turned(t({2, 3}, range, 2))});
  out.push_back({turned(t({2, 3}, kInt32, 1, range)), t({3}, kInt64, 2, range)});
  out.push_back(rough(pair({33, 35}, {35})));
  out.push_back(rough(pair({1031}, {1031}, kFloat32, kFloat32)));
  for (const ScalarType d : {kFloat64, kFloat32}) {
    out.push_back(rough({v({0.0, -0.0, 1.0, kInf, -kInf, kNaN, 2.0}, d), v({0.0, 1.0, 0.0, kInf, 1.0, 1.0, kNaN}, d)}));
  }
  for (const ScalarType d : kDtypes) {
    for (const ScalarType e : {d, kFloat32, kInt64, kUInt8}) out.push_back(pair({3}, {3}, d, e));
    for (const ScalarType e : {kFloat64, kInt32, kBool}) out.push_back(pair({3}, {}, d, e));
  }
  return out;
}

Samples reduce_samples() {
  return {{t({2, 3})},
          {t({2, 3, 2}, {}, 2)},
          {t({3, 4}, kFloat32)},
          {t({0, 3})},
          {t({3, 0})},
          {t({})},
          {t({}, kInt32)},
          {t({2, 3}, kInt64)},
          {t({2, 3}, kInt32)},
          {t({2, 3}, kBool)},
          {t({2, 3}, kUInt8)},
          {t({2, 3}, kInt8)},
          rough({m({{1, kNaN, 3}, {kInf, -kInf, 2}})}),
          rough({m({{1, kNaN, 3}, {kInf, -kInf, 2}}, kFloat32)}),
          rough({m({{2, 2, 1}, {0, 1, 1}})}),
          {m({{2, 2, 1}, {0, 1, 1}}, kInt64)},
          rough({t({37, 41})}),
          rough({t({37, 41}, kFloat32)})};
}

Samples shape_samples() {
  return {{t({2, 3, 2})},
          {t({2, 3}, kInt64)},
          {t({2, 1, 3})},
          {t({1, 1})},
          {t({})},
          {t({0, 2})},
          {t({3}, kBool)},
          {t({3, 2}, kFloat32)},
          rough({t({32, 33})}),
          rough({m({{1, kNaN}, {kInf, -kInf}})})};
}

Samples few_samples(Range range) {
  Samples out{
      {t({2, 3}, range)}, {t({}, range)}, {t({0})}, rough({t({31, 37}, range)}), rough({v({0.0, kInf, -kInf, kNaN})})};
  out.push_back({turned(t({2, 3}, range))});
  for (const ScalarType d : kDtypes) {
    if (d != kFloat64) out.push_back({t({3}, d, 1, range)});
  }
  return out;
}

}  // namespace xgrad::op_table
