#include "sim/cli/process_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <vector>

namespace mmsim {
namespace {

const auto kNever_stop = [] { return false; };

TEST(ProcessPool, reports_in_order_whatever_ends_first) {
  std::vector<std::string> seen;
  const int done = run_in_processes(
      6, 3,
      [](int i) {
        usleep(static_cast<useconds_t>((6 - i) * 2000));
        return std::to_string(i);
      },
      [&](int i, const WorkResult& result) {
        EXPECT_EQ(result.bytes, std::to_string(i));
        seen.push_back(result.bytes);
      },
      kNever_stop);
  EXPECT_EQ(done, 6);
  EXPECT_THAT(seen, testing::ElementsAre("0", "1", "2", "3", "4", "5"));
}

TEST(ProcessPool, a_large_result_comes_through) {
  std::size_t size = 0;
  run_in_processes(
      1, 1, [](int) { return std::string(1 << 20, 'x'); },
      [&](int, const WorkResult& result) { size = result.bytes.size(); }, kNever_stop);
  EXPECT_EQ(size, std::size_t{1} << 20);
}

TEST(ProcessPool, a_crash_is_a_result) {
  std::vector<std::string> failures;
  run_in_processes(
      3, 2,
      [](int i) -> std::string {
        if (i == 0) raise(SIGKILL);
        if (i == 1) _exit(3);
        throw std::runtime_error("as the test wants it");
      },
      [&](int, const WorkResult& result) { failures.push_back(result.failure); }, kNever_stop);
  EXPECT_THAT(failures, testing::ElementsAre("signal 9", "exit status 3", "exit status 1"));
}

TEST(ProcessPool, begins_nothing_new_when_told_to_stop) {
  int reported = 0;
  const int done = run_in_processes(
      10, 1, [](int) { return std::string(); }, [&](int, const WorkResult&) { ++reported; },
      [&] { return reported == 2; });
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace mmsim
