// Steps of journal handles and commits. A handle counts as something held; what is inside of another is that one.
#include "sim/script/steps.hpp"

namespace mmsim {

namespace {

Task<> journal_start(Actor& self, ProgramState& program, const Instruction& step) {
  const bool inside = program.holds(step.object);
  program.took(step.object);
  if (!inside) co_await jbd2_journal_start(self, *program.objects.journals[step.object.index], step.value);
}

Task<> journal_stop(Actor& self, ProgramState& program, const Instruction& step) {
  Journal& journal = *program.objects.journals[step.object.index];
  if (!program.holds(step.object)) {
    fault(self, program.objects, step, "stops a handle of", ", of which it has none open", &journal);
    co_return;
  }
  program.gave_back(step.object);
  if (!program.holds(step.object)) co_await jbd2_journal_stop(self, journal);
}

// A commit in hand is noted as what is held for read: it is no handle.
Task<> take_commit(Actor& self, ProgramState& program, const Instruction& step) {
  Journal& journal = *program.objects.journals[step.object.index];
  if (program.holds(step.object, true)) {
    fault(self, program.objects, step, "begins a commit of", " while it has not ended the one before", &journal);
    co_return;
  }
  co_await next_commit(self, journal);
  program.took(step.object, true);
}

Task<> finish_commit(Actor& self, ProgramState& program, const Instruction& step) {
  Journal& journal = *program.objects.journals[step.object.index];
  if (!program.holds(step.object, true)) {
    fault(self, program.objects, step, "ends a commit of", ", of which it has begun none", &journal);
    co_return;
  }
  program.gave_back(step.object, true);
  co_await end_commit(self, journal);
}

}  // namespace

Task<> journal_step(Actor& self, ProgramState& program, const Instruction& step) {
  Journal& journal = *program.objects.journals[step.object.index];
  switch (step.op) {
    case OpCode::kJournalStart: co_await journal_start(self, program, step); break;
    case OpCode::kJournalStop: co_await journal_stop(self, program, step); break;
    case OpCode::kNextCommit: co_await take_commit(self, program, step); break;
    case OpCode::kEndCommit: co_await finish_commit(self, program, step); break;
    case OpCode::kJournalCommitWait: co_await jbd2_complete_transaction(self, journal); break;
    default: co_await jbd2_journal_force_commit(self, journal); break;
  }
}

}  // namespace mmsim
