#include "sim/cli/interrupt.hpp"

#include <csignal>

namespace mmsim {
namespace {

std::atomic<bool> interrupted{false};
std::atomic<bool> terminated{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

extern "C" void on_interrupt(int /*signal*/) { interrupted.store(true, std::memory_order_relaxed); }

extern "C" void on_termination(int /*signal*/) { terminated.store(true, std::memory_order_relaxed); }

}  // namespace

void catch_interrupt() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
}

const std::atomic<bool>& interrupt_flag() { return interrupted; }

void catch_termination() {
  struct sigaction action {};
  action.sa_handler = on_termination;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGUSR1, &action, nullptr);
}

const std::atomic<bool>& termination_flag() { return terminated; }

}  // namespace mmsim
