// Runs a search in a child and measures it from outside.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

namespace mmsim {

struct Measured {
  bool complete = false;
  double seconds = 0;              // of CPU
  double wall_seconds = 0;
  double peak_MiB = 0;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t deadlocks = 0;
};

// The last number before `words`, or the first after them; 0 if they are not there.
inline std::uint64_t number_before(const std::string& text, const std::string& words) {
  const std::size_t end = text.find(words);
  if (end == std::string::npos) return 0;
  std::size_t begin = end;
  while (begin > 0 && text[begin - 1] >= '0' && text[begin - 1] <= '9') --begin;
  return std::strtoull(text.c_str() + begin, nullptr, 10);
}
inline std::uint64_t number_after(const std::string& text, const std::string& words) {
  const std::size_t at = text.find(words);
  return at == std::string::npos ? 0 : std::strtoull(text.c_str() + at + words.size(), nullptr, 10);
}

inline std::string read_all(int end) {
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(end, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(got));
  return text;
}

inline double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// `body` prints what it found in the words of SPIN's programs, or becomes one of them.
inline Measured run_in_child(const std::function<void()>& body) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  std::fflush(stdout);
  const auto started = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    body();
    std::fflush(stdout);
    std::_Exit(0);
  }
  close(ends[1]);
  const std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return {};
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - started;
  const bool told_all = text.find("incomplete") == std::string::npos && text.find("max search depth") == std::string::npos;
  return {.complete = WIFEXITED(status) && WEXITSTATUS(status) == 0 && told_all && number_before(text, " states, stored") > 0,
          .seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .wall_seconds = wall.count(),
          .peak_MiB = static_cast<double>(usage.ru_maxrss) / 1024,
          .states = number_before(text, " states, stored"),
          .transitions = number_before(text, " transitions"),
          .deadlocks = number_after(text, "errors: ")};
}

}  // namespace mmsim
