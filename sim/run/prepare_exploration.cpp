#include "sim/run/prepare_exploration.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "sim/mm/block.hpp"
#include "sim/run/scenario_error.hpp"

namespace mmsim {

namespace {

constexpr std::size_t kReaders_most = 64;   // of one rwsem at a time, beside one for each actor

class Preparation {
 public:
  Preparation(const Resolved& scenario, BuiltWorld& built) : in_(scenario), out_(built), mm_(*built.mm) {}

  void prepare() {
    say_what_matters();
    expect_migrations(in_, mm_);
    bios();
    for (Journal* journal : out_.objects->journals) {
      journal->handles.reserve(in_.actors.size());
      journal->in_running.reserve(in_.actors.size());
      journal->in_committing.reserve(in_.actors.size());
    }
    for (Rwsem* rwsem : out_.objects->rwsems) rwsem->readers.reserve(kReaders_most + in_.actors.size());
    for (const auto& slot : mm_.slots)
      if (const AddressSpace* mm = slot->mm; mm != nullptr) mm->mmap_lock.readers.reserve(kReaders_most + in_.actors.size());
  }

 private:
  template <class Spec>
  std::vector<const Spec*> all() const {
    std::vector<const Spec*> out;
    for_each_call<Spec>(in_, [&out](const Spec& spec) { out.push_back(&spec); });
    return out;
  }
  [[noreturn]] void refuse(const std::string& what) const { throw ScenarioError(in_.path + ": " + what); }

  void say_what_matters();
  bool asks_for_references() const;
  bool irqs_go_off() const;
  bool duties_come_back() const;
  bool memory_runs_out() const;
  void bios();
  void bios_of(const ProgramText& text);
  void buffer_io(BufferHead& bh, std::uint32_t slot);
  void make_room(std::uint32_t slot, std::size_t folios) { room_[slot] = std::max(room_[slot], folios); }
  bool on_disk(const FolioSetSpec& set) const;
  void add_io_actor(Bio& bio, const FolioSetSpec& set, Name first, BioPlace place);
  const FolioSetSpec& set_of(std::uint32_t slot) const;

  const Resolved& in_;
  BuiltWorld& out_;
  Mm& mm_;
  std::set<std::uint32_t> written_;             // slots whose folio is ever under writeback
  std::map<std::uint32_t, std::size_t> room_;   // by slot of the first folio: how many its bio may have
};

void Preparation::say_what_matters() {
  mm_.folios_move = !all<MigratePagesSpec>().empty() || asks_for_references();
  mm_.irqs_go_off = irqs_go_off();
  const bool locks_mask = std::any_of(in_.locks.begin(), in_.locks.end(), [](const LockSpec& lock) { return lock.irq_safe || lock.bh_safe; });
  const bool handlers = std::any_of(in_.actors.begin(), in_.actors.end(), [](const ActorSpec& actor) { return actor.interrupt.has_value(); });
  out_.world->interrupts_matter = locks_mask && (handlers || mm_.folios_move || !in_.smp_calls.empty());
  out_.world->duties_come_back = duties_come_back();
  mm_.memory_runs_out = memory_runs_out();
}

// Whether some program makes something depend on them.
bool Preparation::asks_for_references() const {
  const auto asks = [](const ProgramText& text) {
    for (const Instruction& step : text.code)
      if (step.op >= OpCode::kFolioGet && step.op <= OpCode::kFolioPutWaitLocked) return true;
    for (const Expression& expression : text.expressions)
      for (const Term& term : expression.terms)
        if (term.kind == Term::kProperty && term.property == Property::kRefs) return true;
    return false;
  };
  const auto actor_asks = [&](const ActorSpec& actor) {
    const auto* program = std::get_if<ProgramSpec>(&actor.kind);
    return program != nullptr && asks(program->text);
  };
  return std::any_of(in_.actors.begin(), in_.actors.end(), actor_asks) ||
         std::any_of(in_.works.begin(), in_.works.end(), [&](const WorkSpec& work) { return asks(work.text); });
}

// Whether somebody may ever have interrupts off.
bool Preparation::irqs_go_off() const {
  const auto turns_off = [](const ProgramText& text) {
    return std::any_of(text.code.begin(), text.code.end(), [](const Instruction& step) { return step.op == OpCode::kLocalIrqDisable; });
  };
  const auto actor_turns_off = [&](const ActorSpec& actor) {
    const auto* program = std::get_if<ProgramSpec>(&actor.kind);
    return (actor.interrupt && !actor.interrupt->softirq) || (program != nullptr && turns_off(program->text));
  };
  return !in_.smp_calls.empty() || std::any_of(in_.locks.begin(), in_.locks.end(), [](const LockSpec& lock) { return lock.irq_safe; }) ||
         std::any_of(in_.actors.begin(), in_.actors.end(), actor_turns_off) ||
         std::any_of(in_.works.begin(), in_.works.end(), [&](const WorkSpec& work) { return turns_off(work.text); });
}

// Whether somebody whom the run does not wait for may queue an item that it does wait for.
bool Preparation::duties_come_back() const {
  const auto queues = [this](const ProgramText& text) {
    return std::any_of(text.code.begin(), text.code.end(), [this](const Instruction& step) {
      return step.op == OpCode::kQueueWork && !in_.works[step.object.index].background;
    });
  };
  return std::any_of(in_.actors.begin(), in_.actors.end(), [&](const ActorSpec& actor) {
    const auto* program = std::get_if<ProgramSpec>(&actor.kind);
    return actor.background && program != nullptr && queues(program->text);
  }) || std::any_of(in_.works.begin(), in_.works.end(), [&](const WorkSpec& work) { return work.background && queues(work.text); });
}

// A migrated folio is on one node once at most, so this is all that can ever be allocated there.
bool Preparation::memory_runs_out() const {
  std::vector<std::set<std::uint32_t>> may_come(mm_.nodes.size());
  for (const MigratePagesSpec* spec : all<MigratePagesSpec>()) {
    if (spec->folios.empty()) continue;
    const std::size_t back = mm_.slots[spec->folios.front()]->node;   // see migrate_pages_actor()
    for (const std::size_t to : {static_cast<std::size_t>(spec->to_node), back})
      for (const std::uint32_t slot : spec->folios)
        if (mm_.slots[slot]->node != to) may_come[to].insert(slot);
  }
  for (std::size_t node = 0; node < mm_.nodes.size(); ++node) {
    std::int64_t pages = 0;
    for (const std::uint32_t slot : may_come[node]) pages += mm_.slots[slot]->pages();
    if (pages > mm_.nodes[node].free_pages) return true;
  }
  return false;
}

// Any folio that a writer is given may be the first of a bio, and so may any that a program adds to one or reads.
void Preparation::bios() {
  for (const WritebackSpec* spec : all<WritebackSpec>())
    for (const std::uint32_t slot : spec->folios) {
      written_.insert(slot);
      make_room(slot, std::min<std::size_t>(std::max<std::uint32_t>(spec->keep_folios, 1), spec->folios.size()));
    }
  for (const ActorSpec& actor : in_.actors)
    if (const auto* program = std::get_if<ProgramSpec>(&actor.kind)) bios_of(program->text);
  for (const WorkSpec& work : in_.works) bios_of(work.text);
  for (const WorkerPoolSpec& pool : in_.worker_pools)
    if (pool.create_worker) bios_of(*pool.create_worker);
  for (const std::uint32_t slot : written_) mm_.expect_writeback(slot);
  for (const auto& [slot, folios] : room_) {
    Bio& bio = mm_.expect_bio(slot, folios);
    if (const FolioSetSpec& set = set_of(slot); on_disk(set)) add_io_actor(bio, set, mm_.slots[slot]->name, {false, slot});
  }
}

void Preparation::bios_of(const ProgramText& text) {
  std::map<std::int64_t, std::set<std::uint32_t>> filled;   // by number of the bio
  for (const Instruction& step : text.code) {
    if (step.op == OpCode::kStartWriteback) written_.insert(step.object.index);
    if (step.op == OpCode::kBioAdd) filled[step.value].insert(step.object.index);
    if (step.op == OpCode::kSubmitRead) {
      const auto& folios = text.lists[static_cast<std::size_t>(step.value)];
      make_room(folios.front(), folios.size());
    }
    if (step.op == OpCode::kSubmitBh) buffer_io(*out_.objects->buffer_heads[step.object.index], step.other.index);
  }
  for (const auto& [bio, folios] : filled)
    for (const std::uint32_t slot : folios) make_room(slot, folios.size());
}

void Preparation::buffer_io(BufferHead& bh, std::uint32_t slot) {
  if (bh.bio != nullptr) return;
  Bio& bio = mm_.expect_bio(bh, *mm_.slots[slot]->mapping->device);
  if (const FolioSetSpec& set = set_of(slot); on_disk(set)) add_io_actor(bio, set, bh.name, {true, bh.number});
}

const FolioSetSpec& Preparation::set_of(std::uint32_t slot) const {
  return *std::find_if(in_.folio_sets.begin(), in_.folio_sets.end(), [slot](const FolioSetSpec& set) {
    return set.first_folio <= slot && slot < set.first_folio + set.count;
  });
}

bool Preparation::on_disk(const FolioSetSpec& set) const { return in_.mappings[static_cast<std::size_t>(set.mapping)].disk != kNoIndex; }

void Preparation::add_io_actor(Bio& bio, const FolioSetSpec& set, Name first, BioPlace place) {
  World& world = *out_.world;
  if (world.actors.size() >= Arena::kPrivateHeaps) refuse("too many actors and folios under I/O to be explored");
  const DiskSpec& disk = in_.disks[static_cast<std::size_t>(in_.mappings[static_cast<std::size_t>(set.mapping)].disk)];
  const std::string base = world.text(Name{first.base, -1});
  Actor& actor = world.add_actor({world.intern(disk.name + ":" + base), first.instance});
  actor.must_finish = false;
  out_.io_actors.push_back(&actor);
  out_.io_places.push_back(place);
  bio.ender = &actor;
  world.start(actor, disk_io(actor, bio, place), 0);
}

}  // namespace

void expect_migrations(const Resolved& scenario, Mm& mm) {
  for_each_call<MigratePagesSpec>(scenario, [&mm](const MigratePagesSpec& migrate) {
    for (const std::uint32_t slot : migrate.folios) {
      Folio& folio = *mm.slots[slot];
      mm.expect_migration(folio);
      if (folio.order > 0 && (!migrate.thp_migration || mm.memory_runs_out)) mm.expect_split(folio);
    }
  });
}

void prepare_exploration(const Resolved& scenario, BuiltWorld& built) { Preparation(scenario, built).prepare(); }

}  // namespace mmsim
