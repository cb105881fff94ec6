// Runs independent pieces of work in processes of their own: a crash in one is a result, and nothing that one leaves
// behind (SimGrid keeps global state) reaches another.
#pragma once

#include <functional>
#include <string>

namespace mmsim {

struct WorkResult {
  std::string bytes;    // what the work returned
  std::string failure;  // how the process ended, where it did not return: "exit status 3", "signal 11"
};

// Calls `work(i)` for i in [0, count) in child processes, at most `jobs` at once, and `done(i, result)` in this process
// in the order of i, each as early as that order allows. No new work is begun once `stop()` says so; what was
// begun is awaited. Returns how many were done.
int run_in_processes(int count, int jobs, const std::function<std::string(int)>& work,
                     const std::function<void(int, WorkResult)>& done, const std::function<bool()>& stop);

}  // namespace mmsim
