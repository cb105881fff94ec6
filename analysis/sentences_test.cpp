#include "analysis/sentences.hpp"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace mmsim {
namespace {

Result result_of(const std::string& text) {
  Result result;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &result)) << text;
  return result;
}

TEST(Headline, a_task_that_waits_for_itself) {
  EXPECT_EQ(headline(result_of(R"(verdict: DEADLOCK closed_ns: 15 cycles { edges { waiter: "a" holder: "a" } })")),
            "DEADLOCK: a waits for itself since 0.015 us; nothing but a reboot ends it.");
}

TEST(Headline, two_that_wait_for_each_other) {
  EXPECT_EQ(headline(result_of(R"(verdict: DEADLOCK closed_ns: 12345
              cycles { edges { waiter: "kcompactd0" holder: "flusher" } edges { waiter: "flusher" holder: "kcompactd0" } })")),
            "DEADLOCK: kcompactd0 and flusher wait for each other since 12.345 us; nothing but a reboot ends it.");
}

TEST(Headline, victims_are_counted) {
  EXPECT_EQ(headline(result_of(R"(verdict: DEADLOCK closed_ns: 1000 stuck { actor: "v" role: VICTIM }
              cycles { edges { waiter: "a" holder: "b" } edges { waiter: "b" holder: "a" } })")),
            "DEADLOCK: a and b wait for each other since 1.000 us, 1 more is stuck behind them; nothing but a reboot "
            "ends it.");
}

TEST(Headline, an_exploration_without_a_clock_names_no_time) {
  EXPECT_EQ(headline(result_of(R"(verdict: DEADLOCK states: 7
              cycles { edges { waiter: "a" holder: "b" } edges { waiter: "b" holder: "a" } })")),
            "DEADLOCK: a and b wait for each other; nothing but a reboot ends it.");
}

TEST(Headline, of_the_other_verdicts) {
  EXPECT_EQ(headline(result_of("verdict: COMPLETED elapsed_ns: 1500")),
            "COMPLETED: every actor that must finish did, after 1.500 us.");
  EXPECT_EQ(headline(result_of("verdict: COMPLETED states: 5 proved: true")),
            "COMPLETED: no interleaving hangs; every one was covered.");
  EXPECT_EQ(headline(result_of("verdict: COMPLETED states: 5")),
            "COMPLETED: no hang was found, but not every interleaving was covered.");
  EXPECT_EQ(
      headline(result_of(R"(verdict: LOST_WAKEUP stuck { actor: "a" role: ORPHAN waits_for: "wq" since_ns: 5000 })")),
      "LOST_WAKEUP: a waits for wq since 5.000 us, and nobody is left who could end that.");
  EXPECT_EQ(headline(result_of(R"(verdict: LIVELOCK closed_ns: 2000 stuck { actor: "a" } stuck { actor: "b" })")),
            "LIVELOCK: steps go on, but a and b make no progress since 2.000 us.");
  EXPECT_EQ(headline(result_of(R"(verdict: STARVED closed_ns: 2000 stuck { actor: "a" })")),
            "STARVED: a could proceed since 2.000 us but is never chosen.");
  EXPECT_EQ(headline(result_of(R"(verdict: LIMIT limit: "interrupted" elapsed_ns: 7)")),
            "LIMIT: interrupted at 0.007 us; nothing is claimed.");
  EXPECT_EQ(headline(result_of(R"(verdict: LIMIT limit: "bounds.steps=10" elapsed_ns: 7)")),
            "LIMIT: bounds.steps=10 ended it at 0.007 us; nothing is claimed.");
}

TEST(Because, says_who_may_end_a_wait_that_any_of_several_can) {
  const Result result = result_of(R"(stuck { actor: "a" state: "R" cpu: -1 }
      cycles { edges { waiter: "a" holder: "b" beside: "c" kind: ONE_OF since_ns: 1000 held_since_ns: -1 ends_when: "up s" } })");
  EXPECT_EQ(because(result, result.cycles(0).edges(0)),
            "a has spun since 1.000 us because any one of b and c could end the wait, by up s.");
}

TEST(Because, says_how_many_of_several_are_needed) {
  const Result result = result_of(R"(stuck { actor: "a" cpu: -1 }
      cycles { edges { waiter: "a" holder: "b" beside: ["c", "d"] kind: K_OF_N k: 2 since_ns: 1000 held_since_ns: -1 } })");
  EXPECT_EQ(because(result, result.cycles(0).edges(0)),
            "a has waited since 1.000 us because 2 of b, c and d would have to end the wait.");
}

TEST(FillSentences, keeps_what_is_there) {
  Result result = result_of(R"(verdict: COMPLETED headline: "Done." cycles { edges { because: "Said." } })");
  fill_sentences(result);
  EXPECT_EQ(result.headline(), "Done.");
  EXPECT_EQ(result.cycles(0).edges(0).because(), "Said.");
}

}  // namespace
}  // namespace mmsim
