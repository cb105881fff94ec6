#include "sim/run/resolve_context.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "sim/run/load_message.hpp"
#include "sim/run/suggest.hpp"

namespace mmsim {
namespace {

namespace protobuf = google::protobuf;

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }

bool well_formed(const std::string& name, bool param) {
  const std::string_view marks = param ? "" : "-/:";
  return !name.empty() && is_letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || marks.find(c) != marks.npos;
  });
}

const char* article(std::string_view word) {
  const bool vowel = word.front() == 'a' || word == "rwsem";  // no other noun begins with one
  return vowel ? "an" : "a";
}

// Long texts are cut, not inside a character.
std::string shown(std::string_view text) {
  constexpr std::size_t kShown_max = 40;
  if (text.size() <= kShown_max) return std::string(text);
  std::size_t end = kShown_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return fmt::format("{}...", text.substr(0, end));
}

std::string any_of_these(const std::vector<Thing>& things) {
  std::vector<std::string> nouns;
  for (const Thing thing : things) nouns.emplace_back(noun(thing));
  if (nouns.size() < 2) return nouns.front();
  // Only programs may name that many kinds.
  if (nouns.size() > 3) return "lock, folio or thing to wait for";
  const std::string last = nouns.back();
  nouns.pop_back();
  return fmt::format("{} or {}", fmt::join(nouns, ", "), last);
}

const std::string& field_name(const At& at) { return at.message->GetDescriptor()->FindFieldByNumber(at.field)->name(); }

std::string elements(const Named& named, std::string_view name) {
  return named.count == 1 ? fmt::format("{}[0]", name) : fmt::format("{0}[0] to {0}[{1}]", name, named.count - 1);
}

}  // namespace

const char* noun(Thing thing) {
  switch (thing) {
    case Thing::kParam: return "param";
    case Thing::kNode: return "node";
    case Thing::kDisk: return "disk";
    case Thing::kLoop: return "loop device";
    case Thing::kMapping: return "mapping";
    case Thing::kAddressSpace: return "address space";
    case Thing::kFolios: return "folio set";
    case Thing::kMutex: return "mutex";
    case Thing::kSpinlock: return "spinlock";
    case Thing::kRwsem: return "rwsem";
    case Thing::kSemaphore: return "semaphore";
    case Thing::kCompletion: return "completion";
    case Thing::kWaitQueue: return "wait queue";
    case Thing::kBufferHead: return "buffer head";
    case Thing::kVariable: return "variable";
    case Thing::kPool: return "pool";
    case Thing::kMemory: return "memory";
    case Thing::kServer: return "server";
    case Thing::kJournal: return "journal";
    case Thing::kWork: return "work item";
    case Thing::kWorkqueue: return "work queue";
    case Thing::kProcedure: return "procedure";
    case Thing::kActor: return "actor";
  }
  return "";
}

const std::vector<Thing>& all_things() {
  static const std::vector<Thing> kThings = {Thing::kMutex,      Thing::kSpinlock,  Thing::kRwsem,      Thing::kSemaphore,
                                             Thing::kCompletion, Thing::kWaitQueue, Thing::kBufferHead, Thing::kFolios,
                                             Thing::kVariable,   Thing::kPool,      Thing::kMemory,    Thing::kServer,     Thing::kJournal,
                                             Thing::kWork,       Thing::kWorkqueue,
                                             Thing::kActor};
  return kThings;
}

ObjectKind object_kind(Thing thing) {
  switch (thing) {
    case Thing::kMutex: return ObjectKind::kMutex;
    case Thing::kSpinlock: return ObjectKind::kSpinlock;
    case Thing::kRwsem: return ObjectKind::kRwsem;
    case Thing::kSemaphore: return ObjectKind::kSemaphore;
    case Thing::kCompletion: return ObjectKind::kCompletion;
    case Thing::kWaitQueue: return ObjectKind::kWaitQueue;
    case Thing::kBufferHead: return ObjectKind::kBufferHead;
    case Thing::kFolios: return ObjectKind::kFolio;
    case Thing::kVariable: return ObjectKind::kVariable;
    case Thing::kPool: return ObjectKind::kPool;
    case Thing::kMemory: return ObjectKind::kMemory;
    case Thing::kServer: return ObjectKind::kServer;
    case Thing::kJournal: return ObjectKind::kJournal;
    case Thing::kWork: return ObjectKind::kWork;
    case Thing::kWorkqueue: return ObjectKind::kWorkqueue;
    case Thing::kActor: return ObjectKind::kActor;
    default: return ObjectKind::kNone;
  }
}

std::string with_article(Thing thing) { return fmt::format("{} {}", article(noun(thing)), noun(thing)); }

void ResolveContext::define(const protobuf::Message& message, int name_field, const std::string& name, Named named) {
  const At at{&message, name_field};
  named.message = &message;
  const bool param = named.thing == Thing::kParam;
  if (name.empty()) require(message, name_field);
  if (!well_formed(name, param)) {
    fail(at, fmt::format("\"{}\" cannot be a name; expected a letter, then letters, digits and {}", name,
                         param ? "_" : "any of _ - / :"));
  }
  if (param && name == "i")
    fail(at, "\"i\" cannot be a param; it numbers the instances of an actor; expected another name");
  const auto [other, is_new] = names.emplace(name, named);
  if (is_new) return;
  const int line = other->second.message ? source.position(*other->second.message).line : 0;
  const std::string where = line > 0 ? fmt::format(" (line {})", line) : "";
  fail(at, fmt::format("\"{}\" is already the name of {}{}; expected another", name, with_article(other->second.thing),
                       where));
}

void ResolveContext::check_variable_name(const At& at, const std::string& name) const {
  if (!well_formed(name, true)) fail(at, fmt::format("\"{}\" cannot be a name; expected a letter, then letters, digits and _", name));
  const bool taken = name == "i" || params.find(name) != params.end() ||
                     std::any_of(std::begin(kProperties), std::end(kProperties), [&](const PropertyRow& row) { return name == row.name; });
  if (taken) fail(at, fmt::format("\"{}\" means something else in expressions; expected another name", name));
}

ObjectRef ResolveContext::add_condition(const std::string& text) const {
  std::string trimmed = text.substr(std::min(text.find_first_not_of(' '), text.size()));
  trimmed.erase(trimmed.find_last_not_of(' ') + 1);
  auto& known = out.conditions;
  const auto found = std::find(known.begin(), known.end(), trimmed);
  const auto index = static_cast<std::uint32_t>(found - known.begin());
  if (found == known.end()) known.push_back(std::move(trimmed));
  return {ObjectKind::kCondition, index};
}

const Named& ResolveContext::look_up(const At& at, std::string_view name, const std::vector<Thing>& allowed) const {
  const auto is_allowed = [&](Thing thing) {
    return std::find(allowed.begin(), allowed.end(), thing) != allowed.end();
  };
  const auto found = names.find(name);
  if (found != names.end() && is_allowed(found->second.thing)) return found->second;
  const std::string expected = any_of_these(allowed);
  if (found != names.end()) {
    fail(at, fmt::format("\"{}\" is {}; expected {} {}", name, with_article(found->second.thing), article(expected),
                         expected));
  }
  std::vector<std::string> candidates;
  for (const auto& [candidate, named] : names) {
    if (is_allowed(named.thing)) candidates.push_back(candidate);
  }
  fail(at, fmt::format("no {} is called \"{}\"{}", expected, name, did_you_mean(name, candidates)));
}

Span ResolveContext::refer(const At& at, const std::string& text, const Variables& variables,
                           const std::vector<Thing>& allowed) const {
  Reference reference;
  try {
    reference = parse_reference(text, variables);
  } catch (const ExpressionError& error) {
    fail(at, fmt::format("in \"{}\": {}", shown(text), error.what()), error.offset);
  }
  const Named& named = look_up(at, reference.name, allowed);
  const std::uint32_t last = named.first + named.count - 1;
  if (!reference.range) return {&named, named.first, last};
  const Range range = *reference.range;
  if (!named.counted) {
    fail(at, fmt::format("\"{}\" has no elements; it is declared without a count", reference.name), range.offset);
  }
  for (const std::int64_t index : {range.first, range.last}) {
    if (index >= 0 && index < named.count) continue;
    fail(at, fmt::format("there is no {}[{}]; expected {}", reference.name, index, elements(named, reference.name)),
         range.offset);
  }
  if (range.first > range.last) {
    fail(at, fmt::format("the range {}..{} runs backwards", range.first, range.last), range.offset);
  }
  return {&named, named.first + static_cast<std::uint32_t>(range.first),
          named.first + static_cast<std::uint32_t>(range.last)};
}

std::uint32_t ResolveContext::refer_to_one(const At& at, const std::string& text, const Variables& variables,
                                           const std::vector<Thing>& allowed, const Named** named) const {
  const Span span = refer(at, text, variables, allowed);
  const bool whole_set = span.named->counted && text.find('[') == text.npos;
  if (span.first != span.last || whole_set) {
    const std::string name = text.substr(0, text.find('['));
    fail(at, fmt::format("\"{}\" is a {}; expected one of {}, as in \"{}[0]\"", text, whole_set ? "set" : "range",
                         whole_set ? "it" : "them", name));
  }
  if (named) *named = span.named;
  return span.first;
}

std::int64_t ResolveContext::evaluate_at(const At& at, const std::string& text, const Variables& variables,
                                         std::int64_t min, std::int64_t max) const {
  std::int64_t value = 0;
  try {
    value = evaluate(text, variables);
  } catch (const ExpressionError& error) {
    fail(at, fmt::format("in \"{}\": {}", shown(text), error.what()), error.offset);
  }
  check_range(at, value, min, max);
  return value;
}

void ResolveContext::check_range(const At& at, std::int64_t value, std::int64_t min, std::int64_t max) const {
  if (value >= min && value <= max) return;
  const std::string expected = value < min ? fmt::format("at least {}", min) : fmt::format("at most {}", max);
  fail(at, fmt::format("{} is {}; expected {}", field_name(at), value, expected));
}

void ResolveContext::check_at_most(const At& at, std::uint64_t value, std::uint64_t max) const {
  if (value > max) fail(at, fmt::format("{} is {}; expected at most {}", field_name(at), value, max));
}

int ResolveContext::cpus() const {
  int cpus = 0;
  for (const NodeSpec& node : out.nodes) cpus += node.cpus;
  return cpus;
}

void ResolveContext::require(const protobuf::Message& message, int number) const {
  const protobuf::FieldDescriptor* field = message.GetDescriptor()->FindFieldByNumber(number);
  const protobuf::Reflection& reflection = *message.GetReflection();
  const bool present =
      field->is_repeated() ? reflection.FieldSize(message, field) > 0 : reflection.HasField(message, field);
  if (present) return;
  const std::string values =
      field->enum_type() ? fmt::format("; expected one of {}", fmt::join(enum_names(*field), ", ")) : std::string{};
  fail(At{&message},
       fmt::format("message {} needs the field \"{}\"{}", message.GetDescriptor()->name(), field->name(), values));
}

}  // namespace mmsim
