// Tells the processor that a thread waits in a loop for another one.
#pragma once

namespace mmsim {

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace mmsim
