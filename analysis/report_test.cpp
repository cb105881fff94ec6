// Reports are compared byte for byte with files beside this one. To accept a change, run with MMSIM_GOLDEN_WRITE=1 and
// read the difference before committing it.
#include "analysis/report.hpp"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "analysis/sentences.hpp"

namespace mmsim {
namespace {

using testing::HasSubstr;

std::string path_of(const std::string& name) { return MMSIM_SOURCE_DIR "/analysis/testdata/" + name; }

std::string contents(const std::string& name) {
  std::ifstream file(path_of(name));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Result result_from(const std::string& name) {
  Result result;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(contents(name + ".txtpb"), &result)) << name;
  return result;
}

void expect_golden(const std::string& name, const std::string& report) {
  if (std::getenv("MMSIM_GOLDEN_WRITE") != nullptr) std::ofstream(path_of(name)) << report;
  EXPECT_EQ(report, contents(name));
}

class GoldenReport : public testing::TestWithParam<const char*> {};

TEST_P(GoldenReport, is_as_accepted) {
  expect_golden(std::string(GetParam()) + ".txt", text_report(result_from(GetParam()), {}));
}

TEST_P(GoldenReport, keeps_to_the_width) {
  for (const int width : {72, 80, 100}) {
    std::istringstream report(text_report(result_from(GetParam()), {.width = width}));
    std::string line;
    std::getline(report, line);  // The headline is one line, whatever its length.
    while (std::getline(report, line)) {
      if (!line.starts_with("Reproduce:") && !line.starts_with("INFO:")) {
        EXPECT_LE(line.size(), static_cast<std::size_t>(width)) << line;
      }
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST_P(GoldenReport, does_not_change_when_its_sentences_are_filled_in_first) {
  Result result = result_from(GetParam());
  const std::string before = text_report(result, {});
  fill_sentences(result);
  EXPECT_EQ(text_report(result, {}), before);
}

INSTANTIATE_TEST_SUITE_P(Reports, GoldenReport,
                         testing::Values("deadlock_two", "deadlock_three", "lost_wakeup", "completed", "limit",
                                         "explored_deadlock", "explored_livelock", "explored_free", "explored_knot"),
                         [](const auto& instance) { return std::string(instance.param); });

TEST(TextReport, colours_only_the_verdict_and_the_titles) {
  const std::string report = text_report(result_from("deadlock_two"), {.colour = true});
  std::string plain;
  for (std::size_t i = 0; i < report.size(); ++i)
    if (report[i] == '\x1b') {
      i = report.find('m', i);
    } else {
      plain += report[i];
    }
  EXPECT_NE(report, plain);
  EXPECT_EQ(plain, text_report(result_from("deadlock_two"), {}));
}

TEST(TextReport, a_wide_cycle_is_cut_and_says_so) {
  Result result;
  result.set_verdict(DEADLOCK);
  Cycle& cycle = *result.add_cycles();
  for (int i = 0; i < 40; ++i) {
    Edge& edge = *cycle.add_edges();
    edge.set_waiter("p[" + std::to_string(i) + "]");
    edge.set_holder("p[" + std::to_string((i + 1) % 40) + "]");
    edge.set_resource("fork[" + std::to_string(i) + "]");
  }
  const std::string report = text_report(result, {});
  EXPECT_THAT(report, HasSubstr("p[0], p[1], p[2], p[3] and 36 others wait for each other in a circle"));
  EXPECT_THAT(report, HasSubstr("... and 24 more waits (all in --format json)"));
}

TEST(TextReport, events_without_a_column_are_counted) {
  Result result;
  result.set_verdict(COMPLETED);
  for (int i = 0; i < 6; ++i) {
    TraceEvent& event = *result.add_last_events();
    event.set_actor("actor-" + std::to_string(i));
    event.set_text("mutex_lock(a_rather_long_name)");
  }
  EXPECT_THAT(text_report(result, {}), HasSubstr("(no column for 3 events of actor-3, actor-4 and actor-5)"));
}

TEST(JsonReport, every_field_of_the_contract_is_there_when_empty) {
  const std::string json = json_report(Result());
  for (const char* field : {R"("scenario": "")", R"("verdict": "VERDICT_UNSPECIFIED")", R"("proved": false)",
                            R"("states": "0")", R"("transitions": "0")", R"("cycles": [])", R"("stuck": [])",
                            R"("schedule": "")", R"("counters": {})", R"("traceDigest": "")", R"("elapsedNs": "0")"})
    EXPECT_THAT(json, HasSubstr(field));
}

TEST(JsonReport, an_edge_names_all_its_parts) {
  const std::string json = json_report(result_from("deadlock_two"));
  for (const char* field : {R"("waiter": "flusher")", R"("holder": "kcompactd0")", R"("resource": "file[2]")",
                            R"("kind": "OWNER")", R"("because": "flusher waits for file[2])"})
    EXPECT_THAT(json, HasSubstr(field));
}

TEST(JsonReport, reads_back_as_the_same_result) {
  const Result result = result_from("deadlock_three");
  Result back;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json_report(result), &back).ok());
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(result, back));
}

TEST(JsonReport, counters_come_sorted) {
  Result result;
  std::string expected;
  for (char c = 'a'; c <= 'z'; ++c)
    (*result.mutable_counters())[std::string(1, static_cast<char>('z' - (c - 'a')))] = 1;
  const std::string json = json_report(result);
  for (char c = 'a'; c < 'z'; ++c)
    EXPECT_LT(json.find(std::string("\n  \"") + c + "\": \"1\""),
              json.find(std::string("\n  \"") + static_cast<char>(c + 1) + "\": \"1\""));
}

}  // namespace
}  // namespace mmsim
