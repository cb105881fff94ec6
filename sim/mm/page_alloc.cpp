#include "sim/mm/page_alloc.hpp"

namespace mmsim {

// zone_watermark_ok(); try_charge_memcg(). DIFFERS: a killed task gets its share of the reserve without the OOM killer having
// chosen it.
bool GetPages::enough() const {
  const std::int64_t left = memory_.free - pages_;
  if (memory_.kind == MemoryKind::kMemcg) return left >= 0 || watermark_ == Watermark::kNone || watermark_ == Watermark::kAtomic;
  const std::int64_t min = memory_.size.min_pages;
  switch (watermark_) {
    case Watermark::kLow: return left >= memory_.size.low_pages;
    case Watermark::kAtomic: return left >= min / 2;
    case Watermark::kNone: return left >= 0;
    case Watermark::kMin: break;
  }
  return left >= min || (left >= min / 2 && self.fatal_signal);
}

void GetPages::complete() {
  taken_ = enough();
  if (taken_) memory_.free -= pages_;
  self.world.record(taken_ ? Event::kAcquire : Event::kTryFailed, self, &memory_, taken_ ? pages_ : 0, 0);
}

void PutPages::complete() {
  done_ = memory_.free + pages_ <= memory_.size.pages;
  if (!done_) return;
  memory_.free += pages_;
  self.world.record(Event::kRelease, self, &memory_, pages_);
}

}  // namespace mmsim
