#include "sim/run/load_message.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cctype>

#include "proto/scenario.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

namespace protobuf = google::protobuf;

// What stands before the place of an error.
struct Before {
  TextToken token;  // the last one
  std::string token_text;
  std::string field;  // the last name followed by ":" or by a bracket
};

Before before(TextPosition position, const std::string& text) {
  Before result;
  visit_tokens(text, [&](const TextToken& token) {
    if (token.position >= position) return false;
    if (token.text == ":" || (token.text == "[" && result.token_text != ":")) result.field = result.token_text;
    result.token = token;
    result.token_text = token.text;
    return true;
  });
  return result;
}

// The part of `text` between the first `from` after `start` and the last `to`.
std::string between(std::string_view text, std::string_view from, std::string_view to) {
  const std::size_t start = text.find(from);
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + from.size());
  return std::string(text.substr(0, to.empty() ? text.size() : text.rfind(to)));
}

bool begins(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

const protobuf::FieldDescriptor* find_enum_field(const std::string& name) {
  const protobuf::FileDescriptor& file = *Scenario::descriptor()->file();
  for (int i = 0; i < file.message_type_count(); ++i) {
    const protobuf::FieldDescriptor* field = file.message_type(i)->FindFieldByName(name);
    if (field && field->enum_type()) return field;
  }
  return nullptr;
}

std::string found(std::string token) {
  if (token.empty()) return "the end of the file";
  // A string token carries its quotes.
  if (token.front() == '"' || token.front() == '\'') return token;
  return '"' + token + '"';
}

UserMessage wrong_type(std::string_view error, TextPosition position, const std::string& text) {
  const std::string expected = between(error, "Expected ", ", got: ");
  const std::string got = between(error, ", got: ", "");
  const Before context = before(position, text);
  const bool is_value = context.token_text == ":" || context.token_text == "[" || context.token_text == ",";
  if (!is_value) return {position, fmt::format("expected the name of a field, not {}", found(got))};
  if (expected == "string") {
    return {position, fmt::format("{} is a quoted string; did you mean \"{}\"?", context.field, got)};
  }
  if (got == "-") return {position, fmt::format("{} is negative; expected at least 0", context.field)};
  const std::string but = found(got) == got ? ", without quotes" : fmt::format(", not {}", found(got));
  if (const auto* field = find_enum_field(context.field)) {
    return {position, fmt::format("{} is one of {}{}", field->name(), fmt::join(enum_names(*field), ", "), but)};
  }
  const char* const kind = expected == "integer" ? "a whole number" : "true or false";
  return {position, fmt::format("{} is {}{}", context.field, kind, but)};
}

UserMessage wrong_mark(std::string_view error, TextPosition position) {
  const std::string expected = between(error, "Expected \"", "\", found");
  return {position, fmt::format("expected \"{}\", not {}", expected, found(between(error, "found \"", "\".")))};
}

}  // namespace

std::string unknown_field(const protobuf::Descriptor& message, std::string_view name) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  std::string hint = did_you_mean(name, names);
  if (hint.empty()) hint = fmt::format("; it has {}", fmt::join(names, ", "));
  return fmt::format("message {} has no field \"{}\"{}", message.name(), name, hint);
}

std::vector<std::string> enum_names(const protobuf::FieldDescriptor& field) {
  std::vector<std::string> names;
  for (int i = 0; i < field.enum_type()->value_count(); ++i) {
    if (field.enum_type()->value(i)->number() != 0) names.push_back(field.enum_type()->value(i)->name());
  }
  return names;
}

std::string wrong_enum_value(const protobuf::FieldDescriptor& field, std::string_view value) {
  const std::vector<std::string> names = enum_names(field);
  return fmt::format("{} is one of {}, not {}{}", field.name(), fmt::join(names, ", "), value,
                     did_you_mean(value, names));
}

UserMessage translate(std::string_view error, TextPosition position, const std::string& text) {
  if (begins(error, "Message type ")) {
    const std::string type = between(error, "Message type \"", "\" has no field");
    const auto* message = Scenario::descriptor()->file()->pool()->FindMessageTypeByName(type);
    const std::string name = between(error, "named \"", "\".");
    const TextPosition place = before(position, text).token.position;
    if (message) return {place, unknown_field(*message, name)};
  }
  if (begins(error, "Unknown enumeration value")) {
    const std::string field_name = between(error, "for field \"", "\"");
    const TextPosition place = before(position, text).token.position;
    if (const auto* field = find_enum_field(field_name)) {
      return {place, wrong_enum_value(*field, between(error, "value of \"", "\" for field"))};
    }
  }
  if (begins(error, "Non-repeated field")) {
    return {before(position, text).token.position,
            fmt::format("{} is given twice; expected it once", between(error, "field \"", "\""))};
  }
  if (begins(error, "Field \"")) {
    return {before(position, text).token.position,
            fmt::format("{} stands beside {}; expected one of them", between(error, "Field \"", "\" is specified"),
                        between(error, "with field \"", "\", another"))};
  }
  if (begins(error, "Invalid value for boolean")) {
    return {before(position, text).token.position,
            fmt::format("{} is true or false, not \"{}\"", between(error, "field \"", "\". Value"),
                        between(error, "Value: \"", "\""))};
  }
  if (begins(error, "Integer out of range")) {
    const Before context = before(position, text);
    return {position, fmt::format("{} is {}; expected a smaller number", context.field, between(error, "(", ")"))};
  }
  if (begins(error, "Extension ")) return {position, "there are no extensions; expected the name of a field"};
  if (begins(error, "String literals cannot cross") || begins(error, "Unexpected end of string")) {
    return {position, "the string does not end; expected a quote before the end of the line"};
  }
  if (begins(error, "Message is too deep")) return {position, "nested too deeply; expected at most 64 levels"};
  if (begins(error, "Expected ") && error.find(", got: ") != error.npos) return wrong_type(error, position, text);
  if (begins(error, "Expected \"") && error.find(", found ") != error.npos) return wrong_mark(error, position);
  std::string other(error);
  if (!other.empty() && other.back() == '.') other.pop_back();
  if (!other.empty()) other[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(other[0])));
  return {position, other};
}

}  // namespace mmsim
