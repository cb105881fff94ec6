// The --set option: any field of a scenario by its path.
//
//   machine.node[0].cpus=4                      element of a list by number
//   actor[kcompactd0].migrate_pages.mode=...    or by name
//   kcompactd0.migrate_pages.batch_pages=8      named things of the scenario without the field that lists them
//   param.n=8                                   short for param[n].value=8
//   machine.node[0].distance=10,21              a list of plain values is replaced as a whole
#pragma once

#include <string>

#include "proto/scenario.hpp"
#include "sim/run/load_source.hpp"

namespace mmsim {

// Throws ScenarioError beginning with "--set path=value: ". Tells `source` what was replaced.
void apply_set(const std::string& set, Scenario& scenario, ScenarioSource& source);

}  // namespace mmsim
