// How far down a request for pages may go.
#pragma once

#include <cstdint>

namespace mmsim {

// What a request may leave a zone with. Reserves are those of zone_watermark_ok(), v6.6.
enum class Watermark : std::uint8_t {
  kLow,     // the fast path
  kMin,     // the slow path
  kAtomic,  // GFP_ATOMIC: half of min
  kNone,    // PF_MEMALLOC: all there is
};

}  // namespace mmsim
