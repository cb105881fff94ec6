// Programs as the functions of work items.
#include <algorithm>

#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

// Whatever a function takes it has to give back: "BUG: workqueue leaked lock or atomic".
const Object* leaked(const ProgramState& program) {
  const auto is_lock = [](const ProgramState::Held& held) {
    return held.object.kind == ObjectKind::kMutex || held.object.kind == ObjectKind::kSpinlock || held.object.kind == ObjectKind::kRwsem;
  };
  const auto at = std::find_if(program.held.begin(), program.held.end(), is_lock);
  return at != program.held.end() ? &program.objects.at(at->object) : nullptr;
}

Task<> run(Actor& self, ScriptObjects& objects, WorkerPrograms& worker, ProgramState& program) {
  program.rewind();
  worker.now = &program;
  co_await run_program(self, objects, program);
  worker.now = nullptr;
  if (self.world.halted) co_return;
  const Instruction& last = program.code[std::max<std::size_t>(program.code.size(), 2) - 2];
  if (const Object* lock = leaked(program))
    fault(self, objects, last, "returns from a work item with", " held", lock);
  else if (program.off.preemption > 0 || program.off.bottom_halves > 0 || program.off.interrupts)
    fault(self, objects, last, "returns from a work item", " with preemption or interrupts off", nullptr);
}

}  // namespace

Task<> run_work(Actor& self, Work& work) {
  auto& objects = *static_cast<ScriptObjects*>(work.model);
  WorkerPrograms& worker = *objects.workers[self.id];
  co_await run(self, objects, worker, *worker.of_work[work.number]);
}

Task<> run_create_worker(Actor& self, WorkerPool& pool) {
  auto& objects = *static_cast<ScriptObjects*>(pool.model);
  WorkerPrograms& worker = *objects.workers[self.id];
  co_await run(self, objects, worker, *worker.create_worker);
}

}  // namespace mmsim
