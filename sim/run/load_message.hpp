// What protobuf says about a scenario, in the words of people who write scenarios.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "sim/run/load_source.hpp"

namespace mmsim {

struct UserMessage {
  TextPosition position;  // of the token at fault, which is often the one before protobuf's
  std::string text;
};

// `error` is a message of protobuf's text parser at `position` of `text`.
UserMessage translate(std::string_view error, TextPosition position, const std::string& text);

// Shared with --set, which finds the same faults by itself.
std::string unknown_field(const google::protobuf::Descriptor& message, std::string_view name);
std::string wrong_enum_value(const google::protobuf::FieldDescriptor& field, std::string_view value);

// The names that may be written for the field, without the *_UNSPECIFIED one.
std::vector<std::string> enum_names(const google::protobuf::FieldDescriptor& field);

}  // namespace mmsim
