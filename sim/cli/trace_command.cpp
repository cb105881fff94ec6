// mmsim trace FILE: what mmsim run --trace wrote, in the formats of other tools.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "analysis/trace_file.hpp"
#include "analysis/trace_ftrace.hpp"
#include "analysis/trace_perfetto.hpp"
#include "sim/cli/commands.hpp"
#include "sim/cli/console.hpp"
#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

class OutputFile {
 public:
  explicit OutputFile(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "wb")) { check(file_ != nullptr); }
  ~OutputFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(std::string_view bytes) { check(std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size()); }
  void close() { check(std::fclose(std::exchange(file_, nullptr)) == 0); }

 private:
  void check(bool good) const {
    if (!good) throw ScenarioError(fmt::format("--output {}: {}", path_, std::strerror(errno)));
  }

  std::string path_;
  std::FILE* file_;
};

}  // namespace

ExitStatus trace_command(const TraceArgs& args) try {
  const bool binary = args.format == TraceFormat::kPerfetto;
  if (binary && args.output.empty())
    throw ScenarioError("mmsim trace: --format perfetto is binary; expected --output FILE.pftrace");
  TraceFile file(args.trace);
  std::error_code none;
  if (!args.output.empty() && std::filesystem::equivalent(args.trace, args.output, none))
    throw ScenarioError(fmt::format("--output {}: that is the trace itself", args.output));
  if (args.output.empty()) {
    write_ftrace(file, print);
  } else {
    OutputFile output(args.output);
    (binary ? write_perfetto : write_ftrace)(file, [&](std::string_view bytes) { output.write(bytes); });
    output.close();
  }
  if (file.cut_off().empty()) return ExitStatus::kGood;
  fmt::print(stderr, "{}\n", file.cut_off());
  return ExitStatus::kBadInput;
} catch (const TraceError& error) {
  throw ScenarioError(error.what());
}

}  // namespace mmsim
