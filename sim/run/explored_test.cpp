// Random walks through the shipped scenarios, as worlds to be explored: see explored_walker.hpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "sim/run/explored_walker.hpp"
#include "sim/run/load.hpp"

namespace mmsim {
namespace {

std::vector<std::string> shipped() {
  std::vector<std::string> out;
  for (const char* folder : {"/scenarios/lkml-2022-09-27", "/scenarios/litmus", "/scenarios/bugs"})
    for (const auto& file : std::filesystem::directory_iterator(std::string(MMSIM_SOURCE_DIR) + folder))
      if (file.path().extension() == ".txtpb") out.push_back(file.path());
  std::sort(out.begin(), out.end());
  return out;
}

// Some of everything, small enough to meet often.
class RandomScenario {
 public:
  explicit RandomScenario(std::uint64_t seed) : random_(seed) {}

  std::string text() {
    std::string out = "claim: \"any\" machine { node { cpus: 4 pages: " + std::to_string(pick(2) == 0 ? 4096 : 9 + pick(3)) +
                      " distance: [10, 21] } node { cpus: 4 pages: " + std::to_string(pick(2) == 0 ? 4096 : 6) +
                      " distance: [21, 10] } preemption: PREEMPT_NONE }\n"
                      "disk { name: \"nvme0\" } mm { name: \"app_mm\" } loop { name: \"loop0_dev\" backing: \"back\" }\n"
                      "mapping { name: \"data\" kind: " + any({"FILE", "BDEV"}) + " device: \"" + any({"nvme0", "loop0_dev"}) + "\" }\n"
                      "mapping { name: \"tmpfs\" kind: SHMEM }\n"
                      "folios { name: \"back\" count: \"4\" mapping: \"tmpfs\" }\n"
                      "folios { name: \"file\" count: \"4\" mapping: \"data\" mapped_by: \"app_mm\" dirty: true uptodate: " +
                      any({"true", "false"}) + " }\n";
    if (pick(2) == 0) out += "spinlock { name: \"lock\" irq_safe: true }\n" + actor("holder", "") + program() + " }\n";
    out += actor("kcompactd0", "") + migration() + " }\n" + actor("loop0", "") + "loop_worker { device: \"loop0_dev\" } }\n" +
           actor("flusher", "") + writer() + " }\n" + actor("app", "mm: \"app_mm\"") + "page_fault { folios: \"file\" times: \"" +
           any({"0", "2"}) + "\" } }\n";
    if (pick(2) == 0) out += actor("kcompactd1", "") + migration() + " }\n";
    if (pick(2) == 0) out += actor("fsync", "") + writer() + " }\n";
    if (pick(2) == 0) out += actor("reader", "") + folio_program() + " }\n";
    return out;
  }

 private:
  unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }
  std::string any(std::initializer_list<const char*> words) { return words.begin()[pick(static_cast<unsigned>(words.size()))]; }
  std::string actor(const std::string& name, const std::string& more) {
    return "actor { name: \"" + name + "\" cpu: \"" + std::to_string(pick(8)) + "\" " + more + " memalloc: " +
           (pick(5) == 0 ? "true" : "false") + " ";
  }
  std::string walk() { return " walk: " + any({"FORWARD", "BACKWARD"}); }
  std::string migration() {
    return "migrate_pages { variant: " + any({"V6_2", "RFC_2022_09", "RFC_2022_09_FIX_A", "RFC_2022_09_FIX_B", "V6_3_RC1", "V6_3", "V6_11"}) +
           " mode: " + any({"MIGRATE_ASYNC", "MIGRATE_SYNC_LIGHT", "MIGRATE_SYNC"}) + " folios: " +
           any({"\"file\"", "[\"back\", \"file\"]", "\"file[1..2]\""}) + walk() + " to_node: \"node1\" batch_pages: " + any({"512", "2"}) +
           " times: \"" + any({"1", "3"}) + "\" }";
  }
  std::string writer() {
    return "writeback { profile: " + any({"WRITE_CACHE_PAGES", "EXT4_WRITEPAGE", "BATCH", "IOEND"}) + " sync_mode: " +
           any({"WB_SYNC_NONE", "WB_SYNC_ALL"}) + " folios: \"file\" keep_folios: " + any({"1", "2", "8"}) + " plug: " +
           any({"true", "false"}) + walk() + " times: \"" + any({"1", "3"}) + "\" }";
  }
  static std::string program() {
    return "program { step { repeat { times: \"3\" step { lock: \"lock\" } step { spend_ns: \"10\" } step { unlock: \"lock\" } } } }";
  }
  static std::string folio_program() {
    return "program { step { repeat { times: \"2\" step { lock: \"file[1]\" } step { unlock: \"file[1]\" } step { trylock { lock: \"file[2]\" "
           "then { unlock: \"file[2]\" } } } } } }";
  }

  std::mt19937_64 random_;
};

constexpr int kLong_most = 3;   // walks without an end; each takes as long as a hundred others

// What became of `walks` walks with each length of burst: done, stuck, steps used up.
std::array<int, 3> walk_about(const Resolved& scenario, bool everything_counts, int walks) {
  Walker walker(scenario, everything_counts);
  std::mt19937_64 random(1);
  std::array<int, 3> ends{};
  for (const unsigned burst : {1U, 4U, 60U})
    for (int i = 0; i < walks; ++i) {
      const End end = walk(walker, random, burst);
      EXPECT_EQ(walker.differs(), "");
      ++ends[static_cast<std::size_t>(end)];
      if (end == End::kDone && !testing::Test::HasFailure()) expect_laws(walker, random, scenario.nodes);
      if (testing::Test::HasFailure() || ends[static_cast<std::size_t>(End::kSteps)] == kLong_most) return ends;
    }
  return ends;
}

TEST(Explored, RandomWorldsKeepTheRules) {
  std::array<int, 3> ends{};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const std::string text = RandomScenario(seed).text();
    const auto here = walk_about(load_scenario_text("random.txtpb", text, {}).resolved, seed % 3 == 0, 4);
    for (std::size_t i = 0; i < ends.size(); ++i) ends[i] += here[i];
    ASSERT_FALSE(HasFailure()) << text;
  }
  EXPECT_GT(ends[0], 0);
  EXPECT_GT(ends[1], 0);
}

class ExploredScenario : public testing::TestWithParam<std::string> {};

TEST_P(ExploredScenario, RandomWalksKeepTheRules) {
  const Resolved scenario = load_scenario(GetParam(), {}).resolved;
  for (const bool everything_counts : {false, true}) walk_about(scenario, everything_counts, 10);
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem();
  std::replace_if(name.begin(), name.end(), [](char c) { return isalnum(c) == 0; }, '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Shipped, ExploredScenario, testing::ValuesIn(shipped()), test_name);

}  // namespace
}  // namespace mmsim
