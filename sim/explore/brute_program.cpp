#include "sim/explore/brute_program.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>

namespace mmsim::brute {
namespace {

using Steps = google::protobuf::RepeatedPtrField<pb::Step>;

class Reader {
 public:
  Reader(const pb::Scenario& scenario, bool shared_cpus) {
    programs_.shared_cpus = shared_cpus;
    programs_.preemption = scenario.machine().preemption() == pb::PREEMPT_FULL ? 'F' : scenario.machine().preemption() == pb::PREEMPT_VOLUNTARY ? 'V' : 'N';
    for (const auto& set : scenario.mutex()) declare(set.name(), {"", Kind::kLock});
    for (const auto& set : scenario.buffer_head()) declare(set.name(), {"", Kind::kLock});
    for (const auto& set : scenario.folios()) declare(set.name(), {"", Kind::kLock, true});
    for (const auto& set : scenario.spinlock()) declare(set.name(), {"", Kind::kSpinlock, false, set.irq_safe(), set.bh_safe()});
    for (const auto& set : scenario.rwsem()) declare(set.name(), {"", Kind::kRwsem});
    for (const auto& set : scenario.completion()) declare(set.name(), {"", Kind::kCompletion});
    for (const auto& set : scenario.wait_queue()) declare(set.name(), {"", Kind::kWaitQueue});
    for (const auto& set : scenario.var())
      declare(set.name(), {.name = "", .kind = Kind::kVariable, .units = set.has_value() ? std::stoi(set.value()) : 0});
    for (const auto& set : scenario.pool()) declare(set.name(), {.name = "", .kind = Kind::kPool, .units = std::stoi(set.size())});
    for (const auto& zone : scenario.memory())
      declare(zone.name(), {.name = "",
                            .kind = Kind::kPool,
                            .units = std::stoi(zone.pages()) - std::stoi(zone.used_pages()),
                            .min_pages = std::stoi(zone.min_pages()),
                            .low_pages = std::stoi(zone.low_pages())});
    for (const auto& set : scenario.semaphore())
      declare(set.name(), {.name = "", .kind = Kind::kSemaphore, .units = static_cast<int>(set.value())});
    for (const auto& actor : scenario.actor()) {
      if (!actor.has_program() || actor.has_count()) throw std::invalid_argument(actor.name() + " is no single program");
      lines_.clear();
      if (actor.has_interrupt())
        handler(actor);
      else
        steps(actor.program().step(), 0);
      emit(Op::kEnd);
      place(actor, scenario);
      programs_.actors.push_back(lines_);
      programs_.names.push_back(actor.name());
      programs_.background.push_back(actor.background() || (actor.has_interrupt() && actor.interrupt().times() == "0"));
    }
  }

  Programs take() { return std::move(programs_); }

 private:
  void declare(const std::string& name, Thing thing) { declared_[name] = std::move(thing); }

  int thing(const std::string& name) {
    const auto [known, is_new] = numbers_.try_emplace(name, static_cast<int>(programs_.things.size()));
    if (is_new) {
      programs_.things.push_back(declared_.at(name.substr(0, name.find('['))));
      programs_.things.back().name = name;
    }
    return known->second;
  }

  // A handler is with its task, wherever that is.
  void place(const pb::Actor& actor, const pb::Scenario& scenario) {
    Placed placed;
    placed.priority = static_cast<int>(actor.rt_priority());
    int task = static_cast<int>(programs_.placed.size());
    if (actor.has_interrupt()) {
      placed.context = actor.interrupt().context() == pb::SOFTIRQ ? Context::kSoftirq : Context::kHardirq;
      task = 0;
      while (scenario.actor(task).name() != actor.interrupt().on()) ++task;
    }
    placed.cpu = programs_.shared_cpus ? std::stoi(scenario.actor(task).cpu()) : task;
    programs_.cpus = std::max(programs_.cpus, placed.cpu + 1);
    programs_.placed.push_back(placed);
  }

  void handler(const pb::Actor& actor) {
    programs_.counters = std::max(programs_.counters, 3);
    const int head = emit(Op::kRepeat);
    at(head).counter = 2;
    at(head).times = actor.interrupt().has_times() ? std::stoi(actor.interrupt().times()) : 1;
    emit(Op::kEnter);
    steps(actor.program().step(), 0);
    emit(Op::kLeave);
    const int again = emit(Op::kAgain);
    at(again).counter = 2;
    at(again).target = head + 1;
    at(again).times = at(head).times;
  }

  int here() const { return static_cast<int>(lines_.size()); }

  int emit(Op op, int on = -1) {
    lines_.push_back({op, on});
    return here() - 1;
  }
  void emit(Op op, const std::string& name) { emit(op, thing(name)); }
  Line& at(int number) { return lines_[static_cast<std::size_t>(number)]; }

  void steps(const Steps& all, int depth) {
    for (const pb::Step& step : all) this->step(step, depth);
  }

  void reference(int on) {
    if (kFolioReferenceIsAStep && programs_.things[static_cast<std::size_t>(on)].folio) emit(Op::kPass);
  }

  void step(const pb::Step& step, int depth) {
    switch (step.kind_case()) {
      case pb::Step::kLock:
        if (spins(step.lock())) return emit(Op::kSpinLock, step.lock());
        reference(thing(step.lock()));
        emit(Op::kLock, step.lock());
        break;
      case pb::Step::kUnlock:
        if (spins(step.unlock())) return emit(Op::kSpinUnlock, step.unlock());
        emit(Op::kUnlock, step.unlock());
        reference(thing(step.unlock()));
        break;
      case pb::Step::kDownRead: emit(Op::kDownRead, step.down_read()); break;
      case pb::Step::kUpRead: emit(Op::kUpRead, step.up_read()); break;
      case pb::Step::kDownWrite: emit(Op::kDownWrite, step.down_write()); break;
      case pb::Step::kUpWrite: emit(Op::kUpWrite, step.up_write()); break;
      case pb::Step::kDown: emit(Op::kDown, step.down()); break;
      case pb::Step::kUp: emit(Op::kUp, step.up()); break;
      case pb::Step::kWait: emit(Op::kWait, step.wait()); break;
      case pb::Step::kWake: emit(Op::kWake, step.wake()); break;
      case pb::Step::kWakeAll: emit(Op::kWakeAll, step.wake_all()); break;
      case pb::Step::kSpendNs: break;   // time is no step
      case pb::Step::kSleepNs: pause(Op::kSleep); break;
      case pb::Step::kYield:
      case pb::Step::kCondResched: pause(Op::kYield); break;
      case pb::Step::kPreemptDisable: turn(Op::kPreemption, 1); break;
      case pb::Step::kPreemptEnable: turn(Op::kPreemption, -1); break;
      case pb::Step::kLocalIrqDisable: turn(Op::kInterrupts, 1); break;
      case pb::Step::kLocalIrqEnable: turn(Op::kInterrupts, -1); break;
      case pb::Step::kLocalBhDisable: turn(Op::kBottomHalves, 1); break;
      case pb::Step::kLocalBhEnable: turn(Op::kBottomHalves, -1); break;
      case pb::Step::kTrylock: trylock(spins(step.trylock().lock()) ? Op::kSpinTrylock : Op::kTrylock, step.trylock(), depth); break;
      case pb::Step::kDownReadTrylock: trylock(Op::kTryRead, step.down_read_trylock(), depth); break;
      case pb::Step::kDownTrylock: trylock(Op::kTryDown, step.down_trylock(), depth); break;
      case pb::Step::kTryWaitForCompletion: trylock(Op::kTryDown, step.try_wait_for_completion(), depth); break;
      case pb::Step::kDowngradeWrite: emit(Op::kDowngrade, step.downgrade_write()); break;
      case pb::Step::kSet: set(step.set()); break;
      case pb::Step::kIf: branch(compare(Op::kTest, step.if_().cond()), step.if_().then(), step.if_().else_(), depth); break;
      case pb::Step::kWaitUntil: compare(Op::kWaitUntil, step.wait_until()); break;
      case pb::Step::kPrepareToWait:
        emit(Op::kPrepare, step.prepare_to_wait().queue());
        lines_.back().value = step.prepare_to_wait().exclusive();
        break;
      case pb::Step::kSchedule: emit(Op::kSchedule, step.schedule().queue()); break;
      case pb::Step::kFinishWait: emit(Op::kFinish, step.finish_wait()); break;
      case pb::Step::kTake: take(Op::kTake, step.take(), depth); break;
      case pb::Step::kTryTake: take(Op::kTryTake, step.try_take(), depth); break;
      case pb::Step::kAlloc: alloc(step.alloc(), depth); break;
      case pb::Step::kFree:
        emit(Op::kGive, step.free().to());
        lines_.back().value = std::stoi(step.free().pages());
        break;
      case pb::Step::kGive: units(Op::kGive, step.give()); break;
      case pb::Step::kRepeat: repeat(step.repeat(), depth); break;
      default: throw std::invalid_argument("a step of an unknown kind: " + step.ShortDebugString());
    }
  }

  void take(Op op, const pb::Take& step, int depth) {
    const int line = units(op, step);
    at(line).reserve = step.has_reserve() ? std::stoi(step.reserve()) : 0;
    branch(line, step.then(), step.else_(), depth);
  }

  // Of a zone that nobody makes room in. What it may leave a zone with: first low, then min, for GFP_ATOMIC half of min; with
  // noretry min once more, after a reclaim that does nothing.
  void alloc(const pb::Alloc& step, int depth) {
    const Thing& zone = programs_.things[static_cast<std::size_t>(thing(step.from()))];
    std::vector<int> leaves = {zone.low_pages, step.gfp() == pb::GFP_ATOMIC ? zone.min_pages / 2 : zone.min_pages};
    if (step.noretry()) leaves.push_back(zone.min_pages);
    std::vector<int> got;
    for (const int least : leaves) {
      const int tried = emit(Op::kTryTake, thing(step.from()));
      at(tried).value = std::stoi(step.pages());
      at(tried).reserve = least;
      got.push_back(emit(Op::kGoto));
      at(tried).target = here();
    }
    steps(step.else_(), depth);
    const int end = emit(Op::kGoto);
    for (const int jump : got) at(jump).target = here();
    steps(step.then(), depth);
    at(end).target = here();
  }

  bool spins(const std::string& name) { return programs_.things[static_cast<std::size_t>(thing(name))].kind == Kind::kSpinlock; }

  void pause(Op op) {
    if (programs_.shared_cpus) emit(op);
  }

  void turn(Op op, int by) { at(emit(op)).value = by; }

  template <class Message>
  int units(Op op, const Message& step) {
    const int line = emit(op, thing(step.pool()));
    at(line).value = step.has_units() ? std::stoi(step.units()) : 1;
    return line;
  }

  // The reference that comes with a trylock is part of it.
  void trylock(Op op, const pb::Trylock& step, int depth) { branch(emit(op, thing(step.lock())), step.then(), step.else_(), depth); }

  void branch(int test, const Steps& then, const Steps& otherwise, int depth) {
    steps(then, depth);
    const int jump = emit(Op::kGoto);
    at(test).target = here();
    steps(otherwise, depth);
    at(jump).target = here();
  }

  // "x = x + 1" and "x = 1": words with a blank between them.
  void set(const std::string& text) {
    std::istringstream words(text);
    std::string variable, equals, first, plus;
    int by = 0;
    words >> variable >> equals >> first;
    const bool adds = static_cast<bool>(words >> plus >> by);
    emit(adds ? Op::kAdd : Op::kSet, variable);
    lines_.back().value = adds ? by : std::stoi(first);
  }

  int compare(Op op, const std::string& text) {
    std::istringstream words(text);
    std::string variable, comparison;
    int value = 0;
    words >> variable >> comparison >> value;
    const int test = emit(op, thing(variable));
    at(test).compares = comparison.front();
    at(test).value = value;
    return test;
  }

  void repeat(const pb::Repeat& step, int depth) {
    programs_.counters = std::max(programs_.counters, depth + 1);
    const int head = emit(Op::kRepeat);
    at(head).counter = depth;
    at(head).times = std::stoi(step.times());
    steps(step.step(), depth + 1);
    const int again = emit(Op::kAgain);
    at(again).counter = depth;
    at(again).target = head + 1;
    at(again).times = at(head).times;
  }

  Programs programs_;
  std::vector<Line> lines_;              // of the actor being read
  std::map<std::string, Thing> declared_;
  std::map<std::string, int> numbers_;   // of the things that are used
};

}  // namespace

Programs read_programs(const pb::Scenario& scenario, bool shared_cpus) { return Reader(scenario, shared_cpus).take(); }

}  // namespace mmsim::brute
