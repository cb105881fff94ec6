#include "sim/explore/replay_gate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/core/telling.hpp"
#include "sim/explore/witness.hpp"
#include "sim/mm/mm.hpp"

namespace mmsim {

namespace {

const char* words_for_waiting(const Operation& op) { return op.joins() ? "joins the queue" : op.spins() ? "spins" : "sleeps"; }

}  // namespace

ReplayGate::ReplayGate(const BuiltWorld& built, const std::vector<ScheduleStep>& steps, std::vector<Turn> turns)
    : world_(*built.world), mm_(*built.mm), ipi_acks_(built.cpus->ipi_acks()), steps_(steps), turns_(std::move(turns)) {
  held_.assign(world_.actors.size(), false);
  world_.gate = this;
  world_.supervised = true;
  if (steps_.empty()) open();
}

std::string ReplayGate::words(const Operation& op) const { return words_of(world_, op); }

bool ReplayGate::seen_by_explorer(const Operation& op) const { return op.object() != &ipi_acks_ || mm_.irqs_go_off; }

// Interrupts take time to be acknowledged, also where nobody has them off.
bool ReplayGate::ended_by_time(const Operation& op) const {
  return op.object() == &ipi_acks_ && op.quick_end().by == QuickEnd::By::kTime;
}

bool ReplayGate::admits(Operation& op) {
  if (open_) return !op.take_time();
  if (!seen_by_explorer(op)) return true;
  Actor& actor = op.self;
  if (stepping_ == &actor) {
    if (!done_) return true;   // it was woken
    end_step();
    if (open_) return !op.take_time();
  }
  if (fault_.empty() && stepping_ == nullptr && turns_[at_].actor == &actor) return begin(op);
  held_[actor.id] = true;
  world_.hold(actor);
  return false;
}

bool ReplayGate::begin(Operation& op) {
  Actor& actor = op.self;
  words_ = words(op);
  const std::string& wanted = step().step;
  const auto refuse = [&](const std::string& why) {
    fail(at_, why);
    return false;
  };
  if (!wanted.starts_with(words_))
    return refuse(fmt::format("{} is to do {}, but what it does next is {}", step().actor, wanted, words_));
  if (world_.all_done())
    return refuse(fmt::format("{} cannot do {} here: every actor that must finish has", step().actor, wanted));
  stepping_ = &actor;
  done_ = false;
  outcome_.clear();
  procedure_ = actor.innermost != nullptr ? actor.innermost->name() : "";
  line_ = actor.foresight != nullptr ? actor.foresight->line() : 0;
  actor.unseen = 0;
  if (op.can_complete()) {
    if (!op.take_time()) return true;
    done_ = true;
    return false;
  }
  const bool to_wait = !op.waited && wanted == words_ + " " + words_for_waiting(op);
  if (to_wait || ended_by_time(op)) return true;
  return refuse(fmt::format("{} cannot do {} here: {}", step().actor, wanted, why_blocked(actor)));
}

void ReplayGate::completed(const Operation& op) {
  if (stepping_ != &op.self || done_) return;
  done_ = true;
  outcome_ = told_by(op);
}

// To begin to wait is the step, or time is to end it.
void ReplayGate::waits(const Operation& op) {
  if (stepping_ != &op.self || done_) return;
  if (step().step == words_ && ended_by_time(op)) return;
  outcome_ = words_for_waiting(op);
  end_step();
}

void ReplayGate::finished(const Actor& actor) {
  if (open_ || !fault_.empty()) return;
  if (stepping_ == &actor) {
    if (outcome_.empty()) outcome_ = "finishes";
    return end_step();
  }
  if (stepping_ == nullptr && turns_[at_].actor == &actor)
    fail(at_, fmt::format("{} is to do {}, but it has finished", step().actor, step().step));
}

void ReplayGate::end_step() {
  const std::string all = outcome_.empty() ? words_ : words_ + " " + outcome_;
  if (step().step != words_ && step().step != all)
    return fail(at_, fmt::format("{} is to do {}, but here it is {}", step().actor, step().step, all));
  note_taken(step().actor, words_, outcome_);
  taken_.back().set_at(procedure_);
  taken_.back().set_line(line_);
  stepping_ = nullptr;
  ++at_;
  for (; ahead_ > 0; --ahead_, ++at_) note_taken(step().actor, step().step, {});
  advance();
}

void ReplayGate::note_taken(const std::string& actor, const std::string& words, const std::string& outcome) {
  pb::WitnessStep& out = taken_.emplace_back();
  out.set_number(static_cast<std::uint32_t>(taken_.size()));
  out.set_actor(actor);
  out.set_step(words);
  out.set_outcome(outcome);
}

// It is the turn of step at_.
void ReplayGate::advance() {
  if (at_ == steps_.size()) return open();
  Actor* actor = turns_[at_].actor;
  if (actor == nullptr) return;
  if (actor->state == ActorState::kFinished)
    return fail(at_, fmt::format("{} is to do {}, but it has finished", step().actor, step().step));
  if (!held_[actor->id]) return;
  held_[actor->id] = false;
  world_.let_go(*actor);
}

void ReplayGate::open() {
  open_ = true;
  world_.supervised = false;
  for (Actor* actor : world_.actors)
    if (held_[actor->id]) world_.let_go(*actor);
}

// A request may end while the actor of the step before is on its way to its next operation: that step has had its effect.
void ReplayGate::device_ends(const Object& first) {
  if (open_ || !fault_.empty()) return;
  const auto* buffer = dynamic_cast<const BufferHead*>(&first);
  const BioPlace io = buffer != nullptr ? BioPlace{true, buffer->number} : BioPlace{false, static_cast<const Folio&>(first).slot};
  const bool meanwhile = stepping_ != nullptr && done_;
  const std::size_t next = at_ + (meanwhile ? 1 + ahead_ : 0);
  const auto is_this = [&](const Turn& turn) { return turn.actor == nullptr && turn.io == io; };
  if ((stepping_ == nullptr || meanwhile) && next < turns_.size() && is_this(turns_[next])) {
    const std::string does = fmt::format("bio_endio({})", world_.text(first));
    if (steps_[next].step != does)
      return fail(next, fmt::format("{} is to do {}, but what it does next is {}", steps_[next].actor, steps_[next].step, does));
    if (meanwhile) {
      ++ahead_;
      return;
    }
    note_taken(step().actor, step().step, {});
    ++at_;
    return advance();
  }
  if (meanwhile && next == turns_.size()) return;   // nothing of the schedule is left to be changed by it
  const auto later = std::find_if(turns_.begin() + static_cast<std::ptrdiff_t>(next), turns_.end(), is_this);
  const std::size_t blamed = std::min(next, turns_.size() - 1);
  const std::string planned = later == turns_.end() ? std::string("the schedule does not end it")
                                                    : fmt::format("in the schedule it ends at step {}", later - turns_.begin() + 1);
  fail(blamed, fmt::format("the clock does not allow that {} does {} here: the I/O of {} was over before, at {} ns; {}",
                           steps_[blamed].actor, steps_[blamed].step, world_.text(first), world_.now_ns, planned));
}

void ReplayGate::fail(std::size_t at, const std::string& why) {
  if (fault_.empty()) fault_ = fmt::format("step {}: {}", at + 1, why);
  world_.halted = true;
}

std::string ReplayGate::why_blocked(const Actor& actor) const {
  Wait wait;
  actor.pending->describe(wait);
  const Object* object = actor.pending->object();
  std::string out = fmt::format("it waits for {} {}", wait.noun, object != nullptr ? world_.text(*object) : "");
  for (const WaitEdge& edge : wait.edges) out += fmt::format(", which {} has to end", world_.text(*edge.holder));
  return out;
}

std::string ReplayGate::why_not_further() const {
  const std::string about = fmt::format("step {}: the clock does not allow that {} does {} here: nothing more happens by {} ns, and ",
                                        at_ + 1, step().actor, step().step, world_.now_ns);
  const Actor* actor = turns_[at_].actor;
  if (actor == nullptr) return about + "no request of its is at the device";
  switch (actor->state) {
    case ActorState::kNew: return about + "it has not started";
    case ActorState::kBlocked:
    case ActorState::kSpinning: return about + why_blocked(*actor);
    case ActorState::kRunnable: {
      const Actor* hog = world_.cpus->hog(*actor);
      return about + (hog != nullptr ? fmt::format("{} keeps its CPU and spins", world_.text(*hog)) : std::string("it has no CPU"));
    }
    default: return about + "it does not come to that";
  }
}

}  // namespace mmsim
