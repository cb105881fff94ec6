#include "sim/machine/cpus_test.hpp"

namespace mmsim {
namespace {

using Log = std::vector<std::string>;

TEST(Cpus, AnActorAloneStartsAfterASwitchAndItsSpendsFollowEachOther) {
  Machine m({0});
  Actor& a = m.actor(0);
  m.world.start(a, spends(a, {250, 250}), 40);
  EXPECT_EQ(m.run(), RunEnd::kAllDone);
  EXPECT_EQ(m.log(), (Log{"a run 50", "a finish 550"}));
}

}  // namespace
}  // namespace mmsim
