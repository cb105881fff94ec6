#include "sim/core/check.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace mmsim {

namespace {
// Not part of any world: it is only ever printed.
std::string& context() {
  static std::string text;
  return text;
}
}  // namespace

void set_check_context(const char* reproduce) { context() = reproduce; }

void check_failed(const char* condition, const char* file, int line, const char* why) {
  std::fflush(stdout);
  std::fprintf(stderr, "mmsim: bug in mmsim at %s:%d: %s (%s does not hold)\n", file, line, why, condition);
  if (!context().empty()) std::fprintf(stderr, "mmsim: to reproduce: %s\n", context().c_str());
  std::fflush(stderr);
  std::_Exit(3);
}

}  // namespace mmsim
