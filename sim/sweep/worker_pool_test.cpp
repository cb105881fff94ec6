#include "sim/sweep/worker_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>
#include <thread>

namespace mmsim {
namespace {

using testing::StartsWith;

struct Ran {
  bool all = false;
  std::map<std::uint64_t, PieceResult> results;
  int told = 0;
};

Ran run(std::uint64_t count, const WorkerPool::Work& work, PoolOptions options = {.jobs = 3}, const std::function<bool()>& stop = [] { return false; }) {
  WorkerPool pool(work, options);
  Ran out;
  std::uint64_t next = 0;
  out.all = pool.run([&] { return next < count ? std::optional(next++) : std::nullopt; },
                     [&](PieceResult piece) {
                       ++out.told;
                       out.results.emplace(piece.number, std::move(piece));
                     },
                     [] {}, stop);
  return out;
}

TEST(WorkerPool, returns_what_each_piece_returned) {
  const Ran ran = run(500, [](std::uint64_t i) { return std::string(i * 37 % 5000, static_cast<char>('a' + i % 26)); });
  EXPECT_TRUE(ran.all);
  EXPECT_EQ(ran.told, 500);
  ASSERT_EQ(ran.results.size(), 500U);
  for (const auto& [i, piece] : ran.results) {
    EXPECT_EQ(piece.bytes, std::string(i * 37 % 5000, static_cast<char>('a' + i % 26)));
    EXPECT_EQ(piece.failure, "");
  }
}

TEST(WorkerPool, takes_results_that_fill_no_pipe) {
  const Ran ran = run(8, [](std::uint64_t) { return std::string(3'000'000, 'x'); });
  for (const auto& [i, piece] : ran.results) EXPECT_EQ(piece.bytes.size(), 3'000'000U);
  EXPECT_EQ(ran.told, 8);
}

TEST(WorkerPool, loses_one_piece_to_a_crash_and_no_other) {
  const Ran ran = run(300, [](std::uint64_t i) -> std::string {
    if (i == 0 || i == 299) {
      std::signal(SIGSEGV, SIG_DFL);   // a sanitizer has its own answer to it
      raise(SIGSEGV);
    }
    if (i == 100) {
      std::fprintf(stderr, "cannot go on\nbecause\n");
      _exit(3);
    }
    if (i == 200) throw std::runtime_error("thrown");
    if (i == 250) _exit(0);
    return std::to_string(i);
  });
  EXPECT_EQ(ran.told, 300);
  for (const auto& [i, piece] : ran.results)
    EXPECT_EQ(piece.bytes, i % 100 != 0 && i != 299 && i != 250 ? std::to_string(i) : "");
  EXPECT_THAT(ran.results.at(0).failure, StartsWith("signal 11 (Segmentation fault)"));
  EXPECT_THAT(ran.results.at(299).failure, StartsWith("signal 11 (Segmentation fault)"));
  EXPECT_EQ(ran.results.at(100).failure, "exit status 3: cannot go on");
  EXPECT_EQ(ran.results.at(200).failure, "exit status 3: thrown");
  EXPECT_EQ(ran.results.at(250).failure, "exit status 0");
}

TEST(WorkerPool, does_not_blame_a_piece_for_what_an_earlier_one_said) {
  const Ran ran = run(20, [](std::uint64_t i) -> std::string {
    std::fprintf(stderr, "piece %d\n", static_cast<int>(i));
    if (i == 19) _exit(3);
    return "";
  }, {.jobs = 1});
  EXPECT_EQ(ran.results.at(19).failure, "exit status 3: piece 19");
}

TEST(WorkerPool, kills_what_takes_too_long) {
  const Ran ran = run(10, [](std::uint64_t i) -> std::string {
    if (i == 4) pause();
    return "";
  }, {.jobs = 2, .seconds_max = 0.3});
  EXPECT_EQ(ran.told, 10);
  EXPECT_EQ(ran.results.at(4).failure, "ran longer than 0.3 s");
  EXPECT_EQ(ran.results.at(5).failure, "");
}

TEST(WorkerPool, uses_as_many_processes_as_asked_for_and_replaces_them_in_time) {
  const auto pid = [](std::uint64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return std::to_string(getpid());
  };
  std::map<std::string, int> pieces;
  for (const auto& [i, piece] : run(100, pid, {.jobs = 3}).results) ++pieces[piece.bytes];
  EXPECT_EQ(pieces.size(), 3U);
  pieces.clear();
  for (const auto& [i, piece] : run(100, pid, {.jobs = 2, .pieces_per_worker = 7}).results) ++pieces[piece.bytes];
  for (const auto& [worker, count] : pieces) EXPECT_LE(count, 7);
  EXPECT_GE(pieces.size(), 15U);
}

TEST(WorkerPool, stops_when_it_is_told_to) {
  const auto begun = std::chrono::steady_clock::now();
  std::atomic<int> asked = 0;
  const Ran ran = run(2, [](std::uint64_t) -> std::string { pause(); return ""; }, {.jobs = 2}, [&] { return ++asked > 3; });
  EXPECT_FALSE(ran.all);
  EXPECT_EQ(ran.told, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
}

// Gone, or only waiting to be reaped.
bool has_ended(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  return !(stat >> number >> name >> state) || state == "Z";
}

TEST(WorkerPool, its_workers_end_with_it_however_it_ends) {
  const std::string path = testing::TempDir() + "worker_pool_test." + std::to_string(getpid());
  const pid_t parent = fork();
  if (parent == 0) {
    run(1, [&](std::uint64_t) -> std::string {
      std::ofstream(path + ".tmp") << getpid() << '\n';
      std::rename((path + ".tmp").c_str(), path.c_str());
      pause();
      return "";
    }, {.jobs = 1});
    _exit(0);
  }
  pid_t worker = 0;
  while (!(std::ifstream(path) >> worker)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::remove(path.c_str());
  EXPECT_FALSE(has_ended(worker));
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  for (int i = 0; i < 5000 && !has_ended(worker); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(has_ended(worker));
}

}  // namespace
}  // namespace mmsim
