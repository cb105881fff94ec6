// States packed into layers and back.
#include "sim/explore/state.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mmsim {
namespace {

State any_state(std::size_t actors, std::size_t cpus, std::size_t blocks) {
  State out;
  out.hash = {*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::uint64_t>()};
  const LocalId most = *rc::gen::element<LocalId>(10, 0x10000, 0x1000000);
  for (std::size_t i = 0; i < actors; ++i) out.locals.push_back(*rc::gen::inRange<LocalId>(0, most));
  for (std::size_t i = 0; i < cpus; ++i) out.runners.push_back(*rc::gen::arbitrary<Runner>());
  for (std::size_t i = 0; i < blocks; ++i) out.blocks.push_back(*rc::gen::arbitrary<BlockValue>());
  return out;
}

// Blocks behind the end of a state are 0.
bool same(State a, State b) {
  const std::size_t blocks = std::max(a.blocks.size(), b.blocks.size());
  a.blocks.resize(blocks, 0);
  b.blocks.resize(blocks, 0);
  return a.hash == b.hash && a.locals == b.locals && a.runners == b.runners && a.blocks == b.blocks;
}

RC_GTEST_PROP(Layer, GivesBackWhatWasPutIn, ()) {
  const auto actors = *rc::gen::inRange<std::size_t>(1, 6);
  const auto cpus = *rc::gen::inRange<std::size_t>(0, 3);
  Layer layer;
  Layer other;
  std::vector<State> pushed;
  const int n = *rc::gen::inRange(0, 60);
  for (int i = 0; i < n; ++i) {
    // A search gets to know more blocks as it goes on, and states of before are not widened.
    pushed.push_back(any_state(actors, cpus, *rc::gen::inRange<std::size_t>(0, 9)));
    (i < n / 2 ? layer : other).push(pushed.back());
  }
  layer.take(other);
  RC_ASSERT(layer.size() == pushed.size());
  RC_ASSERT(other.size() == 0U);
  std::vector<State> popped;
  for (const Layer::Chunk& chunk : layer.chunks())
    for (std::size_t i = 0; i < chunk.count; ++i) {
      State& out = popped.emplace_back();
      out.locals.resize(actors);
      out.runners.resize(cpus);
      Layer::unpack(chunk, i, out);
    }
  RC_ASSERT(popped.size() == pushed.size());
  for (std::size_t i = 0; i < pushed.size(); ++i) RC_ASSERT(same(pushed[i], popped[i]));
}

}  // namespace
}  // namespace mmsim
