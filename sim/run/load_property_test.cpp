// Whatever a slip of the hand makes of a scenario, it loads or is refused at a place in it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <regex>

#include "sim/run/bad_input.hpp"

namespace mmsim {
namespace {

constexpr const char* kValid = R"(claim: "Mutations of this scenario"
param { name: "n" value: 3 }
machine { node { cpus: 4 distance: [10, 21] } node { name: "far" distance: [21, 10] } preemption: PREEMPT_NONE }
disk { name: "sda" }
mapping { name: "inode" kind: FILE device: "sda" }
mm { name: "task" }
folios { name: "file" count: "2*n" mapping: "inode" mapped_by: "task" }
rwsem { name: "sem" count: "n" }
actor { name: "migrate" migrate_pages { variant: V6_3 mode: MIGRATE_SYNC folios: ["file[0]", "file[2..n]"] to_node: "far" } }
actor { name: "touch" mm: "task" page_fault { folios: "file" stride: 2 } }
actor { name: "p" count: "n" program {
  step { repeat { times: "2" step { down_read: "sem[i]" } step { up_read: "sem[(i+0)%n]" } } }
  step { trylock { lock: "file[0]" then { unlock: "file[0]" } else { spend_ns: "10*i" } } } } }
expect { verdict: DEADLOCK cycle: "p[0]" cycle: "migrate" }
)";

void check_message(const std::string& text) {
  static const std::regex kPlace("t\\.txtpb:[1-9][0-9]*:[1-9][0-9]*: .");
  const std::string message = message_of_loading(text);
  if (!message.empty()) RC_ASSERT(std::regex_search(message, kPlace, std::regex_constants::match_continuous));
  RC_ASSERT(message.find('\n') == std::string::npos);
}

std::size_t position_in(const std::string& text) { return *rc::gen::inRange<std::size_t>(0, text.size()); }

TEST(Mutation, StartsFromAValidScenario) { EXPECT_EQ(message_of_loading(kValid), ""); }

RC_GTEST_PROP(Mutation, BytesChanged, ()) {
  std::string text = kValid;
  const int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes; ++i) text[position_in(text)] = *rc::gen::arbitrary<char>();
  check_message(text);
}

RC_GTEST_PROP(Mutation, PieceLost, ()) {
  std::string text = kValid;
  const std::size_t start = position_in(text);
  text.erase(start, *rc::gen::inRange<std::size_t>(1, 40));
  check_message(text);
}

RC_GTEST_PROP(Mutation, PieceRepeatedElsewhere, ()) {
  std::string text = kValid;
  const std::string piece = text.substr(position_in(text), *rc::gen::inRange<std::size_t>(1, 40));
  text.insert(position_in(text), piece);
  check_message(text);
}

// Words keep the text well formed more often than bytes do, so these get past the parser.
RC_GTEST_PROP(Mutation, WordsSwapped, ()) {
  static const std::regex kWord("[A-Za-z0-9_]+");
  const std::string text = kValid;
  std::vector<std::smatch> words;
  for (std::sregex_iterator word(text.begin(), text.end(), kWord), end; word != end; ++word) words.push_back(*word);
  const std::smatch& to = words[*rc::gen::inRange<std::size_t>(0, words.size())];
  const std::smatch& from = words[*rc::gen::inRange<std::size_t>(0, words.size())];
  check_message(to.prefix().str() + from.str() + std::string(to[0].second, text.end()));
}

RC_GTEST_PROP(Mutation, NumbersReplaced, ()) {
  static const std::regex kNumber("[0-9]+");
  const std::string text = kValid;
  std::vector<std::smatch> numbers;
  for (std::sregex_iterator number(text.begin(), text.end(), kNumber), end; number != end; ++number)
    numbers.push_back(*number);
  const std::smatch& at = numbers[*rc::gen::inRange<std::size_t>(0, numbers.size())];
  const auto value = *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange<std::int64_t>(-3, 20));
  check_message(std::string(text.begin(), at[0].first) + std::to_string(value) + std::string(at[0].second, text.end()));
}

}  // namespace
}  // namespace mmsim
