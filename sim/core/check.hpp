// Checks that stay on in release builds. A failed one is a bug in mmsim, never a fault of the scenario: it prints what
// is wrong and the line that reproduces it, and ends the program with exit status 3.
#pragma once

namespace mmsim {

// The command line that reproduces the run in progress; printed by a failed check. The text is copied.
void set_check_context(const char* reproduce);

[[noreturn]] void check_failed(const char* condition, const char* file, int line, const char* why);

}  // namespace mmsim

#define MMSIM_CHECK(condition, why) \
  ((condition) ? static_cast<void>(0) : ::mmsim::check_failed(#condition, MMSIM_FILE_NAME, __LINE__, why))

#ifdef __FILE_NAME__
#define MMSIM_FILE_NAME __FILE_NAME__
#else
#define MMSIM_FILE_NAME __FILE__
#endif
