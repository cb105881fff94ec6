// The table of bad inputs: each scenario is refused with exactly one message. For tests.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "sim/run/load.hpp"

namespace mmsim {

// `text` stands from line 2 on, between a claim and an idle actor; `message` is what follows the file's name.
struct BadInput {
  const char* name;
  std::string text;
  std::string message;
};

inline void PrintTo(const BadInput& input, std::ostream* out) { *out << input.name; }

inline std::string bad_input_name(const testing::TestParamInfo<BadInput>& info) { return info.param.name; }

// The message that loading ends with; empty if it succeeds.
inline std::string message_of_loading(const std::string& text, const std::vector<std::string>& sets = {}) {
  try {
    load_scenario_text("t.txtpb", text, sets);
  } catch (const ScenarioError& error) {
    return error.what();
  }
  return {};
}

class BadInputTest : public testing::TestWithParam<BadInput> {};

// Declarations that a bad input can begin with; what follows stands on line 3.
inline const std::string kFolios = "folios { name: \"f\" count: \"8\" }\n";
inline const std::string kFile =
    "disk { name: \"sda\" } mapping { name: \"m\" kind: FILE device: \"sda\" } "
    "folios { name: \"f\" count: \"8\" mapping: \"m\" }\n";
inline const std::string kMutex = "mutex { name: \"x\" }\n";
inline const std::string kRwsem = "rwsem { name: \"mmap_lock\" }\n";
inline const std::string kSemaphore = "semaphore { name: \"s\" value: 1 }\n";

// An actor with these steps.
inline std::string program(const std::string& steps) { return "actor { name: \"p\" program { " + steps + " } }"; }

inline std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace mmsim
