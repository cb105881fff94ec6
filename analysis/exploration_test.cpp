#include "analysis/exploration.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <sstream>

#include "analysis/format.hpp"
#include "analysis/lookup.hpp"
#include "analysis/report.hpp"
#include "analysis/sentences.hpp"

namespace mmsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// What `more` says replaces or joins what `text` does.
Result result_of(const std::string& text, const std::string& more = {}) {
  Result result;
  for (const std::string& part : {text, more}) {
    Result read;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(part, &read)) << part;
    result.MergeFrom(read);
  }
  return result;
}

std::string headline_of(const std::string& text, const std::string& more = {}) {
  return headline(result_of(text, more));
}

const std::string kTwo = R"(verdict: DEADLOCK states: 9
    cycles { edges { waiter: "a" holder: "b" held_since_ns: 0 resource: "m" } edges { waiter: "b" holder: "a" } }
    exploration { strategy: "exhaustive" witness { actor: "a" } witness { actor: "b" } } )";

TEST(ExplorationHeadline, a_deadlock_says_after_how_many_steps_and_from_which_on_it_was_too_late) {
  EXPECT_EQ(headline_of(kTwo), "DEADLOCK: a and b wait for each other after 2 steps; nothing but a reboot ends it.");
  EXPECT_EQ(headline_of(kTwo, "exploration { no_return: 2 no_return_exact: true }"),
            "DEADLOCK: a and b wait for each other after 2 steps; no order of steps completes from step 2 on.");
  EXPECT_EQ(
      headline_of(kTwo, "exploration { no_return: 2 }"),
      "DEADLOCK: a and b wait for each other after 2 steps; no order that was searched completes from step 2 on.");
  EXPECT_EQ(
      headline_of(kTwo, R"(stuck { actor: "c" role: VICTIM })"),
      "DEADLOCK: a and b wait for each other after 2 steps, 1 more is stuck behind them; nothing but a reboot ends "
      "it.");
}

TEST(ExplorationHeadline, a_hang_that_nobody_can_avoid_is_called_one) {
  EXPECT_EQ(headline_of(kTwo, "exploration { complete: true }"),
            "DEADLOCK: a and b wait for each other after 2 steps; no order of steps completes.");
  EXPECT_FALSE(never_completes(result_of(kTwo)));
  EXPECT_FALSE(never_completes(result_of(kTwo, "exploration { complete: true completed_states: 1 }")));
  EXPECT_FALSE(never_completes(result_of(kTwo, R"(exploration { complete: true strategy: "preemptions=0" })")));
}

TEST(ExplorationHeadline, of_the_other_hangs) {
  EXPECT_EQ(
      headline_of(R"(verdict: LOST_WAKEUP states: 5 stuck { actor: "a" role: ORPHAN waits_for: "wq" }
                exploration { witness { actor: "a" } })"),
      "LOST_WAKEUP: a waits for wq after 1 step, and nobody is left who could end that; nothing but a reboot ends it.");
  EXPECT_EQ(headline_of(R"(verdict: LIVELOCK states: 5 exploration { witness { actor: "c" }
                loop { actor: "a" } loop { actor: "b" } loop { actor: "a" } })"),
            "LIVELOCK: after 1 step a and b can repeat 3 steps for ever under a fair scheduler and make no progress.");
  EXPECT_EQ(headline_of(R"(verdict: STARVED states: 5 stuck { actor: "a" role: PARTY }
                exploration { loop { actor: "b" } loop { actor: "c" } })"),
            "STARVED: after 0 steps a can be passed over for ever, while 2 steps repeat under a fair scheduler.");
}

TEST(ExplorationHeadline, free_is_claimed_only_where_it_was_proved) {
  EXPECT_EQ(
      headline_of("verdict: COMPLETED proved: true states: 3654 exploration { complete: true }"),
      "PROVED FREE: in every order of steps each actor that must finish does: 3 654 states, all of them visited.");
  EXPECT_EQ(
      headline_of(R"(verdict: COMPLETED proved: true states: 1 exploration { cpus: "scenario" complete: true })"),
      "PROVED FREE: in every order of steps that its CPUs allow each actor that must finish does: 1 state, visited.");
  EXPECT_EQ(headline_of(R"(verdict: COMPLETED seed: 3 exploration { strategy: "random" schedules: 10000 })"),
            "NOT FOUND within 10 000 schedules (random, seed 3): no hang; other orders of steps may have one.");
  EXPECT_EQ(headline_of(R"(verdict: COMPLETED states: 5 exploration { strategy: "preemptions=1" complete: true })"),
            "NOT FOUND within 1 preemption: no order of steps with so few hangs; with more, one may.");
  EXPECT_EQ(headline_of(R"(verdict: COMPLETED states: 5 exploration { strategy: "exhaustive" })"),
            "NOT FOUND within 5 states: no hang; there are more.");
}

TEST(ExplorationHeadline, a_bound_claims_nothing) {
  EXPECT_EQ(headline_of(R"(verdict: LIMIT states: 1000 exploration { limit_reached: "max-states=1000" })"),
            "LIMIT: max-states=1000 ended it after 1 000 states; nothing is claimed.");
  EXPECT_EQ(headline_of(R"(verdict: LIMIT states: 1 limit: "interrupted" exploration {})"),
            "LIMIT: interrupted after 1 state; nothing is claimed.");
  EXPECT_EQ(
      headline_of(R"(verdict: LIMIT exploration { strategy: "pct" schedules: 7 limit_reached: "max-seconds=1" })"),
      "LIMIT: max-seconds=1 ended it after 7 schedules; nothing is claimed.");
}

TEST(ExplorationHeadline, a_replay_speaks_of_its_schedule_and_of_times_only_under_the_clock) {
  EXPECT_EQ(headline_of(R"(verdict: LIMIT exploration { strategy: "replay" witness { actor: "a" } })"),
            "LIMIT: the schedule ends after 1 step, and somebody can still go on; nothing is claimed.");
  EXPECT_EQ(headline_of(R"(verdict: COMPLETED exploration { strategy: "replay" witness { actor: "a" } })"),
            "COMPLETED: every actor that must finish did, after 1 step.");
  EXPECT_EQ(headline_of(kTwo, R"(elapsed_ns: 2000 closed_ns: 1500 exploration { strategy: "replay" })"),
            "DEADLOCK: a and b wait for each other since 1.500 us; nothing but a reboot ends it.");
}

TEST(Covered, names_what_was_left_out) {
  EXPECT_EQ(covered(result_of(R"(exploration { strategy: "exhaustive" complete: true cpus: "any" })")),
            "Every order of steps; whatever each step lasts, and as if every actor had a CPU of its own.");
  EXPECT_EQ(
      covered(
          result_of(R"(exploration { strategy: "preemptions=2" complete: true reduction: true cpus: "scenario" })")),
      "Every order of steps with at most 2 preemptions; actors that share a CPU take turns as the machine's preemption "
      "model lets them; of orders that differ only in steps that do not touch each other, one.");
  EXPECT_THAT(covered(result_of(R"(exploration { strategy: "exhaustive" limit_reached: "max-states=9" })")),
              HasSubstr("Some orders of steps, as far as max-states=9 let it; "));
  EXPECT_THAT(covered(result_of(R"(exploration { strategy: "exhaustive" })")), HasSubstr("as far as the first hang; "));
  EXPECT_THAT(covered(result_of(R"(seed: 7 exploration { strategy: "pct" schedules: 1 })")),
              HasSubstr("1 order of steps, drawn at random (pct, seed 7); "));
}

TEST(Covered, is_filled_in_with_the_other_sentences_and_kept_where_it_is) {
  Result result = result_of(kTwo);
  fill_sentences(result);
  EXPECT_EQ(result.exploration().covered(), covered(result));
  result.mutable_exploration()->set_covered("Said.");
  fill_sentences(result);
  EXPECT_EQ(result.exploration().covered(), "Said.");
  Result timed = result_of("verdict: COMPLETED");
  fill_sentences(timed);
  EXPECT_FALSE(timed.has_exploration());
}

TEST(InWords, a_chance_is_rounded_up_to_a_power_of_ten) {
  EXPECT_EQ(in_words(0), "");
  EXPECT_EQ(in_words(3.6e-13), "at most 1 in 10^12");
  EXPECT_EQ(in_words(1e-3), "at most 1 in 1000");
  EXPECT_EQ(in_words(0.02), "at most 1 in 10");
  EXPECT_EQ(in_words(0.5), "not known to be below 1 in 10");
  EXPECT_EQ(in_words(1e-320), "at most 1 in 10^300");
}

TEST(Grouped, digits_stand_in_threes) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1 000");
  EXPECT_EQ(grouped(1234567, "state"), "1 234 567 states");
  EXPECT_EQ(grouped(1, "state"), "1 state");
}

TEST(Because, without_a_clock_there_is_no_since) {
  const Result result = result_of(kTwo);
  EXPECT_EQ(because(result, result.cycles(0).edges(0)), "a waits because b holds m; b alone could end the wait.");
  EXPECT_THAT(text_report(result, {}), AllOf(Not(HasSubstr("since")), Not(HasSubstr(" us"))));
}

TEST(Witness, of_thousands_of_steps_shows_the_last) {
  Result result = result_of("verdict: DEADLOCK states: 5 exploration { no_return: 1999 no_return_exact: true }");
  for (int i = 0; i < 2000; ++i) {
    WitnessStep& step = *result.mutable_exploration()->add_witness();
    step.set_actor("a");
    step.set_step("mutex_lock(m)");
  }
  EXPECT_THAT(text_report(result, {}),
              AllOf(HasSubstr("  ... 1800 steps before (all in --format json)\n"), HasSubstr("  1801  a"),
                    Not(HasSubstr("  1800  a")), HasSubstr("  1999  a      mutex_lock(m)\n  --- from")));
}

TEST(Witness, that_could_never_have_completed_is_marked_before_its_first_step) {
  EXPECT_THAT(text_report(result_of(kTwo, "exploration { complete: true }"), {}),
              HasSubstr("does  in\n  --- from here on no order completes ---\n     1  a\n     2  b\n"));
}

TEST(Witness, long_words_are_wrapped_in_their_column) {
  Result result = result_of("verdict: DEADLOCK states: 5");
  WitnessStep& step = *result.mutable_exploration()->add_witness();
  step.set_actor(std::string(40, 'x'));
  step.set_step(std::string(50, 'y'));
  step.set_outcome("joins the queue");
  step.set_at(std::string(60, 'z'));
  std::istringstream lines(text_report(result, {.width = 72}));
  std::string line;
  std::getline(lines, line);  // the headline is one line, whatever its length
  while (std::getline(lines, line)) EXPECT_LE(line.size(), 72U) << line;
}

}  // namespace
}  // namespace mmsim
