#include "sim/cli/picture.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;

constexpr int kNoGnuplot = 127;

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw ScenarioError(fmt::format("--plot: {} cannot be written: {}", path, std::strerror(errno)));
}

// In the picture's directory, so that the script can be taken elsewhere with its data.
int run_gnuplot(const fs::path& directory, const std::string& script) {
  const pid_t child = fork();
  if (child < 0) throw ScenarioError(fmt::format("--plot: gnuplot cannot be started: {}", std::strerror(errno)));
  if (child == 0) {
    if (!directory.empty() && chdir(directory.c_str()) != 0) _exit(1);
    execlp("gnuplot", "gnuplot", script.c_str(), nullptr);
    _exit(kNoGnuplot);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

void draw_picture(const std::string& path, const SweepTable& table, std::optional<std::size_t> figure, PlotKind kind) {
  const fs::path picture(path);
  const std::string name = picture.filename().string();
  Plot plot;
  try {
    plot = plot_of(table, figure, kind, {name, name + ".dat"});
  } catch (const std::invalid_argument& error) {
    throw ScenarioError(fmt::format("--plot {}: {}", path, error.what()));
  }
  write_file(path + ".gnuplot", plot.script);
  write_file(path + ".dat", plot.data);
  const int status = run_gnuplot(picture.parent_path(), name + ".gnuplot");
  if (status == kNoGnuplot)
    throw ScenarioError(fmt::format("--plot {0}: there is no gnuplot here (Debian: gnuplot-nox); {0}.gnuplot draws it elsewhere", path));
  if (status != 0) throw ScenarioError(fmt::format("--plot {0}: gnuplot ended with status {1}; its script is {0}.gnuplot", path, status));
}

}  // namespace mmsim
