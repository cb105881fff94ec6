#include "sim/run/resolve_held.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace mmsim {
namespace {

// How often each lock may be held, at most: exclusively 0 or 1, for read up to kMany, which stands for any number.
constexpr int kMany = 8;
enum class How : std::uint8_t { kExclusive, kRead };
using Key = std::tuple<ObjectKind, std::uint32_t, How>;
using Held = std::map<Key, int>;

Key key(const ObjectRef& object, How how) { return {object.kind, object.index, how}; }

void take(Held& held, const ObjectRef& object, How how) {
  int& times = held[key(object, how)];
  times = how == How::kExclusive ? 1 : std::min(times + 1, kMany);
}

void leave(Held& held, const ObjectRef& object, How how) {
  const auto found = held.find(key(object, how));
  if (found == held.end() || found->second == kMany) return;
  if (--found->second == 0) held.erase(found);
}

std::optional<How> leaves(OpCode op) {
  switch (op) {
    case OpCode::kUnlock:
    case OpCode::kUpWrite: return How::kExclusive;
    case OpCode::kUpRead: return How::kRead;
    default: return {};
  }
}

// What may be held before each instruction, by following every path until nothing new is found. Instructions that no
// path reaches have none.
class Flow {
 public:
  explicit Flow(const std::vector<Instruction>& code) : code_(code), before_(code.size()) {
    reach(0, {});
    while (!work_.empty()) {
      const std::size_t at = *work_.begin();
      work_.erase(work_.begin());
      follow(at);
    }
  }

  const std::optional<Held>& before(std::size_t at) const { return before_[at]; }

 private:
  void reach(std::size_t at, const Held& held) {
    bool grown = !before_[at].has_value();
    if (grown) before_[at].emplace();
    for (const auto& [lock, times] : held) {
      int& known = (*before_[at])[lock];
      grown |= times > known;
      known = std::max(known, times);
    }
    if (grown) work_.insert(at);
  }

  void follow(std::size_t at) {
    const Instruction& instruction = code_[at];
    const auto target = static_cast<std::size_t>(instruction.target);
    Held held = *before_[at];
    switch (instruction.op) {
      case OpCode::kEnd: return;
      case OpCode::kJump: return reach(target, held);
      case OpCode::kTrylock:
        reach(target, held);
        take(held, instruction.object, How::kExclusive);
        break;
      case OpCode::kRepeatEnd:
        reach(target, held);
        if (code_[target - 1].value == 0) return;  // for ever
        break;
      case OpCode::kLock:
      case OpCode::kDownWrite: take(held, instruction.object, How::kExclusive); break;
      case OpCode::kDownRead: take(held, instruction.object, How::kRead); break;
      default:
        if (const auto how = leaves(instruction.op)) leave(held, instruction.object, *how);
    }
    reach(at + 1, held);
  }

  const std::vector<Instruction>& code_;
  std::vector<std::optional<Held>> before_;
  std::set<std::size_t> work_;
};

}  // namespace

void check_held(const ResolveContext& context, const FlatProgram& program) {
  const Flow flow(program.code);
  for (std::size_t i = 0; i < program.code.size(); ++i) {
    const Instruction& instruction = program.code[i];
    const std::optional<How> how = leaves(instruction.op);
    if (!how || !flow.before(i) || flow.before(i)->count(key(instruction.object, *how)) != 0) continue;
    const At& at = program.at[i];
    const auto* field = at.message->GetDescriptor()->FindFieldByNumber(at.field);
    const std::string lock = at.message->GetReflection()->GetString(*at.message, field);
    const How other = *how == How::kRead ? How::kExclusive : How::kRead;
    const bool other_way = flow.before(i)->count(key(instruction.object, other)) != 0;
    const char* right_word = *how == How::kRead ? "up_write" : "up_read";
    context.fail(at, other_way ? fmt::format("{} of \"{}\"; expected {}", field->name(), lock, right_word)
                               : fmt::format("{} of \"{}\", which is not held here", field->name(), lock));
  }
}

}  // namespace mmsim
