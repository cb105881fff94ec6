// What is said of a sweep: its points as a table, and what follows from them. Text is for people, CSV and JSON lines for tools; each
// is written from the table alone.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "analysis/report.hpp"
#include "analysis/sweep_table.hpp"
#include "proto/result.hpp"

namespace mmsim {

using TextSink = std::function<void(std::string_view)>;

// The report: a headline, the table, what follows from it, and what failed. At most `rows_max` rows of the table.
std::string sweep_report(const SweepTable& table, const SweepAnswers& answers, const ReportStyle& style, std::size_t rows_max = 200);

// What follows from it, in the order of SweepAnswers; a section apart for each, empty where there is nothing to say.
std::string answers_text(const SweepAnswers& answers, const ReportStyle& style);

// A line per point under a line of names: point, the axes, verdict, runs, hangs, limits, crashed, then of each figure its mean,
// half the width of its 95 % confidence interval (NAME_ci95), its least and greatest (NAME_min, NAME_max). Empty: not known. RFC 4180.
void write_csv(const SweepTable& table, const TextSink& out);

// The same, a JSON object per line; what is not known is left out.
void write_json_lines(const SweepTable& table, const TextSink& out);

// "DEADLOCK", "DEADLOCK 3/10" where other seeds ended otherwise, "not run".
std::string verdict_text(const SweepTable& table, const TablePoint& point);

// Numbers as people read them: whole from 1000 on, four digits below.
std::string short_number(double value);
// "1234 +- 56", or the mean alone; "-" where nothing is known.
std::string estimate_text(const Estimate& estimate);

// The command that runs one of them alone.
std::string reproduce_line(const SweepTable& table, const TablePoint& point, std::uint64_t seed);

}  // namespace mmsim
