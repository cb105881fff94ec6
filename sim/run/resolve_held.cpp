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

// How the step's things must be held; a commit in hand is held for read, see steps_journal.cpp.
std::optional<How> needs(OpCode op) {
  switch (op) {
    case OpCode::kUnlock:
    case OpCode::kRestore:
    case OpCode::kUpWrite:
    case OpCode::kDowngradeWrite:
    case OpCode::kStartWriteback:
    case OpCode::kSubmitRead:
    case OpCode::kSubmitBh:
    case OpCode::kEndRequest:
    case OpCode::kDoReqFilebacked:
    case OpCode::kLockBacking:
    case OpCode::kUnlockBacking:
    case OpCode::kJournalStop: return How::kExclusive;
    case OpCode::kUpRead:
    case OpCode::kEndCommit: return How::kRead;
    default: return {};
  }
}

bool keeps(OpCode op) {
  return op == OpCode::kStartWriteback || op == OpCode::kDoReqFilebacked || op == OpCode::kLockBacking || op == OpCode::kUnlockBacking;
}

// Follows every path with what may be held on it. Paths meet again where they join, and a loop is gone round until
// nothing new is held at its head, so the work is bounded.
class Flow {
 public:
  // What was found at an instruction that needs something held.
  struct Need {
    bool reached = false;
    bool held = false;       // on some path
    bool other_way = false;  // held for read where it is left as held for write, or the other way round
  };

  explicit Flow(const ProgramText& text) : text_(text), code_(text.code), needs_(text.code.size()) {
    arrive(0, {});
    while (!arrived_.empty()) {
      auto next = arrived_.extract(arrived_.begin());
      follow(next.key(), std::move(next.mapped()));
    }
  }

  const Need& need_at(std::size_t at) const { return needs_[at]; }

 private:
  void arrive(std::size_t at, const Held& held) { merge(arrived_[at], held); }

  // False where the loop's body has been seen with all that is held.
  bool enter_loop(std::size_t head, Held& held) {
    const auto [known, is_new] = heads_.try_emplace(head);
    if (!merge(known->second, held) && !is_new) return false;
    held = known->second;
    return true;
  }

  // The folios of a list, or the thing that is named.
  std::vector<ObjectRef> listed(const Instruction& instruction) const {
    std::vector<ObjectRef> out;
    for (const std::uint32_t folio : text_.lists[static_cast<std::size_t>(instruction.value)]) out.push_back({ObjectKind::kFolio, folio});
    return out;
  }
  std::vector<ObjectRef> things(const Instruction& instruction) const {
    return instruction.op == OpCode::kSubmitRead ? listed(instruction) : std::vector{instruction.object};
  }

  void need(std::size_t at, Held& held, How how) {
    const How other = how == How::kRead ? How::kExclusive : How::kRead;
    const std::vector<ObjectRef> needed = things(code_[at]);
    const auto all = [&](How way) {
      return std::all_of(needed.begin(), needed.end(), [&](const ObjectRef& thing) { return held.count(key(thing, way)) != 0; });
    };
    needs_[at].reached = true;
    needs_[at].held |= all(how);
    needs_[at].other_way |= all(other);
    if (!keeps(code_[at].op))
      for (const ObjectRef& thing : needed) leave(held, thing, how);
  }

  void follow(std::size_t at, Held held) {
    for (;; ++at) {
      const Instruction& instruction = code_[at];
      const auto target = static_cast<std::size_t>(instruction.target);
      if (const auto joining = arrived_.find(at); joining != arrived_.end()) {
        merge(held, joining->second);
        arrived_.erase(joining);
      }
      const bool loop_head = at > 0 && (code_[at - 1].op == OpCode::kRepeat || code_[at - 1].op == OpCode::kLoop);
      if (loop_head && !enter_loop(at, held)) return;
      switch (instruction.op) {
        case OpCode::kEnd: return;
        case OpCode::kJump: return arrive(target, held);
        case OpCode::kRepeatEnd:
          arrive(target, held);
          if (code_[target - 1].value == 0) return;  // for ever
          break;
        case OpCode::kTest: arrive(target, held); break;
        case OpCode::kTrylock:
          arrive(target, held);
          held.emplace(key(instruction.object, How::kExclusive), 1);
          break;
        case OpCode::kLock:
        case OpCode::kSave:
        case OpCode::kDownWrite:
          if (instruction.branches) arrive(target, held);
          take(held, instruction.object, How::kExclusive);
          break;
        case OpCode::kDownRead:
        case OpCode::kDownReadTrylock:
          if (instruction.branches) arrive(target, held);
          take(held, instruction.object, How::kRead);
          break;
        case OpCode::kNextRequest:
        case OpCode::kJournalStart: take(held, instruction.object, How::kExclusive); break;
        case OpCode::kNextCommit: take(held, instruction.object, How::kRead); break;
        default:
          if (instruction.branches) arrive(target, held);
          if (const std::optional<How> how = needs(instruction.op)) need(at, held, *how);
          if (instruction.op == OpCode::kDowngradeWrite) take(held, instruction.object, How::kRead);
          if (instruction.op == OpCode::kLockBacking)   // some of these
            for (const ObjectRef& folio : listed(instruction)) held.emplace(key(folio, How::kExclusive), 1);
      }
    }
  }

  const ProgramText& text_;
  const std::vector<Instruction>& code_;
  std::vector<Need> needs_;
  std::map<std::size_t, Held> arrived_;  // paths to go on with, by where they go on
  std::map<std::size_t, Held> heads_;    // of loops
};

const char* missing(OpCode op) {
  switch (op) {
    case OpCode::kEndRequest:
    case OpCode::kDoReqFilebacked:
    case OpCode::kLockBacking:
    case OpCode::kUnlockBacking: return "with no request in hand here";
    case OpCode::kEndCommit: return "which is not begun here";
    case OpCode::kJournalStop: return "with no handle open here";
    default: return "which is not held here";
  }
}

const char* word_before(OpCode op) {
  switch (op) {
    case OpCode::kUpRead: return "down_read";
    case OpCode::kUpWrite:
    case OpCode::kDowngradeWrite: return "down_write or trylock";
    case OpCode::kEndRequest:
    case OpCode::kDoReqFilebacked:
    case OpCode::kLockBacking:
    case OpCode::kUnlockBacking: return "next_request";
    case OpCode::kEndCommit: return "next_commit";
    case OpCode::kJournalStop: return "journal_start";
    default: return "lock or trylock";
  }
}

}  // namespace

void check_held(const ResolveContext& context, const FlatProgram& program) {
  const std::vector<Instruction>& code = program.text.code;
  const Flow flow(program.text);
  for (std::size_t i = 0; i < code.size(); ++i) {
    const Flow::Need& need = flow.need_at(i);
    if (!need.reached || need.held) continue;
    const OpCode op = code[i].op;
    const At& at = program.at[i];
    const auto* field = at.message->GetDescriptor()->FindFieldByNumber(at.field);
    if (op == OpCode::kRestore) {
      const std::string scope = field->name().substr(0, field->name().rfind('_'));
      const char* before = scope == "pagefault" ? "disable" : "save";
      context.fail(at, fmt::format("{} outside of its scope; expected {}_{} before it", field->name(), scope, before));
    }
    const auto& reflection = *at.message->GetReflection();
    const std::string lock = field->is_repeated() ? reflection.GetRepeatedString(*at.message, field, at.index) : reflection.GetString(*at.message, field);
    const std::string word = op == OpCode::kSubmitRead ? "submit_read" : op == OpCode::kSubmitBh ? "submit_bh" : field->name();
    const char* right_word = op == OpCode::kUpRead ? "up_write" : op == OpCode::kUpWrite ? "up_read" : "it to be held for write";
    context.fail(at, need.other_way ? fmt::format("{} of \"{}\"; expected {}", word, lock, right_word)
                                     : fmt::format("{} of \"{}\", {}; expected {} before it", word, lock, missing(op), word_before(op)));
  }
}

}  // namespace mmsim
