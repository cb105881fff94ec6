// What steps do to work items and work queues.
#include "sim/run/resolve_program.hpp"

namespace mmsim {

bool flatten_work_step(Flattener& flattener, const Step& step) {
  const At at{&step, static_cast<int>(step.kind_case())};
  const auto emit = [&](OpCode op, const std::string& text, Thing thing) {
    flattener.emit(op, at, {.object = flattener.object(at, text, {thing})});
    return true;
  };
  switch (step.kind_case()) {
    case Step::kQueueWork: return emit(OpCode::kQueueWork, step.queue_work(), Thing::kWork);
    case Step::kFlushWork: return emit(OpCode::kFlushWork, step.flush_work(), Thing::kWork);
    case Step::kFlushWorkqueue: return emit(OpCode::kFlushWorkqueue, step.flush_workqueue(), Thing::kWorkqueue);
    case Step::kCancelWorkSync: return emit(OpCode::kCancelWorkSync, step.cancel_work_sync(), Thing::kWork);
    default: return false;
  }
}

}  // namespace mmsim
