#include "sim/cli/subprocess.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace mmsim {
namespace {

constexpr int kNoProgram = 127;

// Appends what is there; false at the end of it.
bool take(int pipe, std::string& to) {
  std::array<char, 4096> buffer;
  const ssize_t got = read(pipe, buffer.data(), buffer.size());
  if (got > 0) to.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && errno == EINTR);
}

[[noreturn]] void become(std::vector<std::string> argv, int out, int err) {
  std::vector<char*> words;
  for (std::string& word : argv) words.push_back(word.data());
  words.push_back(nullptr);
  dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execvp(words.front(), words.data());
  _exit(kNoProgram);
}

}  // namespace

Finished run_program(const std::vector<std::string>& argv) {
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for " + argv.front());
  if (pipe2(err.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for " + argv.front());
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process for " + argv.front());
  if (child == 0) become(argv, out[1], err[1]);
  close(out[1]);
  close(err[1]);
  Finished finished;
  std::array<pollfd, 2> ends{pollfd{out[0], POLLIN, 0}, pollfd{err[0], POLLIN, 0}};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (poll(ends.data(), ends.size(), -1) < 0) continue;   // a signal: whoever it is for looks at its flag afterwards
    if (ends[0].fd >= 0 && ends[0].revents != 0 && !take(out[0], finished.out)) ends[0].fd = -1;
    if (ends[1].fd >= 0 && ends[1].revents != 0 && !take(err[0], finished.err)) ends[1].fd = -1;
  }
  close(out[0]);
  close(err[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  finished.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

}  // namespace mmsim
