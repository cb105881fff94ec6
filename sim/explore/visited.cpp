#include "sim/explore/visited.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <new>

#include "sim/explore/pause.hpp"

namespace mmsim {

namespace {

constexpr int kSegment_bits_most = 6;
constexpr std::size_t kHuge_bytes = std::size_t{2} << 20;
constexpr std::size_t kWorthHuge_bytes = 4 * kHuge_bytes;   // of a segment, from when on huge pages are asked for

// Several for each worker, so that two seldom want the same one; not many more: large ones get huge pages, and look-ups wait less.
int segment_bits(int workers) {
  return workers > 1 ? std::min(kSegment_bits_most, static_cast<int>(std::bit_width(static_cast<unsigned>(workers - 1))) + 2) : 0;
}

}  // namespace

// Changes one segment, alone.
class Visited::Hold {
 public:
  explicit Hold(Segment& segment) : segment_(segment) {
    for (;;) {
      before = segment.version.load(std::memory_order_relaxed);
      if (before % 2 == 0 && segment.version.compare_exchange_weak(before, before + 1, std::memory_order_acquire)) return;
      pause();
    }
  }
  ~Hold() { segment_.version.store(before + 2, std::memory_order_release); }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  std::uint64_t before = 0;      // the version it had

 private:
  Segment& segment_;
};

// Address space for twice what the machine has, or for less if the system does not give so much; memory is taken as it is touched.
Visited::Visited(int workers)
    : segment_bits_(segment_bits(workers)),
      segments_n_(std::size_t{1} << segment_bits_),
      segments_(std::make_unique<Segment[]>(segments_n_)) {
  const std::size_t machine_bytes = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::size_t each = (2 * machine_bytes / segments_n_ / kHuge_bytes + 1) * kHuge_bytes;
  for (;; each = each / 2 / kHuge_bytes * kHuge_bytes) {
    if (each == 0) throw std::bad_alloc();
    reserved_bytes_ = segments_n_ * each + kHuge_bytes;
    reserved_ = mmap(nullptr, reserved_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (reserved_ != MAP_FAILED) break;
  }
  auto* at = static_cast<std::byte*>(reserved_);
  at += (kHuge_bytes - reinterpret_cast<std::uintptr_t>(at) % kHuge_bytes) % kHuge_bytes;
  for (std::size_t i = 0; i < segments_n_; ++i, at += each) {
    segments_[i].entries = reinterpret_cast<Entry*>(at);
    segments_[i].slots_most = static_cast<std::uint32_t>(std::min<std::size_t>(each / sizeof(Entry), UINT32_MAX));
  }
}

Visited::~Visited() { munmap(reserved_, reserved_bytes_); }

void Visited::prefetch(const Hash128& state) const {
  const Segment& segment = segments_[segment_of(state)];
  const Entry* entry = segment.entries + home(segment.homes.load(std::memory_order_relaxed), order(state));
  __builtin_prefetch(entry);
  __builtin_prefetch(reinterpret_cast<const std::byte*>(entry) + 64);
}

// What it says is true only if nobody changed the segment meanwhile.
Visited::Place Visited::probe(const Segment& segment, const Hash128& state) const {
  const std::uint32_t slots = segment.slots.load(std::memory_order_acquire);
  std::uint32_t i = home(segment.homes.load(std::memory_order_acquire), order(state));
  for (; i < slots; ++i) {
    const Entry& entry = segment.entries[i];
    const std::uint64_t word = entry.word.load(std::memory_order_acquire);
    if (word == kEmpty) break;
    const std::uint64_t low = entry.low.load(std::memory_order_acquire);
    if (low < state.low) continue;
    const std::uint64_t high = entry.high.load(std::memory_order_acquire);
    if (low == state.low && high == state.high) return {i, word};
    if (low != state.low || high > state.high) break;
  }
  return {i};
}

Visited::Place Visited::look_up(const Segment& segment, const Hash128& state) const {
  for (;; pause()) {
    const std::uint64_t version = segment.version.load(std::memory_order_acquire);
    if (version % 2 != 0) continue;
    Place place = probe(segment, state);
    place.version = version;
    if (segment.version.load(std::memory_order_relaxed) == version) return place;
  }
}

Visited::Found Visited::add(const Hash128& state, const Arrival& arrival) {
  Segment& segment = segments_[segment_of(state)];
  const std::uint64_t word = arrival.word() + 1;
  Place place = look_up(segment, state);
  if (place.word != kEmpty && place.word <= word) return {false, false, Arrival::of(place.word - 1).depth};
  const Hold hold(segment);
  if (hold.before != place.version) place = probe(segment, state);
  if (place.word == kEmpty) {
    insert(segment, state, word, place.slot);
    return {true, false, arrival.depth};
  }
  const std::uint64_t depth = Arrival::of(place.word - 1).depth;
  if (word < place.word) segment.entries[place.slot].word.store(word, std::memory_order_release);
  return {false, arrival.depth < depth, std::min(depth, arrival.depth)};
}

bool Visited::full(const Segment& segment) {
  const std::uint32_t homes = segment.homes.load(std::memory_order_relaxed);
  return segment.used + 1 > homes - homes / 10;
}

// REQUIRES: it is held; the state is not in it and belongs into slot `at`.
void Visited::insert(Segment& segment, const Hash128& state, std::uint64_t word, std::uint32_t at) const {
  if (full(segment)) {
    grow(segment);
    at = probe(segment, state).slot;
  }
  std::uint32_t hole = at;
  const std::uint32_t slots = segment.slots.load(std::memory_order_relaxed);
  while (hole < slots && segment.entries[hole].word.load(std::memory_order_relaxed) != kEmpty) ++hole;
  if (hole == slots) extend(segment, std::uint64_t{slots} + kSpare);
  for (; hole > at; --hole) segment.entries[hole].put(segment.entries[hole - 1]);
  segment.entries[at].put(state, word);
  ++segment.used;
}

// What is behind was never touched, or cleared.
void Visited::extend(Segment& segment, std::uint64_t slots) const {
  if (slots > segment.slots_most) throw std::bad_alloc();
  const std::size_t bytes = slots * sizeof(Entry);
  if (bytes >= kWorthHuge_bytes && !segment.huge) {
    auto* begin = reinterpret_cast<std::byte*>(segment.entries);
    madvise(begin, std::size_t{segment.slots_most} * sizeof(Entry) / kHuge_bytes * kHuge_bytes, MADV_HUGEPAGE);   // a hint
    segment.huge = true;
  }
  segment.slots.store(static_cast<std::uint32_t>(slots), std::memory_order_release);
}

// All entries go to the right end first, in order, and from there to their new homes: none of these lies to the right of where an
// entry comes from.
void Visited::grow(Segment& segment) const {
  const std::uint32_t old_homes = segment.homes.load(std::memory_order_relaxed);
  const std::uint32_t old_slots = segment.slots.load(std::memory_order_relaxed);
  const std::uint32_t homes = std::max(old_homes + old_homes / 8 + 1, 16U);
  Entry* const entries = segment.entries;
  const auto after = [&](std::uint64_t end, const Entry& entry) { return std::max<std::uint64_t>(end, home(homes, order(entry.state()))) + 1; };
  std::uint64_t end = 0;       // behind the last one
  for (std::uint32_t i = 0; i < old_slots; ++i)
    if (entries[i].word.load(std::memory_order_relaxed) != kEmpty) end = after(end, entries[i]);
  extend(segment, std::max({end, std::uint64_t{homes}, std::uint64_t{old_slots}}) + kSpare);
  const std::uint32_t slots = segment.slots.load(std::memory_order_relaxed);
  std::uint32_t from = slots;
  for (std::uint32_t i = old_slots; i-- > 0;)
    if (entries[i].word.load(std::memory_order_relaxed) != kEmpty) entries[--from].put(entries[i]);
  end = 0;
  for (; from < slots; ++from) {
    const std::uint64_t next = after(end, entries[from]);
    for (; end + 1 < next; ++end) entries[end].clear();
    if (end != from) entries[end].put(entries[from]);
    end = next;
  }
  for (; end < slots; ++end) entries[end].clear();
  segment.homes.store(homes, std::memory_order_release);
}

void Visited::grow_ahead(std::size_t part, std::size_t parts) {
  for (std::size_t i = part; i < segments_n_; i += parts) {
    const Hold hold(segments_[i]);
    const std::uint32_t homes = segments_[i].homes.load(std::memory_order_relaxed);
    if (segments_[i].used > homes - homes / 7) grow(segments_[i]);
  }
}

bool Visited::find(const Hash128& state, Arrival& arrival) const {
  const Place place = look_up(segments_[segment_of(state)], state);
  if (place.word == kEmpty) return false;
  arrival = Arrival::of(place.word - 1);
  return true;
}

std::uint64_t Visited::depth_of(const Hash128& state) const {
  Arrival arrival;
  MMSIM_CHECK(find(state, arrival), "a state that was to be expanded is not in the store");
  return arrival.depth;
}

std::vector<Hash128> Visited::with_tag(std::uint32_t tag, std::uint64_t depth) const {
  std::vector<Hash128> out;
  const Hash128 first{std::uint64_t{tag} << 32, 0};
  const Hash128 last{first.low | 0xffffffff, ~std::uint64_t{0}};
  const Segment& segment = segments_[segment_of(first)];
  for (std::uint32_t i = home(segment.homes, order(first)); i < segment.slots; ++i) {
    const Entry& entry = segment.entries[i];
    if (entry.word == kEmpty && i < home(segment.homes, order(last))) continue;   // they may have several homes
    if (entry.word == kEmpty || Visited::tag(entry.state()) > tag) break;
    if (Visited::tag(entry.state()) == tag && Arrival::of(entry.word - 1).depth < depth) out.push_back(entry.state());
  }
  return out;
}

std::uint64_t Visited::size() const {
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < segments_n_; ++i) n += segments_[i].used;
  return n;
}

std::uint64_t Visited::bytes() const {
  static const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::uint64_t n = segments_n_ * sizeof(Segment);
  for (std::size_t i = 0; i < segments_n_; ++i)
    n += (segments_[i].slots.load(std::memory_order_relaxed) * sizeof(Entry) + page - 1) / page * page;
  return n;
}

// By the union bound over all pairs.
double Visited::collision_probability() const {
  const double n = static_cast<double>(size());
  return n * (n - 1) / 2 * std::pow(2.0, -128);
}

}  // namespace mmsim
