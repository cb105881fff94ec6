#include "sim/run/load_source.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <vector>

#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

namespace protobuf = google::protobuf;

class Ignore : public protobuf::io::ErrorCollector {
  void AddError(int, protobuf::io::ColumnNumber, const std::string&) override {}
};

// Finds the `wanted`-th value of one textual occurrence of a field, which is `name: value` or `name: [value, value]`.
class ValueFinder {
 public:
  explicit ValueFinder(int wanted) : wanted_(wanted) {}

  // Fed the tokens from the field's name on; true at the first token of the value.
  bool found(std::string_view token) {
    if (first_) {
      first_ = false;
      return false;
    }
    if (depth_ == 0) {
      if (token == ":") return false;
      if (token == "[") {
        depth_ = 1;
        return false;
      }
      over_ = true;
      return wanted_-- == 0;
    }
    const bool starts = expecting_;
    expecting_ = depth_ == 1 && token == ",";
    if (token == "[" || token == "{" || token == "<") ++depth_;
    if (token == "]" || token == "}" || token == ">") over_ = --depth_ == 0;
    return starts && !over_ && wanted_-- == 0;
  }

  bool over() const { return over_; }
  int still_wanted() const { return wanted_; }

 private:
  int wanted_;
  int depth_ = 0;
  bool first_ = true;
  bool expecting_ = true;
  bool over_ = false;
};

}  // namespace

void visit_tokens(const std::string& text, const std::function<bool(const TextToken&)>& visit) {
  protobuf::io::ArrayInputStream stream(text.data(), static_cast<int>(text.size()));
  Ignore ignore;
  protobuf::io::Tokenizer tokenizer(&stream, &ignore);
  tokenizer.set_comment_style(protobuf::io::Tokenizer::SH_COMMENT_STYLE);
  tokenizer.set_allow_f_after_float(true);
  while (tokenizer.Next()) {
    const auto& token = tokenizer.current();
    if (!visit({{token.line, token.column}, token.text})) return;
  }
}

void ScenarioSource::index(const protobuf::Message& root, const protobuf::TextFormat::ParseInfoTree& tree) {
  index_message(root, {&tree, {}});
}

void ScenarioSource::index_message(const protobuf::Message& message, Place place) {
  places_[&message] = place;
  const protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const protobuf::FieldDescriptor* field : fields) {
    if (field->cpp_type() != protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection.FieldSize(message, field) : 1;
    TextPosition position = place.position;
    for (int i = 0; i < count; ++i) {
      // The elements of `field: [{...}, {...}]` share the place of the name.
      const auto location = place.tree->GetLocation(field, repeated ? i : -1);
      if (location.line >= 0) position = {location.line, location.column};
      const protobuf::Message& inner =
          repeated ? reflection.GetRepeatedMessage(message, field, i) : reflection.GetMessage(message, field);
      index_message(inner, {place.tree->GetTreeForNested(field, repeated ? i : -1), position});
    }
  }
}

void ScenarioSource::note_set(const At& at, const std::string& flag) { flags_[{at.message, at.field}] = flag; }

TextPosition ScenarioSource::position(const protobuf::Message& message) const {
  const auto place = places_.find(&message);
  if (place == places_.end()) return {};
  return {place->second.position.line + 1, place->second.position.column + 1};
}

std::optional<TextToken> ScenarioSource::find_value(const Place& place, const At& at, std::string& storage) const {
  const protobuf::FieldDescriptor* field = at.message->GetDescriptor()->FindFieldByNumber(at.field);
  int wanted = field->is_repeated() ? at.index : 0;
  for (int occurrence = 0; wanted >= 0; ++occurrence) {
    const auto location = place.tree->GetLocation(field, field->is_repeated() ? occurrence : -1);
    if (location.line < 0) return {};
    ValueFinder finder(wanted);
    std::optional<TextToken> value;
    visit_tokens(text_, [&](const TextToken& token) {
      if (token.position < TextPosition{location.line, location.column}) return true;
      if (finder.found(token.text)) {
        storage = token.text;
        value = TextToken{token.position, storage};
      }
      return !value && !finder.over();
    });
    if (value) return value;
    if (!field->is_repeated()) return {};
    wanted = finder.still_wanted();
  }
  return {};
}

void ScenarioSource::fail(const At& at, std::string_view what, std::optional<std::size_t> offset) const {
  for (const int field : {at.field, 0}) {
    if (const auto flag = flags_.find({at.message, field}); flag != flags_.end()) {
      throw ScenarioError(fmt::format("{}: {}", flag->second, what));
    }
  }
  const auto place = places_.find(at.message);
  if (place == places_.end()) fail(TextPosition{}, what);
  if (at.field == 0 || place->second.tree == nullptr) fail(place->second.position, what);
  std::string storage;
  const std::optional<TextToken> value = find_value(place->second, at, storage);
  if (!value) fail(place->second.position, what);
  TextPosition position = value->position;
  const bool plain = storage.find('\\') == std::string::npos;
  if (offset && plain) position.column += 1 + static_cast<int>(*offset);
  fail(position, what);
}

void ScenarioSource::fail(TextPosition position, std::string_view what) const {
  throw ScenarioError(fmt::format("{}:{}:{}: {}", path_, position.line + 1, position.column + 1, what));
}

}  // namespace mmsim
