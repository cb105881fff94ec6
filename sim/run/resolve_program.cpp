// Programs: steps with names become instructions with numbers; trylock and repeat become jumps.
#include <algorithm>
#include <fmt/format.h>

#include "sim/run/resolve_context.hpp"
#include "sim/run/resolve_held.hpp"

namespace mmsim {
namespace {

constexpr std::size_t kInstructions_max = 1 << 15;

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
    default: return ObjectKind::kNone;
  }
}

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
      {OpCode::kDown, Family::kSemaphore, false, Step::kDownFieldNumber},
      {OpCode::kUp, Family::kSemaphore, true, Step::kUpFieldNumber},
      {OpCode::kWait, Family::kWait, false, Step::kWaitFieldNumber},
      {OpCode::kWake, Family::kWait, true, Step::kWakeFieldNumber},
      {OpCode::kWakeAll, Family::kWait, true, Step::kWakeAllFieldNumber},
  };
  for (const Word& word : kWords) {
    if (word.field == static_cast<int>(kind)) return &word;
  }
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

const std::vector<Thing>& objects() {
  static const std::vector<Thing> kObjects = {Thing::kMutex,      Thing::kSpinlock,   Thing::kRwsem,
                                              Thing::kSemaphore,  Thing::kCompletion, Thing::kWaitQueue,
                                              Thing::kBufferHead, Thing::kFolios};
  return kObjects;
}

class Flattener {
 public:
  Flattener(const ResolveContext& context, const Variables& variables) : context_(context), variables_(variables) {}

  template <typename Steps>
  void steps(const Steps& steps) {
    for (const Step& step : steps) this->step(step);
  }

  FlatProgram finish() {
    emit(OpCode::kEnd, {});
    return std::move(program_);
  }

 private:
  std::size_t emit(OpCode op, const At& at, Instruction instruction = {}) {
    if (program_.code.size() >= kInstructions_max) {
      context_.fail(at, fmt::format("the program is too long; expected at most {} steps", kInstructions_max));
    }
    instruction.op = op;
    const TextPosition place = at.message ? context_.source.position(*at.message) : TextPosition{};
    instruction.line = place.line;
    instruction.column = static_cast<std::uint16_t>(std::min(place.column, 0xffff));
    program_.code.push_back(instruction);
    program_.at.push_back(at);
    return program_.code.size() - 1;
  }

  std::int32_t here() const { return static_cast<std::int32_t>(program_.code.size()); }

  std::string text(const Step& step) const {
    return step.GetReflection()->GetString(step, step.GetDescriptor()->FindFieldByNumber(step.kind_case()));
  }

  void step(const Step& step) {
    const At at{&step, static_cast<int>(step.kind_case())};
    if (const Word* word = find_word(step.kind_case())) {
      emit(word->op, at, {.object = object(at, text(step), *word)});
      return;
    }
    switch (step.kind_case()) {
      case Step::kTrylock: trylock(step.trylock()); break;
      case Step::kRepeat: repeat(step.repeat()); break;
      case Step::kSpendNs: emit(OpCode::kSpend, at, {.object = {}, .value = time(at, step.spend_ns())}); break;
      case Step::kSleepNs: emit(OpCode::kSleep, at, {.object = {}, .value = time(at, step.sleep_ns())}); break;
      case Step::kYield: emit(OpCode::kYield, {&step}); break;
      case Step::kCondResched: emit(OpCode::kCondResched, {&step}); break;
      default: context_.fail({&step}, "an empty step; expected lock, unlock, spend_ns, repeat, ...");
    }
  }

  std::int64_t time(const At& at, const std::string& text) const {
    return context_.evaluate_at(at, text, variables_, 0, kTime_max_ns);
  }

  ObjectRef object(const At& at, const std::string& text, const Word& word, bool rwsem_too = false) const {
    const Named* named = nullptr;
    const std::uint32_t index = context_.refer_to_one(at, text, variables_, objects(), &named);
    const Family actual = family(named->thing);
    if (actual != word.family && !(rwsem_too && actual == Family::kRwsem)) {
      const bool trylock = word.op == OpCode::kTrylock;
      const std::string expected = trylock ? "a lock that can be tried" : right_word(actual, word.leaves);
      context_.fail(at, fmt::format("\"{}\" is {}; expected {}", text, with_article(named->thing), expected));
    }
    return {object_kind(named->thing), index};
  }

  void trylock(const Trylock& step) {
    context_.require(step, Trylock::kLockFieldNumber);
    const At at{&step, Trylock::kLockFieldNumber};
    const Word word{OpCode::kTrylock, Family::kLock, false, 0};
    const std::size_t test = emit(OpCode::kTrylock, at, {.object = object(at, step.lock(), word, true)});
    steps(step.then());
    if (step.else__size() > 0) {
      const std::size_t jump = emit(OpCode::kJump, {&step});
      program_.code[test].target = here();
      steps(step.else_());
      program_.code[jump].target = here();
    } else {
      program_.code[test].target = here();
    }
  }

  void repeat(const Repeat& step) {
    context_.require(step, Repeat::kTimesFieldNumber);
    context_.require(step, Repeat::kStepFieldNumber);
    if (depth_ == kRepeatDepth_max) {
      context_.fail({&step}, fmt::format("repeat nested too deeply; expected at most {} levels", kRepeatDepth_max));
    }
    const auto slot = static_cast<std::uint8_t>(depth_);
    const std::int64_t times =
        context_.evaluate_at({&step, Repeat::kTimesFieldNumber}, step.times(), variables_, 0, kTimes_max);
    emit(OpCode::kRepeat, {&step}, {.slot = slot, .object = {}, .value = times});
    const std::int32_t body = here();
    ++depth_;
    steps(step.step());
    --depth_;
    emit(OpCode::kRepeatEnd, {&step}, {.slot = slot, .object = {}, .target = body});
  }

  const ResolveContext& context_;
  const Variables& variables_;
  FlatProgram program_;
  int depth_ = 0;
};

}  // namespace

std::vector<Instruction> flatten_program(const ResolveContext& context, const Program& program,
                                         const Variables& variables) {
  context.require(program, Program::kStepFieldNumber);
  Flattener flattener(context, variables);
  flattener.steps(program.step());
  FlatProgram flat = flattener.finish();
  check_held(context, flat);
  return std::move(flat.code);
}

}  // namespace mmsim
