#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <memory>
#include <stdexcept>

#include "analysis/report.hpp"

namespace mmsim {
namespace {

constexpr std::string_view kTypePrefix = "type.googleapis.com";

// Maps in the order of their keys: MessageToJsonString would take the order of the hash table.
std::string bytes_in_order(const google::protobuf::Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

std::string json_of(const google::protobuf::Message& message, bool lines) {
  static const std::unique_ptr<google::protobuf::util::TypeResolver> resolver(google::protobuf::util::NewTypeResolverForDescriptorPool(
      std::string(kTypePrefix), google::protobuf::DescriptorPool::generated_pool()));
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = lines;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status = google::protobuf::util::BinaryToJsonString(
      resolver.get(), fmt::format("{}/{}", kTypePrefix, message.GetDescriptor()->full_name()), bytes_in_order(message), &json, options);
  if (!status.ok()) throw std::runtime_error("the result has no JSON form: " + status.ToString());
  return json;
}

}  // namespace

std::string json_report(const google::protobuf::Message& message) { return json_of(message, true); }

std::string json_line(const google::protobuf::Message& message) { return json_of(message, false) + '\n'; }

}  // namespace mmsim
