// The sections of the text report, each empty where there is nothing to say. Sections end with a newline and are set
// apart by the caller.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "analysis/report.hpp"

namespace mmsim {

// How many of a kind are shown in full; the others are counted, and all of them are in the JSON form.
inline constexpr int kCycles_shown = 3;
inline constexpr int kParties_shown = 16;
inline constexpr int kVictims_shown = 8;  // of one group
inline constexpr int kFrames_shown = 16;
inline constexpr int kEvents_shown = 12;

inline constexpr int kSteps_shown = 200;

std::string title(std::string_view text, const ReportStyle& style);  // in bold, where colour is on

// "... and 3 more parties\n", or nothing.
std::string and_more(int count, int shown, std::string_view noun, std::size_t indent);

// Of an exploration or a replay.
std::string witness_section(const Result& result, const ReportStyle& style);  // the steps to the verdict
std::string loop_section(const Result& result, const ReportStyle& style);     // what repeats after them

// The steps of a way, numbered from 1, the last kSteps_shown of them.
std::string steps_table(const google::protobuf::RepeatedPtrField<WitnessStep>& steps, const ReportStyle& style);

std::string rule_section(const Result& result, const ReportStyle& style);       // rules that were broken
std::string inversion_section(const Result& result, const ReportStyle& style);  // deadlocks that the lock order allows

std::string cycle_section(const Result& result, const Cycle& cycle,
                          const ReportStyle& style);  // because-sentences, contexts
std::string knot_section(const Result& result, const Finding& knot, const ReportStyle& style);   // told once, as a group
std::string orphan_section(const Result& result, const ReportStyle& style);
std::string task_section(const Result& result,
                         const ReportStyle& style);  // the parties and orphans as sysrq-w shows them
std::string victim_section(const Result& result, const ReportStyle& style);
std::string others_section(const Result& result, const ReportStyle& style);  // neither stuck nor finished
std::string event_section(const Result& result, const ReportStyle& style);
std::string throttled_section(const Result& result, const ReportStyle& style);
std::string contention_section(const Result& result, const ReportStyle& style);
std::string counter_section(const Result& result, const ReportStyle& style);

}  // namespace mmsim
