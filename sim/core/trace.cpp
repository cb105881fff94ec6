#include "sim/core/trace.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace mmsim {

struct Trace::Digest {
  XXH3_state_t* state = XXH3_createState();
  XXH128_hash_t value{};
  Digest() { XXH3_128bits_reset(state); }
  ~Digest() { XXH3_freeState(state); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
};

Trace::Trace() : ring_(2 * kKept), digest_(std::make_unique<Digest>()) {}

Trace::~Trace() {
  if (file_ != nullptr) std::fclose(file_);
}

std::string Trace::open(const std::string& path) {
  file_ = std::fopen(path.c_str(), "wb");
  if (file_ == nullptr) return path + ": " + std::strerror(errno);
  std::setvbuf(file_, nullptr, _IOFBF, std::size_t{1} << 18);
  const TraceHeader header;
  write_failed_ = std::fwrite(&header, sizeof header, 1, file_) != 1;
  return {};
}

void Trace::half_is_full() {
  flush(&ring_[at_ - kKept], kKept);
  if (at_ == ring_.size()) at_ = 0;
}

void Trace::flush(const TraceRecord* from, std::size_t n) {
  XXH3_128bits_update(digest_->state, from, n * sizeof(TraceRecord));
  if (file_ != nullptr && std::fwrite(from, sizeof(TraceRecord), n, file_) != n) write_failed_ = true;
  flushed_ += n;
}

std::string Trace::close(std::string_view names) {
  const std::size_t open_half = at_ % kKept;
  flush(&ring_[at_ - open_half], open_half);
  flushed_ -= open_half;  // count() adds the open half
  digest_->value = XXH3_128bits_digest(digest_->state);
  if (file_ == nullptr) return {};
  TraceRecord end{};
  end.event = Event::kEnd;
  end.argument = static_cast<std::int64_t>(count());
  write_failed_ |= std::fwrite(&end, sizeof end, 1, file_) != 1;
  write_failed_ |= std::fwrite(names.data(), 1, names.size(), file_) != names.size();
  write_failed_ |= std::fclose(std::exchange(file_, nullptr)) != 0;
  return write_failed_ ? "the trace could not be written in full" : "";
}

std::string Trace::digest() const {
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(digest_->value.high64),
                static_cast<unsigned long long>(digest_->value.low64));
  return text.data();
}

std::vector<TraceRecord> Trace::last(std::size_t n) const {
  n = std::min<std::uint64_t>({n, count(), kKept});
  std::vector<TraceRecord> out(n);
  for (std::size_t i = 0; i < n; ++i) out[i] = ring_[(at_ + ring_.size() - n + i) % ring_.size()];
  return out;
}

}  // namespace mmsim
