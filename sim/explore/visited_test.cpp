// The store of visited states against std::map.
#include "sim/explore/visited.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <random>
#include <thread>

namespace mmsim {
namespace {

using Truth = std::map<Hash128, std::uint64_t>;   // the word of each state's arrival

void add_both(Visited& store, Truth& truth, const Hash128& state, const Arrival& arrival) {
  const auto [at, added] = truth.try_emplace(state, arrival.word());
  const bool lowered = !added && arrival.depth < Arrival::of(at->second).depth;
  at->second = std::min(at->second, arrival.word());
  const Visited::Found found = store.add(state, arrival);
  RC_ASSERT(found.added == added);
  RC_ASSERT(found.lowered == lowered);
  RC_ASSERT(found.depth == Arrival::of(at->second).depth);
}

// Few bits of each word are used, so that states meet, crowd in one segment, and share their tags.
Hash128 any_state() {
  const auto bits = *rc::gen::element(2, 8, 40, 64);
  const auto word = [&] { return *rc::gen::arbitrary<std::uint64_t>() >> (64 - bits); };
  const std::uint64_t low = word();
  return {*rc::gen::arbitrary<bool>() ? low << (64 - bits) : low, word()};
}

RC_GTEST_PROP(Visited, IsAMapThatKeepsTheSmallestArrival, ()) {
  Visited store(*rc::gen::element(1, 2));
  Truth truth;
  const int n = *rc::gen::inRange(0, 400);
  for (int i = 0; i < n; ++i) {
    if (i % 64 == 63) store.grow_ahead(0, 1);
    const Arrival arrival{*rc::gen::inRange<std::uint64_t>(0, 6), *rc::gen::arbitrary<std::uint32_t>(), *rc::gen::inRange(0U, 4096U)};
    add_both(store, truth, any_state(), arrival);
  }
  RC_ASSERT(store.size() == truth.size());
  for (const auto& [state, word] : truth) {
    Arrival arrival;
    RC_ASSERT(store.find(state, arrival));
    RC_ASSERT(arrival.word() == word);
    RC_ASSERT(store.depth_of(state) == Arrival::of(word).depth);
  }
  Arrival arrival;
  const Hash128 other = any_state();
  RC_ASSERT(store.find(other, arrival) == truth.contains(other));
  Truth all;
  store.for_each([&](const Hash128& state, const Arrival& how) { all[state] = how.word(); });
  RC_ASSERT(all == truth);
}

RC_GTEST_PROP(Visited, FindsStatesByTagAndDepth, ()) {
  Visited store(*rc::gen::element(1, 2));
  Truth truth;
  const int n = *rc::gen::inRange(1, 200);
  for (int i = 0; i < n; ++i) add_both(store, truth, any_state(), {*rc::gen::inRange<std::uint64_t>(0, 4), 0, 0});
  const std::uint32_t tag = Visited::tag(std::next(truth.begin(), *rc::gen::inRange(0, static_cast<int>(truth.size())))->first);
  std::vector<Hash128> expected;
  for (const auto& [state, word] : truth)
    if (Visited::tag(state) == tag && Arrival::of(word).depth < 3) expected.push_back(state);
  RC_ASSERT(store.with_tag(tag, 3) == expected);
}

TEST(VisitedStore, CostsAtMost32BytesAState) {
  Visited store;
  std::mt19937_64 random(1);
  for (std::uint64_t n = 1; n <= 2'000'000; ++n) {
    store.add({random(), random()}, {1, 2, 3});
    if (n < 10'000 || n % 1'000 != 0) continue;
    ASSERT_LE(store.bytes(), 32 * n) << n;
  }
  EXPECT_EQ(store.size(), 2'000'000U);
  EXPECT_LT(store.collision_probability(), 1e-25);
}

TEST(VisitedStore, IsTheSameWhateverTheOrderOfWorkers) {
  Visited one;
  Visited many(3);
  const auto add = [](Visited& store, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < 50'000; ++i) store.add({mix64(random() % 30'000), 7}, {random() % 9, static_cast<std::uint32_t>(random()), 5});
  };
  for (const std::uint64_t seed : {1U, 2U, 3U}) add(one, seed);
  {
    std::vector<std::jthread> workers;
    for (const std::uint64_t seed : {3U, 1U, 2U}) workers.emplace_back([&many, &add, seed] { add(many, seed); });
  }
  Truth a;
  Truth b;
  one.for_each([&](const Hash128& state, const Arrival& how) { a[state] = how.word(); });
  many.for_each([&](const Hash128& state, const Arrival& how) { b[state] = how.word(); });
  EXPECT_EQ(a, b);
}

// One looks for what others are adding: what is there is never missed, however segments grow meanwhile.
TEST(VisitedStore, FindsWhatIsThereWhileOthersAdd) {
  constexpr std::uint64_t kStates = 200'000;
  const auto state = [](std::uint64_t i) { return Hash128{mix64(i + 1), mix64(i)}; };
  Visited store(2);
  std::atomic<std::uint64_t> added = 0;
  std::jthread adder([&] {
    for (std::uint64_t i = 0; i < kStates; ++i) {
      store.add(state(i), {i % 1000, 1, 2});
      added.store(i + 1, std::memory_order_release);
    }
  });
  std::mt19937_64 random(1);
  std::uint64_t missed = 0;
  for (std::uint64_t n = 0; n < kStates; n = added.load(std::memory_order_acquire)) {
    if (n == 0) continue;
    const std::uint64_t i = random() % n;
    Arrival arrival;
    missed += !store.find(state(i), arrival) || arrival.depth != i % 1000 || store.find(state(kStates + i), arrival);
  }
  EXPECT_EQ(missed, 0U);
}

}  // namespace
}  // namespace mmsim
