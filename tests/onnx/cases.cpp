#include "cases.hpp"

#include <nlohmann/json.hpp>

namespace xgrad::onnx_cases {
namespace {

std::string elements(const Tensor& t) {
  const Tensor packed = t.detach().contiguous();
  return {static_cast<const char*>(packed.array().raw()), packed.nbytes()};
}

}  // namespace

CaseFile::CaseFile(const std::string& folder, const std::string& name)
    : index_(folder + "/" + name + ".jsonl"), bytes_(folder + "/" + name + ".bin", std::ios::binary) {
  check(index_.good() && bytes_.good(), "cannot write {}/{}.jsonl and .bin", folder, name);
}

std::string CaseFile::place(const std::string& bytes) {
  const std::string text = nlohmann::json{{"at", at_}, {"bytes", bytes.size()}}.dump();
  bytes_ << bytes;
  at_ += bytes.size();
  return text;
}

std::string CaseFile::describe(const Tensors& tensors) {
  nlohmann::json list = nlohmann::json::array();
  for (const Tensor& t : tensors) {
    nlohmann::json one = nlohmann::json::parse(place(elements(t)));
    one["dtype"] = std::string(info(t.dtype()).name);
    one["sizes"] = t.sizes().vec();
    list.push_back(std::move(one));
  }
  return list.dump();
}

void CaseFile::add(const Case& one) {
  const std::string model =
      serialize::write_bytes([&](const serialize::Write& write) { onnx::detail::write_model(write, one.graph); });
  nlohmann::json line{{"name", one.name}, {"rtol", one.rtol}, {"single", one.single}};
  line["model"] = nlohmann::json::parse(place(model));
  line["runs"] = nlohmann::json::array();
  for (const Run& run : one.runs) {
    line["runs"].push_back({{"inputs", nlohmann::json::parse(describe(run.inputs))},
                            {"outputs", nlohmann::json::parse(describe(run.outputs))}});
  }
  index_ << line.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) << '\n';
  ++count_;
}

}  // namespace xgrad::onnx_cases
