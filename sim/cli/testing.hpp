// The program as a test meets it: run as a process of its own, its output kept.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace mmsim {

struct Outcome {
  int status = -1;  // exit status; -1: ended by a signal
  std::string out;
  std::string err;
};

inline std::string contents(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// One run of the program in sim/cli/testdata, its output in files of its own.
class Mmsim {
 public:
  explicit Mmsim(std::vector<std::string> args, const char* out_path = nullptr) {
    args.insert(args.begin(), MMSIM_PROGRAM);
    const std::string pattern = std::filesystem::temp_directory_path() / "mmsim_test_XXXXXX";
    directory_ = pattern;
    if (mkdtemp(directory_.data()) == nullptr) throw std::runtime_error("no temporary directory");
    std::vector<char*> argv;
    for (std::string& arg : args) argv.push_back(arg.data());
    argv.push_back(nullptr);
    const std::string out = out_path == nullptr ? file("out") : out_path;
    pid_ = fork();
    if (pid_ != 0) return;
    if (chdir(MMSIM_SOURCE_DIR "/sim/cli/testdata") != 0) _exit(127);
    dup2(open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
    dup2(open(file("err").c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
    execv(MMSIM_PROGRAM, argv.data());
    _exit(127);
  }
  ~Mmsim() { std::filesystem::remove_all(directory_); }
  Mmsim(const Mmsim&) = delete;
  Mmsim& operator=(const Mmsim&) = delete;

  std::string file(const char* name) const { return directory_ + "/" + name; }
  pid_t pid() const { return pid_; }

  Outcome wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, contents(file("out")), contents(file("err"))};
  }

 private:
  std::string directory_;
  pid_t pid_ = -1;
};

inline Outcome mmsim(std::vector<std::string> args) { return Mmsim(std::move(args)).wait(); }

inline void expect_usage_error(std::vector<std::string> args, const std::string& message) {
  const Outcome outcome = mmsim(std::move(args));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.err, message + "\n");
  EXPECT_EQ(outcome.out, "");
}

}  // namespace mmsim
