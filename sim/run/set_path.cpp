#include "sim/run/set_path.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <google/protobuf/io/tokenizer.h>

#include <charconv>
#include <optional>
#include <vector>

#include "sim/run/load_message.hpp"
#include "sim/run/scenario_error.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

namespace protobuf = google::protobuf;

// One part of a path: name, or name[selector].
struct Segment {
  std::string name;
  std::optional<std::string> selector;
};

std::vector<std::string> split(const std::string& text, char mark) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t end = text.find(mark); end != text.npos; start = end + 1, end = text.find(mark, start)) {
    parts.push_back(text.substr(start, end - start));
  }
  parts.push_back(text.substr(start));
  return parts;
}

class NoComplaint : public protobuf::io::ErrorCollector {
  void AddError(int, protobuf::io::ColumnNumber, const std::string&) override {}
};

std::string kind_of(const protobuf::FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case protobuf::FieldDescriptor::CPPTYPE_BOOL: return "true or false";
    case protobuf::FieldDescriptor::CPPTYPE_UINT32: return fmt::format("a whole number from 0 to {}", UINT32_MAX);
    case protobuf::FieldDescriptor::CPPTYPE_UINT64: return fmt::format("a whole number from 0 to {}", UINT64_MAX);
    default: return "a whole number";
  }
}

class Setter {
 public:
  Setter(const std::string& set, Scenario& scenario, ScenarioSource& source)
      : flag_("--set " + set), scenario_(scenario), source_(source) {
    const std::size_t equals = set.find('=');
    if (equals == set.npos) fail("no \"=\"; expected path=value");
    value_ = set.substr(equals + 1);
    for (const std::string& part : split(set.substr(0, equals), '.')) path_.push_back(segment(part));
  }

  void apply() {
    protobuf::Message* message = &scenario_;
    std::size_t next = 0;
    if (path_.size() == 2 && path_[0].name == "param" && !path_[0].selector) {
      message = element(scenario_, *Scenario::descriptor()->FindFieldByName("param"), path_[1].name);
      path_ = {{"value", {}}};
    } else if (protobuf::Message* named = find_named(path_.front())) {
      message = named;
      next = 1;
      // A param is its value, whether it is called param.n or n.
      if (path_.size() == 1 && message->GetDescriptor() == Param::descriptor()) path_.push_back({"value", {}});
      if (next == path_.size()) fail_whole(path_.front().name, *message->GetDescriptor());
    }
    for (; next + 1 < path_.size(); ++next) message = enter(*message, path_[next]);
    assign(*message, path_[next]);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const { throw ScenarioError(fmt::format("{}: {}", flag_, what)); }

  [[noreturn]] void fail_whole(std::string_view name, const protobuf::Descriptor& message) const {
    std::vector<std::string> fields;
    for (int i = 0; i < message.field_count(); ++i) fields.push_back(message.field(i)->name());
    fail(fmt::format("{} is a message {}; expected a field of it: {}", name, message.name(), fmt::join(fields, ", ")));
  }

  Segment segment(const std::string& text) const {
    const std::size_t open = text.find('[');
    if (open == text.npos && !text.empty()) return {text, {}};
    if (open == 0 || text.empty() || text.back() != ']') {
      fail(fmt::format("\"{}\" is no part of a path; expected a name, or name[element]", text));
    }
    return {text.substr(0, open), text.substr(open + 1, text.size() - open - 2)};
  }

  const protobuf::FieldDescriptor& find_field(const protobuf::Message& message, const std::string& name) const {
    if (message.GetDescriptor() == Scenario::descriptor()) return find_top_field(name);
    const protobuf::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
    if (!field) fail(unknown_field(*message.GetDescriptor(), name));
    return *field;
  }

  // A thing of the scenario by its name alone; nullptr where none has it.
  protobuf::Message* find_named(const Segment& segment) const {
    protobuf::Message* found = nullptr;
    std::string found_in;
    const protobuf::Descriptor& descriptor = *Scenario::descriptor();
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const protobuf::FieldDescriptor& list = *descriptor.field(i);
      if (!list.is_repeated() || !list.message_type()) continue;
      const std::optional<int> index = index_by_name(scenario_, list, segment.name);
      if (!index) continue;
      if (found) {
        fail(fmt::format("\"{0}\" is a {1} and a {2}; expected {1}[{0}] or {2}[{0}]", segment.name, found_in,
                         list.name()));
      }
      found = scenario_.GetReflection()->MutableRepeatedMessage(&scenario_, &list, *index);
      found_in = list.name();
    }
    if (found && segment.selector) {
      fail(fmt::format("\"{}\" is set as a whole; expected no [{}] behind it", segment.name, *segment.selector));
    }
    return found;
  }

  static std::optional<int> index_by_name(const protobuf::Message& message, const protobuf::FieldDescriptor& list,
                                          const std::string& name) {
    const protobuf::FieldDescriptor* name_field = list.message_type()->FindFieldByName("name");
    const protobuf::Reflection& reflection = *message.GetReflection();
    for (int i = 0; name_field && i < reflection.FieldSize(message, &list); ++i) {
      const protobuf::Message& element = reflection.GetRepeatedMessage(message, &list, i);
      if (element.GetReflection()->GetString(element, name_field) == name) return i;
    }
    return {};
  }

  protobuf::Message* element(protobuf::Message& message, const protobuf::FieldDescriptor& list, const std::string& selector) const {
    const protobuf::Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, &list);
    int index = 0;
    const auto end = selector.data() + selector.size();
    const auto number = std::from_chars(selector.data(), end, index);
    if (number.ec == std::errc{} && number.ptr == end) {
      if (index < 0 || index >= size) {
        const std::string expected =
            size == 0 ? "the list is empty" : fmt::format("expected {0}[0] to {0}[{1}]", list.name(), size - 1);
        fail(fmt::format("there is no {}[{}]; {}", list.name(), index, expected));
      }
    } else if (const std::optional<int> named = index_by_name(message, list, selector)) {
      index = *named;
    } else {
      const std::vector<std::string> names = names_in(message, list);
      std::string hint = did_you_mean(selector, names);
      if (hint.empty() && !names.empty()) hint = fmt::format("; expected one of {}", fmt::join(names, ", "));
      fail(fmt::format("no {} is called \"{}\"{}", list.name(), selector, hint));
    }
    return reflection.MutableRepeatedMessage(&message, &list, index);
  }

  static std::vector<std::string> names_in(const protobuf::Message& message, const protobuf::FieldDescriptor& list) {
    std::vector<std::string> names;
    const protobuf::FieldDescriptor* name = list.message_type()->FindFieldByName("name");
    for (int i = 0; name && i < message.GetReflection()->FieldSize(message, &list); ++i) {
      const protobuf::Message& element = message.GetReflection()->GetRepeatedMessage(message, &list, i);
      names.push_back(element.GetReflection()->GetString(element, name));
    }
    return names;
  }

  // A member of a oneof cannot take the place of another, whose fields would silently be lost.
  void check_oneof(const protobuf::Message& message, const protobuf::FieldDescriptor& field) const {
    const protobuf::OneofDescriptor* oneof = field.containing_oneof();
    const protobuf::FieldDescriptor* present =
        oneof ? message.GetReflection()->GetOneofFieldDescriptor(message, oneof) : nullptr;
    if (!present || present == &field) return;
    fail(fmt::format("this {} has {}, not {}", message.GetDescriptor()->name(), present->name(), field.name()));
  }

  protobuf::Message* enter(protobuf::Message& message, const Segment& segment) {
    const protobuf::FieldDescriptor& field = find_field(message, segment.name);
    if (!field.message_type()) fail(fmt::format("{} is a plain value; expected nothing behind it", field.name()));
    check_oneof(message, field);
    const protobuf::Reflection& reflection = *message.GetReflection();
    if (field.is_repeated()) {
      if (segment.selector) return element(message, field, *segment.selector);
      fail(fmt::format("{0} is a list; expected one element, as in {0}[0]", field.name()));
    }
    if (segment.selector)
      fail(fmt::format("{} is no list; expected no [{}] behind it", field.name(), *segment.selector));
    const bool is_new = !reflection.HasField(message, &field);
    protobuf::Message* inner = reflection.MutableMessage(&message, &field);
    if (is_new) source_.note_set({inner}, flag_);
    return inner;
  }

  // Names of things may begin a path too, so they are suggested beside the fields.
  const protobuf::FieldDescriptor& find_top_field(const std::string& name) const {
    const protobuf::Descriptor& descriptor = *Scenario::descriptor();
    if (const protobuf::FieldDescriptor* field = descriptor.FindFieldByName(name)) return *field;
    std::vector<std::string> candidates;
    for (int i = 0; i < descriptor.field_count(); ++i) {
      const protobuf::FieldDescriptor& field = *descriptor.field(i);
      candidates.push_back(field.name());
      if (!field.is_repeated() || !field.message_type()) continue;
      for (std::string& thing : names_in(scenario_, field)) candidates.push_back(std::move(thing));
    }
    fail(fmt::format("nothing is called \"{}\"; expected a field of Scenario or the name of a thing{}", name,
                     did_you_mean(name, candidates)));
  }

  void assign(protobuf::Message& message, const Segment& segment) {
    const protobuf::FieldDescriptor& field = find_field(message, segment.name);
    if (field.message_type()) fail_whole(field.name(), *field.message_type());
    if (segment.selector) {
      fail(field.is_repeated()
               ? fmt::format("{} is set as a whole; expected values with commas between them", field.name())
               : fmt::format("{} is no list; expected no [{}] behind it", field.name(), *segment.selector));
    }
    check_oneof(message, field);
    message.GetReflection()->ClearField(&message, &field);
    if (!field.is_repeated()) {
      put(message, field, value_);
    } else if (!value_.empty()) {
      for (const std::string& value : split(value_, ',')) put(message, field, value);
    }
    source_.note_set({&message, field.number()}, flag_);
  }

  void put(protobuf::Message& message, const protobuf::FieldDescriptor& field, const std::string& value) {
    const protobuf::Reflection& reflection = *message.GetReflection();
    if (field.cpp_type() == protobuf::FieldDescriptor::CPPTYPE_STRING) {
      field.is_repeated() ? reflection.AddString(&message, &field, value)
                          : reflection.SetString(&message, &field, value);
      return;
    }
    protobuf::TextFormat::Parser parser;
    NoComplaint silent;
    parser.RecordErrorsTo(&silent);
    if (parser.ParseFieldValueFromString(value, &field, &message)) return;
    fail(field.enum_type() ? wrong_enum_value(field, value)
                           : fmt::format("{} is {}, not \"{}\"", field.name(), kind_of(field), value));
  }

  std::string flag_;
  std::string value_;
  std::vector<Segment> path_;
  Scenario& scenario_;
  ScenarioSource& source_;
};

}  // namespace

void apply_set(const std::string& set, Scenario& scenario, ScenarioSource& source) {
  Setter(set, scenario, source).apply();
}

}  // namespace mmsim
