#include "sim/machine/ipi.hpp"

#include "sim/machine/cpus_test.hpp"

namespace mmsim {
namespace {

Task<> sends(Actor& self, Cpus& cpus, std::vector<int> targets) {
  CpuSet set(self.world.arena);
  for (const int cpu : targets) set.add(cpu);
  co_await smp_call_function_many(self, cpus, set);
}

TEST(Ipi, LocalReceiversAddUpAndOneHandlerFollows) {
  Machine m({0, 0, 0, 0});
  Actor& a = m.actor(0);
  m.world.start(a, sends(a, m.cpus, {1, 2, 3}), 0);
  m.run();
  EXPECT_EQ(m.finished_ns(a), 10 + 500 + 3 * 20 + 7);
}

}  // namespace
}  // namespace mmsim
