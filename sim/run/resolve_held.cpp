#include "sim/run/resolve_held.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace mmsim {
namespace {

// How often each lock may be held, at most; kMany stands for any number. More than one exclusive holding comes from a
// lock taken again by its holder: the run will find that it hangs, and the unlocks that would follow are no fault.
constexpr int kMany = 8;
enum class How : std::uint8_t { kExclusive, kRead };
using Key = std::tuple<ObjectKind, std::uint32_t, How>;
using Held = std::map<Key, int>;

Key key(const ObjectRef& object, How how) { return {object.kind, object.index, how}; }

void take(Held& held, const ObjectRef& object, How how) {
  int& times = held[key(object, how)];
  times = std::min(times + 1, kMany);
}

void leave(Held& held, const ObjectRef& object, How how) {
  const auto found = held.find(key(object, how));
  if (found == held.end() || found->second == kMany) return;
  if (--found->second == 0) held.erase(found);
}

// Adds what may be held on another path; true if that was news.
bool merge(Held& held, const Held& other) {
  bool grown = false;
  for (const auto& [lock, times] : other) {
    int& known = held[lock];
    grown |= times > known;
    known = std::max(known, times);
  }
  return grown;
}

std::optional<How> leaves(OpCode op) {
  switch (op) {
    case OpCode::kUnlock:
    case OpCode::kUpWrite: return How::kExclusive;
    case OpCode::kUpRead: return How::kRead;
    default: return {};
  }
}

// Follows every path with what may be held on it. Paths meet again where they join, and a loop is gone round until
// nothing new is held at its head, so the work is bounded.
class Flow {
 public:
  // What was found at an instruction that leaves a lock.
  struct Leave {
    bool reached = false;
    bool held = false;       // on some path
    bool other_way = false;  // held for read where it is left as held for write, or the other way round
  };

  explicit Flow(const std::vector<Instruction>& code) : code_(code), leaves_(code.size()) {
    arrive(0, {});
    while (!arrived_.empty()) {
      auto next = arrived_.extract(arrived_.begin());
      follow(next.key(), std::move(next.mapped()));
    }
  }

  const Leave& leave_at(std::size_t at) const { return leaves_[at]; }

 private:
  void arrive(std::size_t at, const Held& held) { merge(arrived_[at], held); }

  // False where the loop's body has been seen with all that is held.
  bool enter_loop(std::size_t head, Held& held) {
    const auto [known, is_new] = heads_.try_emplace(head);
    if (!merge(known->second, held) && !is_new) return false;
    held = known->second;
    return true;
  }

  void note_leave(std::size_t at, const Held& held, How how) {
    const How other = how == How::kRead ? How::kExclusive : How::kRead;
    leaves_[at].reached = true;
    leaves_[at].held |= held.count(key(code_[at].object, how)) != 0;
    leaves_[at].other_way |= held.count(key(code_[at].object, other)) != 0;
  }

  void follow(std::size_t at, Held held) {
    for (;; ++at) {
      const Instruction& instruction = code_[at];
      const auto target = static_cast<std::size_t>(instruction.target);
      if (const auto joining = arrived_.find(at); joining != arrived_.end()) {
        merge(held, joining->second);
        arrived_.erase(joining);
      }
      const bool loop_head = at > 0 && code_[at - 1].op == OpCode::kRepeat;
      if (loop_head && !enter_loop(at, held)) return;
      switch (instruction.op) {
        case OpCode::kEnd: return;
        case OpCode::kJump: return arrive(target, held);
        case OpCode::kRepeatEnd:
          arrive(target, held);
          if (code_[target - 1].value == 0) return;  // for ever
          break;
        case OpCode::kTrylock:
          arrive(target, held);
          held.emplace(key(instruction.object, How::kExclusive), 1);
          break;
        case OpCode::kLock:
        case OpCode::kDownWrite: take(held, instruction.object, How::kExclusive); break;
        case OpCode::kDownRead: take(held, instruction.object, How::kRead); break;
        default:
          if (const std::optional<How> how = leaves(instruction.op)) {
            note_leave(at, held, *how);
            leave(held, instruction.object, *how);
          }
      }
    }
  }

  const std::vector<Instruction>& code_;
  std::vector<Leave> leaves_;
  std::map<std::size_t, Held> arrived_;  // paths to go on with, by where they go on
  std::map<std::size_t, Held> heads_;    // of loops
};

const char* word_before(OpCode op) {
  switch (op) {
    case OpCode::kUpRead: return "down_read";
    case OpCode::kUpWrite: return "down_write or trylock";
    default: return "lock or trylock";
  }
}

}  // namespace

void check_held(const ResolveContext& context, const FlatProgram& program) {
  const Flow flow(program.code);
  for (std::size_t i = 0; i < program.code.size(); ++i) {
    const Flow::Leave& leave = flow.leave_at(i);
    if (!leave.reached || leave.held) continue;
    const OpCode op = program.code[i].op;
    const At& at = program.at[i];
    const auto* field = at.message->GetDescriptor()->FindFieldByNumber(at.field);
    const std::string lock = at.message->GetReflection()->GetString(*at.message, field);
    const std::string word = field->name();
    const char* right_word = op == OpCode::kUpRead ? "up_write" : "up_read";
    context.fail(at, leave.other_way ? fmt::format("{} of \"{}\"; expected {}", word, lock, right_word)
                                     : fmt::format("{} of \"{}\", which is not held here; expected {} before it", word,
                                                   lock, word_before(op)));
  }
}

}  // namespace mmsim
