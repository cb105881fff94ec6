// The same work by several threads at once.
#pragma once

#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace mmsim {

// Runs work(0) ... work(n - 1), the first of them by the caller. When all have ended, throws what the first of those that failed threw.
template <class Work>
void in_parallel(std::size_t n, Work work) {
  std::vector<std::exception_ptr> faults(n);
  const auto guarded = [&](std::size_t i) {
    try {
      work(i);
    } catch (...) {
      faults[i] = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < n; ++i) others.emplace_back(guarded, i);
  if (n != 0) guarded(0);
  for (std::thread& other : others) other.join();
  for (const std::exception_ptr& fault : faults)
    if (fault) std::rethrow_exception(fault);
}

}  // namespace mmsim
