// Steps that queue work items and wait for them.
#include "sim/script/steps.hpp"

namespace mmsim {

Task<std::int64_t> work_step(Actor& self, ProgramState& program, const Instruction& step) {
  ScriptObjects& objects = program.objects;
  const std::size_t i = step.object.index;
  bool outcome = true;
  switch (step.op) {
    case OpCode::kQueueWork: outcome = co_await queue_work(self, *objects.works[i]); break;
    case OpCode::kFlushWork: co_await flush_work(self, *objects.works[i]); break;
    case OpCode::kFlushWorkqueue: co_await flush_workqueue(self, *objects.workqueues[i]); break;
    default: outcome = co_await cancel_work_sync(self, *objects.works[i]); break;
  }
  co_return outcome;
}

}  // namespace mmsim
