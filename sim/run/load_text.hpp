// From protobuf text format to a Scenario message. Faults of form (syntax, unknown fields, wrong types) are found here
// and said in the user's words; faults of meaning are found by resolve.hpp.
#pragma once

#include <google/protobuf/text_format.h>

#include <string>

#include "proto/scenario.hpp"
#include "sim/run/load_source.hpp"

namespace mmsim {

// Reads a file of at most 16 MiB. Throws ScenarioError; the message begins with the path.
std::string read_scenario_file(const std::string& path);

// Throws ScenarioError unless it is UTF-8 text, and some.
void check_text(const ScenarioSource& source);

// Throws ScenarioError for the first fault. `locations` says afterwards where the fields stand.
void parse_scenario(const ScenarioSource& source, Scenario& scenario,
                    google::protobuf::TextFormat::ParseInfoTree& locations);

}  // namespace mmsim
