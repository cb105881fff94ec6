// The commands, one file each, and what the command line tells them. Results go to standard output; progress and
// warnings to standard error. A ScenarioError that leaves a command is bad input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/exit_status.hpp"

namespace mmsim {

enum class Format : std::uint8_t { kText, kJson };
enum class Colour : std::uint8_t { kAuto, kAlways, kNever };

struct CommonArgs {
  std::vector<std::string> set;  // every --set, in order
  std::optional<std::uint64_t> seed;
  Format format = Format::kText;
  Colour colour = Colour::kAuto;
};

struct RunArgs : CommonArgs {
  std::string scenario;
  std::string trace_path;  // empty: no trace is written
};

struct CheckArgs : CommonArgs {
  std::vector<std::string> paths;
  int jobs = 1;
};

struct ListArgs : CommonArgs {
  std::string filter;  // a section or the start of a name; empty: everything
};

enum class TraceFormat : std::uint8_t { kFtrace, kPerfetto };

struct TraceArgs {
  std::string trace;
  TraceFormat format = TraceFormat::kFtrace;
  std::string output;  // empty: standard output, which takes text only
};

ExitStatus run_command(const RunArgs& args);
ExitStatus check_command(const CheckArgs& args);
ExitStatus list_command(const ListArgs& args);
ExitStatus trace_command(const TraceArgs& args);

}  // namespace mmsim
