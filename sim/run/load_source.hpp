// The text of a scenario, and where in it every field of the parsed message stands, so that a fault found after parsing
// is reported at its place: file:line:column, or the --set that put the value there.
//
// Invariant: messages of the indexed Scenario are neither added to nor removed while a ScenarioSource refers to them.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/text_format.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sim/run/expression.hpp"

namespace mmsim {

// From 0, as protobuf counts them; a tab goes on to the next multiple of 8.
struct TextPosition {
  int line = 0;
  int column = 0;
  friend auto operator<=>(const TextPosition&, const TextPosition&) = default;
};

struct TextToken {
  TextPosition position;
  std::string_view text;  // valid during the visit
};

// Calls `visit` for the tokens of `text` in order until it returns false. Stops silently at what is no token.
void visit_tokens(const std::string& text, const std::function<bool(const TextToken&)>& visit);

// A field of a message: element `index` of it if it is repeated. Field 0 is the message itself.
struct At {
  const google::protobuf::Message* message = nullptr;
  int field = 0;
  int index = 0;
};

class ScenarioSource {
 public:
  ScenarioSource(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {}

  const std::string& path() const { return path_; }
  const std::string& text() const { return text_; }

  // Remembers where each message inside `root` stands; `tree` must outlive this.
  void index(const google::protobuf::Message& root, const google::protobuf::TextFormat::ParseInfoTree& tree);

  // The field was replaced, or the message made, by `flag` ("--set a.b=c").
  void note_set(const At& at, const std::string& flag);

  // From 1; that of the nearest message around it if the text does not hold the message itself.
  TextPosition position(const google::protobuf::Message& message) const;

  // Throws ScenarioError: what is wrong at a field; `offset` counts characters inside its quoted string.
  [[noreturn]] void fail(const At& at, std::string_view what, std::optional<std::size_t> offset = {}) const;
  [[noreturn]] void fail(TextPosition position, std::string_view what) const;

 private:
  struct Place {
    const google::protobuf::TextFormat::ParseInfoTree* tree = nullptr;
    TextPosition position;  // of the name of the field that holds the message
  };

  void index_message(const google::protobuf::Message& message, Place place);
  std::optional<TextToken> find_value(const Place& place, const At& at, std::string& storage) const;

  std::string path_;
  std::string text_;
  std::map<const google::protobuf::Message*, Place> places_;  // for look-up only
  std::map<std::pair<const google::protobuf::Message*, int>, std::string> flags_;
};

}  // namespace mmsim
