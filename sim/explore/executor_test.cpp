// Steps out of tables against steps of the world itself, and what a step may not do.
#include "sim/explore/executor.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <random>

#include "sim/core/testing.hpp"
#include "sim/core/visible.hpp"
#include "sim/explore/any_scenario.hpp"
#include "sim/explore/explored_world.hpp"

namespace mmsim {
namespace {

using Pick = std::function<std::size_t(std::size_t)>;

// A walk as the tables tell it.
struct Walk {
  Path path;
  std::vector<std::vector<std::uint32_t>> enabled;   // before each step, and at the end
  State end;
};

Walk walk_by_tables(Expander& expander, const Pick& pick, std::size_t most) {
  Walk out;
  Expansion expansion;
  out.end = expander.initial();
  State next = out.end;
  for (;;) {
    expander.expand(out.end, expansion);
    std::vector<std::uint32_t>& enabled = out.enabled.emplace_back();
    for (std::uint32_t actor = 0; actor < expansion.outcomes.size(); ++actor)
      if (expansion.outcomes[actor]->enabled) enabled.push_back(actor);
    if (expansion.enabled.empty() || out.path.size() == most) return out;
    out.path.push_back(expansion.enabled[pick(expansion.enabled.size())]);
    expander.successor(out.end, *expansion.outcomes[out.path.back()], next);
    std::swap(out.end, next);
  }
}

std::vector<std::uint32_t> enabled_in_memory(Executor& executor) {
  std::vector<std::uint32_t> out;
  for (const Actor* actor : executor.world().actors)
    if (executor.can_step(*actor)) out.push_back(actor->id);
  return out;
}

// Shared memory as it stands is that of the state.
bool is_in_memory(Executor& executor, const State& state) {
  SharedMemory& memory = executor.memory();
  for (CellId cell = 0; cell < memory.cells(); ++cell)
    if (memory.now(cell) != memory.value(cell, state.blocks)) return false;
  return true;
}

// Empty: the world itself goes the way that the tables tell.
std::string difference(Executor& executor, const Walk& walk) {
  executor.rewind();
  for (std::size_t i = 0; i <= walk.path.size(); ++i) {
    if (enabled_in_memory(executor) != walk.enabled[i]) return "others can step before step " + std::to_string(i + 1);
    if (i < walk.path.size()) executor.take(*executor.world().actors[walk.path[i]]);
  }
  for (const Actor* actor : executor.world().actors)
    if ((actor->state == ActorState::kFinished) != executor.local(walk.end.locals[actor->id]).finished) return "others have finished";
  return is_in_memory(executor, walk.end) ? "" : "shared memory is another";
}

// Each walk learns steps where the one before has left another world in memory.
std::string difference_of_walks(const Resolved& scenario, const Pick& pick, int walks, std::size_t most) {
  ExploredWorld explored(scenario, false);
  for (int i = 0; i < walks; ++i) {
    const Walk walk = walk_by_tables(explored.expander(), pick, most);
    if (const std::string found = difference(explored.executor(), walk); !found.empty()) return found;
    // The same in a world that has seen nothing else.
    ExploredWorld fresh(scenario, false);
    if (!(state_after(fresh.expander(), walk.path, walk.path.size()).hash == walk.end.hash)) return "the hash is another";
  }
  return {};
}

RC_GTEST_PROP(Executor, TellsWhatTheWorldDoes, ()) {
  const Pick any_below = [](std::size_t n) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::size_t>(0, n)); };
  RC_ASSERT(difference_of_walks(any_program(), any_below, 4, 60) == "");
}

TEST(Executor, TellsWhatTheWorldsOfTheThreadDo) {
  std::mt19937_64 random(1);
  for (const char* file : {"1-batching-writer", "3b-ioend-writer", "5-migrate-async", "6-one-by-one", "8-fix-b-fall-back",
                           "9a-loop-v6.3-rc1", "9c-loop-v6.3"}) {
    const Resolved scenario = shipped(std::string("lkml-2022-09-27/") + file + ".txtpb", {});
    EXPECT_EQ(difference_of_walks(scenario, [&](std::size_t n) { return random() % n; }, 6, 400), "") << file;
  }
}

// A world to be explored whose actors a test writes.
class Bare : public TestWorld {
 public:
  Bare() { world.exploring = true; }
  template <class T>
  T& in_common(T value = {}) {
    return *world.arena.make<T>(value);
  }
};

Task<> writes(Actor& self, int& plain) {
  co_await act(self, nullptr, "begin", [] {});
  ++plain;
  co_await act(self, nullptr, "end", [] {});
}
Task<> makes(Actor& self) {
  co_await act(self, nullptr, "begin", [] {});
  self.world.add<TestBit>(Name{});
  co_await act(self, nullptr, "end", [] {});
}
Task<> takes_common_memory(Actor& self) {
  co_await act(self, nullptr, "begin", [] {});
  {
    const Arena::Inside common(self.world.arena, nullptr);
    self.world.arena.make<int>(1);
  }
  co_await act(self, nullptr, "end", [] {});
}
struct Large {
  int at[4096];
};
Task<> shows(Actor& self, const Large** shown) {
  Large own{};
  *shown = &own;
  co_await act(self, nullptr, "begin", [] {});
  co_await act(self, nullptr, "end", [&] { own.at[0] = 1; });
}
Task<> looks(Actor& self, const Large* const* shown) {
  co_await act(self, nullptr, "begin", [] {});
  volatile int seen = (*shown)->at[2048];
  static_cast<void>(seen);
  co_await act(self, nullptr, "end", [] {});
}

TEST(ExecutorDeathTest, PlainMemoryThatIsWritten) {
  Bare w;
  int& plain = w.in_common<int>();
  w.start("a", 0, writes, plain);
  Executor executor(w.world);
  EXPECT_DEATH(executor.outcome(executor.initial()[0], {}), "neither its actor's own nor Shared");
}

TEST(ExecutorDeathTest, ASharedObjectThatIsMade) {
  Bare w;
  w.start("a", 0, makes);
  Executor executor(w.world);
  EXPECT_DEATH(executor.outcome(executor.initial()[0], {}), "made a shared object");
}

TEST(ExecutorDeathTest, CommonMemoryThatIsTaken) {
  Bare w;
  w.start("a", 0, takes_common_memory);
  Executor executor(w.world);
  EXPECT_DEATH(executor.outcome(executor.initial()[0], {}), "made a shared object");
}

// Of a heap all but the first page, which its Actor is in and others may look at.
void allow_rest_of_heap(Actor& actor, int how) {
  const auto page = static_cast<std::size_t>(getpagesize());
  const std::size_t used = (actor.heap->used_bytes() + page - 1) / page * page;
  if (used <= page) return;
  ASSERT_EQ(mprotect(actor.heap->begin() + page, used - page, how), 0);
}

TEST(ExecutorDeathTest, TheHeapOfAnotherThatIsLookedAt) {
  Bare w;
  const Large*& shown = w.in_common<const Large*>();
  Actor& a = w.start("a", 0, shows, &shown);
  w.start("b", 0, looks, &shown);
  Executor executor(w.world);
  ASSERT_NE(shown, nullptr);
  ASSERT_GT(a.heap->used_bytes(), sizeof(Large));
  EXPECT_TRUE(executor.outcome(executor.initial()[1], {}).enabled);   // nobody notices
  Bare again;
  const Large*& shown_again = again.in_common<const Large*>();
  Actor& guarded = again.start("a", 0, shows, &shown_again);
  again.start("b", 0, looks, &shown_again);
  Executor strict(again.world);
  allow_rest_of_heap(guarded, PROT_NONE);
  EXPECT_DEATH(strict.outcome(strict.initial()[1], {}), "");
  allow_rest_of_heap(guarded, PROT_READ | PROT_WRITE);
}

// No step of the model does: here every step that is run is run with the heaps of the others out of reach.
TEST(Executor, StepsLookAtNobodyElsesHeap) {
  std::mt19937_64 random(2);
  for (const char* file : {"1-batching-writer", "8-fix-b-fall-back", "9a-loop-v6.3-rc1"}) {
    ExploredWorld explored(shipped(std::string("lkml-2022-09-27/") + file + ".txtpb", {}), false);
    Executor& executor = explored.executor();
    State state = explored.expander().initial();
    State next = state;
    for (int i = 0; i < 400; ++i) {
      std::vector<const Outcome*> able;
      for (Actor* actor : executor.world().actors) {
        for (Actor* other : executor.world().actors)
          if (other != actor) allow_rest_of_heap(*other, PROT_NONE);
        const Outcome& outcome = executor.outcome(state.locals[actor->id], state.blocks);
        for (Actor* other : executor.world().actors) allow_rest_of_heap(*other, PROT_READ | PROT_WRITE);
        if (outcome.enabled) able.push_back(&outcome);
      }
      if (able.empty()) break;
      explored.expander().successor(state, *able[random() % able.size()], next);
      std::swap(state, next);
    }
    EXPECT_GT(executor.steps_run(), 50U) << file;
  }
}

}  // namespace
}  // namespace mmsim
