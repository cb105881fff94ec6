#include "sim/explore/batch.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

namespace mmsim {
namespace {

struct Pushed {
  Hash128 state, before;
  std::uint32_t actor;
  std::size_t chunk, index;
};

// States meet, and some lots get more than others.
Hash128 any_state() { return {*rc::gen::element<std::uint64_t>(0, 1, 3) << 62 | *rc::gen::inRange<std::uint64_t>(0, 9), 7}; }

RC_GTEST_PROP(Batch, LooksUpEachOnceAndBuildsTheNewOnesInOrder, ()) {
  const std::size_t actors = 5;
  std::vector<Outcome> outcomes(actors);
  for (std::uint32_t a = 0; a < actors; ++a) outcomes[a].actor = a;
  Visited visited(*rc::gen::element(1, 2));
  Batch batch;
  const std::size_t part = *rc::gen::inRange<std::size_t>(0, 3);
  const int batches = *rc::gen::inRange(1, 4);
  for (int round = 0; round < batches; ++round) {
    std::vector<Pushed> pushed;
    const std::size_t parents = *rc::gen::inRange<std::size_t>(0, 12);
    for (std::size_t p = 0; p < parents; ++p) {
      batch.begin({p / 3, p % 3});
      const Hash128 before = any_state();
      const int successors = *rc::gen::inRange(0, 5);
      for (int i = 0; i < successors && !batch.full(); ++i) {
        pushed.push_back({any_state(), before, *rc::gen::inRange<std::uint32_t>(0, actors), p / 3, p % 3});
        batch.push(pushed.back().state, before, outcomes[pushed.back().actor]);
      }
    }
    RC_ASSERT(batch.empty() == pushed.empty());
    std::map<std::uint64_t, std::vector<Pushed>> left;      // by state, in order
    for (const Pushed& p : pushed) left[p.state.low].push_back(p);
    // What is called new is the store's business: here every second one.
    std::vector<std::uint64_t> called_new;
    bool odd = false;
    batch.look_up_all(visited, 42, part, 3, [&](const Hash128& state, const Arrival& arrival) {
      std::vector<Pushed>& of_state = left[state.low];
      RC_ASSERT(!of_state.empty());
      RC_ASSERT(arrival.depth == 42U);
      RC_ASSERT(arrival.actor == of_state.front().actor);
      RC_ASSERT(arrival.before == Visited::tag(of_state.front().before));
      of_state.erase(of_state.begin());
      odd = !odd;
      if (odd) called_new.push_back(state.low);
      return odd;
    });
    for (const auto& [state, of_state] : left) RC_ASSERT(of_state.empty());
    std::vector<std::pair<std::size_t, std::size_t>> built;
    batch.for_each_new([&](const Batch::Parent& parent, const Outcome& outcome) {
      built.emplace_back(parent.chunk, parent.index);
      RC_ASSERT(&outcome == &outcomes[outcome.actor]);
    });
    RC_ASSERT(built.size() == called_new.size());
    RC_ASSERT(std::is_sorted(built.begin(), built.end()));
    batch.clear();
  }
}

TEST(Batch, IsFullWhenOneLotIs) {
  Outcome outcome;
  Batch batch;
  batch.begin({0, 0});
  int pushed = 0;
  for (; !batch.full(); ++pushed) batch.push({0, static_cast<std::uint64_t>(pushed)}, {}, outcome);
  EXPECT_EQ(pushed, 64);
  batch.clear();
  EXPECT_FALSE(batch.full());
  batch.hold(1'000'000);
  batch.begin({0, 0});
  for (pushed = 0; !batch.full(); ++pushed) batch.push({0, static_cast<std::uint64_t>(pushed)}, {}, outcome);
  EXPECT_EQ(pushed, 1'000'000 / 32 / 128);
}

// Each parent has one successor, named after it.
TEST(Batch, BuildsEachFromItsOwnParent) {
  std::vector<Outcome> outcomes(100);
  Visited visited;
  Batch batch;
  for (std::size_t p = 0; p < outcomes.size(); ++p) {
    outcomes[p].actor = static_cast<std::uint32_t>(p);
    batch.begin({p, 2 * p});
    if (p % 3 != 0) batch.push({p << 57, p}, {}, outcomes[p]);
  }
  batch.look_up_all(visited, 1, 0, 1, [&](const Hash128& state, const Arrival& arrival) {
    return visited.add(state, arrival).added && state.high % 2 == 0;
  });
  std::vector<std::size_t> built;
  batch.for_each_new([&](const Batch::Parent& parent, const Outcome& outcome) {
    EXPECT_EQ(parent.chunk, outcome.actor);
    EXPECT_EQ(parent.index, 2 * outcome.actor);
    built.push_back(parent.chunk);
  });
  std::vector<std::size_t> expected;
  for (std::size_t p = 0; p < outcomes.size(); ++p)
    if (p % 3 != 0 && p % 2 == 0) expected.push_back(p);
  EXPECT_EQ(built, expected);
}

}  // namespace
}  // namespace mmsim
