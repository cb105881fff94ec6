// What steps do to things.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "sim/run/resolve_program.hpp"

namespace mmsim {
namespace {

// A thing has words for being entered, for being left, or for both in two ways.
enum class Family : std::uint8_t { kLock, kRwsem, kSemaphore, kWait };

Family family(Thing thing) {
  switch (thing) {
    case Thing::kRwsem: return Family::kRwsem;
    case Thing::kSemaphore: return Family::kSemaphore;
    case Thing::kCompletion:
    case Thing::kWaitQueue: return Family::kWait;
    default: return Family::kLock;
  }
}

struct Word {
  OpCode op;
  Family family;
  bool leaves;  // unlock, up, wake: the second word of a pair
  int field;
};

const Word* find_word(Step::KindCase kind) {
  static constexpr Word kWords[] = {
      {OpCode::kLock, Family::kLock, false, Step::kLockFieldNumber},
      {OpCode::kUnlock, Family::kLock, true, Step::kUnlockFieldNumber},
      {OpCode::kDownRead, Family::kRwsem, false, Step::kDownReadFieldNumber},
      {OpCode::kUpRead, Family::kRwsem, true, Step::kUpReadFieldNumber},
      {OpCode::kDownWrite, Family::kRwsem, false, Step::kDownWriteFieldNumber},
      {OpCode::kUpWrite, Family::kRwsem, true, Step::kUpWriteFieldNumber},
      {OpCode::kDowngradeWrite, Family::kRwsem, true, Step::kDowngradeWriteFieldNumber},
      {OpCode::kDown, Family::kSemaphore, false, Step::kDownFieldNumber},
      {OpCode::kUp, Family::kSemaphore, true, Step::kUpFieldNumber},
      {OpCode::kWait, Family::kWait, false, Step::kWaitFieldNumber},
      {OpCode::kWake, Family::kWait, true, Step::kWakeFieldNumber},
      {OpCode::kWakeAll, Family::kWait, true, Step::kWakeAllFieldNumber},
      {OpCode::kTrylock, Family::kLock, false, Step::kTrylockFieldNumber},
      {OpCode::kDownReadTrylock, Family::kRwsem, false, Step::kDownReadTrylockFieldNumber},
      {OpCode::kDownTrylock, Family::kSemaphore, false, Step::kDownTrylockFieldNumber},
      {OpCode::kTryWait, Family::kWait, false, Step::kTryWaitForCompletionFieldNumber},
      {OpCode::kLock, Family::kLock, false, Step::kLockKillableFieldNumber},
      {OpCode::kDownRead, Family::kRwsem, false, Step::kDownReadKillableFieldNumber},
      {OpCode::kDownWrite, Family::kRwsem, false, Step::kDownWriteKillableFieldNumber},
      {OpCode::kWait, Family::kWait, false, Step::kWaitKillableFieldNumber},
  };
  for (const Word& word : kWords)
    if (word.field == static_cast<int>(kind)) return &word;
  return nullptr;
}

const char* right_word(Family family, bool leaves) {
  switch (family) {
    case Family::kLock: return leaves ? "unlock" : "lock";
    case Family::kRwsem: return leaves ? "up_read or up_write" : "down_read or down_write";
    case Family::kSemaphore: return leaves ? "up" : "down";
    case Family::kWait: return leaves ? "wake or wake_all" : "wait";
  }
  return "";
}

const std::vector<Thing>& lockable() {
  static const std::vector<Thing> kObjects = {Thing::kMutex,      Thing::kSpinlock,   Thing::kRwsem,
                                              Thing::kSemaphore,  Thing::kCompletion, Thing::kWaitQueue,
                                              Thing::kBufferHead, Thing::kFolios};
  return kObjects;
}

class StepResolver {
 public:
  StepResolver(Flattener& flattener, const Step& step)
      : flat_(flattener), context_(flattener.context()), step_(step), at_{&step, static_cast<int>(step.kind_case())} {}

  bool resolve() {
    if (const Word* word = find_word(step_.kind_case())) {
      lock_word(*word);
      return true;
    }
    switch (step_.kind_case()) {
      case Step::kSpendNs: flat_.emit(OpCode::kSpend, at_, {.value = time(step_.spend_ns())}); break;
      case Step::kSleepNs: flat_.emit(OpCode::kSleep, at_, {.value = time(step_.sleep_ns())}); break;
      case Step::kYield: flat_.emit(OpCode::kYield, {&step_}); break;
      case Step::kCondResched: flat_.emit(OpCode::kCondResched, {&step_}); break;
      case Step::kWaitUntil: wait_until(OpCode::kWaitUntil, step_.wait_until()); break;
      case Step::kSpinUntil: wait_until(OpCode::kSpinUntil, step_.spin_until()); break;
      case Step::kWaitEvent: wait_event(step_.wait_event()); break;
      case Step::kPrepareToWait: prepare_to_wait(step_.prepare_to_wait()); break;
      case Step::kSchedule: schedule(step_.schedule()); break;
      case Step::kFinishWait: flat_.emit(OpCode::kFinishWait, at_, {.object = queue(at_, step_.finish_wait())}); break;
      case Step::kKill: flat_.emit(OpCode::kKill, at_, {.object = flat_.object(at_, step_.kill(), {Thing::kActor})}); break;
      case Step::kLockAll: all(step_.lock_all(), OpCode::kLock); break;
      case Step::kUnlockAll: all(step_.unlock_all(), OpCode::kUnlock); break;
      default: return false;
    }
    return true;
  }

 private:
  std::int64_t time(const std::string& text) const { return flat_.constant(at_, text, 0, kTime_max_ns); }

  // A word that is said of a thing, alone or with what happens then.
  void lock_word(const Word& word) {
    const auto& reflection = *step_.GetReflection();
    const auto* field = step_.GetDescriptor()->FindFieldByNumber(word.field);
    if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_STRING) {
      flat_.emit(word.op, at_, {.object = object(at_, reflection.GetString(step_, field), word)});
      return;
    }
    const auto& outcome = static_cast<const Trylock&>(reflection.GetMessage(step_, field));
    context_.require(outcome, Trylock::kLockFieldNumber);
    const At at{&outcome, Trylock::kLockFieldNumber};
    const bool killable = word.op == OpCode::kLock || word.op == OpCode::kDownRead || word.op == OpCode::kDownWrite || word.op == OpCode::kWait;
    const std::size_t test = flat_.emit(word.op, at, {.killable = killable, .object = object(at, outcome.lock(), word)});
    flat_.branch(test, outcome, outcome.then(), outcome.else_());
  }

  ObjectRef object(const At& at, const std::string& text, const Word& word) const {
    const Named* named = nullptr;
    const ObjectRef found = flat_.object(at, text, lockable(), &named);
    const Family actual = family(named->thing);
    const bool trylock = word.op == OpCode::kTrylock;
    const bool completion_only = word.op == OpCode::kTryWait;
    const bool fits = actual == word.family || (trylock && actual == Family::kRwsem);
    if (!fits || (completion_only && named->thing != Thing::kCompletion)) {
      const char* expected = trylock ? "a lock that can be tried" : completion_only ? "a completion" : right_word(actual, word.leaves);
      context_.fail(at, fmt::format("\"{}\" is {}; expected {}", text, with_article(named->thing), expected));
    }
    if (word.op == OpCode::kLock && step_.kind_case() == Step::kLockKillable && named->thing == Thing::kSpinlock)
      context_.fail(at, fmt::format("\"{}\" is a spinlock, and no signal ends a wait for one; expected a lock that sleeps", text));
    return found;
  }

  ObjectRef queue(const At& at, const std::string& text) const { return flat_.object(at, text, {Thing::kWaitQueue}); }

  void wait_until(OpCode op, const std::string& text) {
    const Instruction instruction = flat_.condition(at_, text);
    if (instruction.object.kind == ObjectKind::kNone)
      context_.fail(at_, fmt::format("\"{}\" is only of what the actor alone can change; expected a condition that others can end", text));
    flat_.emit(op, at_, instruction);
  }

  void wait_event(const WaitEvent& step) {
    context_.require(step, WaitEvent::kQueueFieldNumber);
    context_.require(step, WaitEvent::kCondFieldNumber);
    const At at{&step, WaitEvent::kCondFieldNumber};
    Instruction instruction = flat_.condition(at, step.cond());
    instruction.other = queue({&step, WaitEvent::kQueueFieldNumber}, step.queue());
    instruction.value = step.exclusive();
    instruction.killable = step.killable();
    const std::size_t test = flat_.emit(OpCode::kWaitEvent, at, instruction);
    flat_.branch(test, step, step.then(), step.else_());
  }

  void prepare_to_wait(const PrepareToWait& step) {
    context_.require(step, PrepareToWait::kQueueFieldNumber);
    const At at{&step, PrepareToWait::kQueueFieldNumber};
    flat_.emit(OpCode::kPrepareToWait, at, {.object = queue(at, step.queue()), .value = step.exclusive()});
  }

  void schedule(const Schedule& step) {
    context_.require(step, Schedule::kQueueFieldNumber);
    const At at{&step, Schedule::kQueueFieldNumber};
    flat_.emit(OpCode::kSchedule, at, {.killable = step.killable(), .object = queue(at, step.queue())});
  }

  // By mapping and index, as writeback goes; folios without a mapping by their number.
  void all(const LockAll& step, OpCode op) {
    context_.require(step, LockAll::kOrderFieldNumber);
    std::vector<ObjectRef> folios = flat_.objects(step, LockAll::kFoliosFieldNumber, {Thing::kFolios});
    if (step.order() != AS_GIVEN) {
      const auto place = [this](const ObjectRef& folio) {
        const auto& sets = context_.out.folio_sets;
        const auto set = std::find_if(sets.rbegin(), sets.rend(), [&](const FolioSetSpec& s) { return s.first_folio <= folio.index; });
        return std::tuple(set->mapping, set->first_index + (std::int64_t{folio.index - set->first_folio} << set->order), folio.index);
      };
      std::sort(folios.begin(), folios.end(), [&](const ObjectRef& a, const ObjectRef& b) { return place(a) < place(b); });
      folios.erase(std::unique(folios.begin(), folios.end()), folios.end());
      if (step.order() == DESCENDING) std::reverse(folios.begin(), folios.end());
    }
    for (const ObjectRef& folio : folios) flat_.emit(op, {&step, LockAll::kFoliosFieldNumber}, {.object = folio});
  }

  Flattener& flat_;
  const ResolveContext& context_;
  const Step& step_;
  At at_;
};

}  // namespace

// One function per group of steps; each says whether the step was one of its own.
bool flatten_step(Flattener& flattener, const Step& step) {
  return StepResolver(flattener, step).resolve() || flatten_memory_step(flattener, step) || flatten_io_step(flattener, step) ||
         flatten_work_step(flattener, step) || flatten_cpu_step(flattener, step);
}

}  // namespace mmsim
