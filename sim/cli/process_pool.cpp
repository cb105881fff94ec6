#include "sim/cli/process_pool.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <system_error>

namespace mmsim {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

struct Child {
  int number = 0;
  File output;  // A file, not a pipe: the child can always finish, however much it has to say.
};

[[noreturn]] void be_child(int number, std::FILE* output, const std::function<std::string(int)>& work) {
  int status = 0;
  try {
    const std::string bytes = work(number);
    if (std::fwrite(bytes.data(), 1, bytes.size(), output) != bytes.size() || std::fflush(output) != 0) status = 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "mmsim: {}\n", error.what());
    status = 1;
  }
  std::fflush(stderr);
  _exit(status);  // Not exit(): what the parent has buffered is not ours to write.
}

pid_t start(Child& child, const std::function<std::string(int)>& work) {
  child.output.reset(std::tmpfile());
  if (child.output == nullptr) throw std::system_error(errno, std::generic_category(), "temporary file");
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) be_child(child.number, child.output.get(), work);
  return pid;
}

WorkResult collect(const Child& child, int status) {
  if (WIFSIGNALED(status)) return {"", fmt::format("signal {}", WTERMSIG(status))};
  if (WEXITSTATUS(status) != 0) return {"", fmt::format("exit status {}", WEXITSTATUS(status))};
  std::rewind(child.output.get());
  WorkResult result;
  char buffer[4096];
  while (const std::size_t read = std::fread(buffer, 1, sizeof buffer, child.output.get()))
    result.bytes.append(buffer, read);
  return result;
}

}  // namespace

int run_in_processes(int count, int jobs, const std::function<std::string(int)>& work,
                     const std::function<void(int, WorkResult)>& done, const std::function<bool()>& stop) {
  std::map<pid_t, Child> running;
  std::map<int, WorkResult> finished;  // Those that ended before one that comes earlier.
  int next = 0;
  int reported = 0;
  while (true) {
    while (next < count && std::ssize(running) < std::max(jobs, 1) && !stop()) {
      Child child{.number = next++, .output = nullptr};
      const pid_t pid = start(child, work);
      running.emplace(pid, std::move(child));
    }
    if (running.empty()) return reported;
    int status = 0;
    const pid_t pid = waitpid(-1, &status, 0);
    if (pid < 0 && errno == EINTR) continue;
    const auto child = running.find(pid);
    if (child == running.end()) continue;
    finished.emplace(child->second.number, collect(child->second, status));
    running.erase(child);
    for (auto it = finished.find(reported); it != finished.end(); it = finished.find(++reported)) {
      done(it->first, std::move(it->second));
      finished.erase(it);
    }
  }
}

}  // namespace mmsim
