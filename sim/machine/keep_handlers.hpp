// Puts back the signal handlers that a library takes over.
#pragma once

#include <array>
#include <csignal>
#include <exception>

namespace mmsim {

// SimGrid's engine takes over SIGINT, SIGSEGV, SIGBUS and std::terminate. Ctrl-C would then print a list of its actors
// and exit with status 1, which to our callers means "a hang was found". This puts the handlers back.
class KeepHandlers {
 public:
  KeepHandlers() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], nullptr, &saved_[i]);
  }
  ~KeepHandlers() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &saved_[i], nullptr);
    std::set_terminate(terminate_);
  }

 private:
  static constexpr std::array kSignals{SIGINT, SIGSEGV, SIGBUS};
  std::array<struct sigaction, kSignals.size()> saved_{};
  std::terminate_handler terminate_ = std::get_terminate();
};

}  // namespace mmsim
