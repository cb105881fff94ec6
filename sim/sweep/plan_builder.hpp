// How a SweepPlan is made. Private to this folder.
#pragma once

#include <google/protobuf/text_format.h>

#include <string>
#include <string_view>
#include <vector>

#include "proto/scenario.pb.h"
#include "sim/run/load_source.hpp"
#include "sim/run/scenario_error.hpp"
#include "sim/run/set_path.hpp"
#include "sim/sweep/plan.hpp"

namespace mmsim {

class PlanBuilder {
 public:
  // Throws ScenarioError, as build() does.
  PlanBuilder(const std::string& path, std::string text, std::vector<std::string> sets, const SweepFlags& flags);
  SweepPlan build() &&;

 private:
  friend class AxisReader;
  friend class FlagMerger;

  void merge_flags();              // plan_flags.cpp: afterwards the message says all
  void decide_what_points_do();
  void name_axes();                // plan_axes.cpp
  void add_axes();
  void add_figures();
  void pick_points();
  void identify();
  void check_points() const;

  AxisNames names_of(const SweepAxis& axis) const;
  std::string param_at(const std::string& path) const;   // the param that this path of --set is; empty: none
  Condition condition(int field, const std::string& text) const;
  bool holds(int field, const Condition& condition, const std::vector<std::uint64_t>& values) const;
  [[noreturn]] void fail(const At& at, std::string_view what) const { source_.fail(at, what); }

  const SweepFlags& flags_;
  ScenarioSource source_;
  google::protobuf::TextFormat::ParseInfoTree locations_;
  pb::Scenario scenario_;
  pb::Sweep* sweep_ = nullptr;
  std::string text_digest_;
  std::vector<std::string> names_; // of the axes
  SweepPlan out_;
};

// The axis that a message describes, checked: every value is one that its paths can take.
class AxisReader {
 public:
  AxisReader(const PlanBuilder& builder, const pb::Axis& axis, std::string name);
  SweepAxis read();

 private:
  void read_values();
  void read_range();
  void read_variants();
  void check_paths() const;
  // The value, or the setting of a variant, is tried on a copy of the scenario.
  void try_set(const std::string& set, const At& at) const;
  [[noreturn]] void fail(int field, std::string_view what, int index = 0) const { builder_.source_.fail({&axis_, field, index}, what); }

  const PlanBuilder& builder_;
  const pb::Axis& axis_;
  SweepAxis out_;
};

// Parts of a path from its end on: "kcompactd0.migrate_pages.mode" gives mode, migrate_pages_mode, ... An axis without a name is called
// by the first of them that nobody else is.
std::vector<std::string> endings(const std::string& path);

// The command that makes the same plan, without what only says where and how fast.
std::string command_of(const SweepFlags& flags, const std::string& path, const std::vector<std::string>& sets);

}  // namespace mmsim
