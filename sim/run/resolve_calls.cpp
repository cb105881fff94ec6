#include "sim/run/resolve_calls.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/run/resolve_program.hpp"

namespace mmsim {

namespace {

constexpr std::size_t kListed_max = 64 << 20;   // folios in the lists of all actors

}  // namespace

std::int64_t CallResolver::times(const At& at, const std::string& text, std::int64_t min) const {
  return context_.evaluate_at(at, scope_ != nullptr ? scope_->in_expression(text) : text, variables_, min, kTimes_max);
}

template <typename Texts>
std::vector<std::uint32_t> CallResolver::list(const google::protobuf::Message& kind, int field, const Texts& texts, Walk walk) {
  context_.require(kind, field);
  std::vector<std::uint32_t> folios;
  for (int i = 0; i < texts.size(); ++i) {
    const At at{&kind, field, i};
    const Span span = context_.refer(at, scope_ != nullptr ? scope_->in_reference(texts.Get(i)) : texts.Get(i), variables_, {Thing::kFolios});
    check_set(at, span);
    check_new(at, span);
    listed_ += span.last - span.first + 1;
    if (listed_ > kListed_max) {
      context_.fail(at, fmt::format("too many folios in the lists of all actors; expected at most {}", kListed_max));
    }
    for (std::uint32_t folio = span.first; folio <= span.last; ++folio) folios.push_back(folio);
  }
  if (walk == BACKWARD) std::reverse(folios.begin(), folios.end());
  return folios;
}

void CallResolver::check_set(const At& at, const Span& span) const {
  const FolioSetSpec& set = context_.out.folio_sets[span.named->set];
  if (must_have_device_) {
    const bool on_device = set.mapping != kNoIndex && context_.out.mappings[static_cast<std::size_t>(set.mapping)].has_device();
    if (!on_device)
      context_.fail(
          at, fmt::format("{} has no device to be written to; expected a mapping of kind FILE or BDEV", set.name));
  }
  if (must_be_mapped_ && (set.mm == kNoIndex || set.mm != caller_.mm)) {
    const std::string expected =
        caller_.mm == kNoIndex ? "an actor with mm, and folios mapped_by it"
                             : fmt::format("mapped_by: \"{}\"", context_.out.mms[static_cast<std::size_t>(caller_.mm)]);
    context_.fail(at, fmt::format("{} is not mapped by the actor's address space; expected {}", set.name, expected));
  }
}

// A folio may be listed once. The spans seen so far are kept apart and ordered, by their last folio.
void CallResolver::check_new(const At& at, const Span& span) {
  const auto next = spans_.lower_bound(span.first);
  if (next != spans_.end() && next->second <= span.last) {
    const FolioSetSpec& set = context_.out.folio_sets[span.named->set];
    const std::uint32_t twice = std::max(next->second, span.first) - set.first_folio;
    const std::string name = set.counted ? fmt::format("{}[{}]", set.name, twice) : set.name;
    context_.fail(at, fmt::format("{} is listed twice; expected each folio once", name));
  }
  spans_[span.last] = span.first;
}

MigratePagesSpec CallResolver::operator()(const MigratePages& kind) {
  context_.require(kind, MigratePages::kVariantFieldNumber);
  context_.require(kind, MigratePages::kModeFieldNumber);
  context_.require(kind, MigratePages::kToNodeFieldNumber);
  context_.check_range({&kind, MigratePages::kBatchPagesFieldNumber}, kind.batch_pages(), 1, UINT32_MAX);
  MigratePagesSpec spec;
  spec.variant = static_cast<Variant>(kind.variant() - V6_2);
  spec.memalloc = caller_.flags.memalloc;
  spec.mode = static_cast<Mode>(kind.mode() - MIGRATE_ASYNC);
  spec.folios = list(kind, MigratePages::kFoliosFieldNumber, kind.folios(), kind.walk());
  const At node_at{&kind, MigratePages::kToNodeFieldNumber};
  spec.to_node = static_cast<int>(context_.look_up(node_at, kind.to_node(), {Thing::kNode}).first);
  spec.batch_pages = kind.batch_pages();
  spec.thp_migration = kind.thp_migration();
  if (kind.has_times()) spec.times = times({&kind, MigratePages::kTimesFieldNumber}, kind.times(), 1);
  return spec;
}

WritebackSpec CallResolver::operator()(const Writeback& kind) {
  context_.require(kind, Writeback::kProfileFieldNumber);
  context_.require(kind, Writeback::kSyncModeFieldNumber);
  const bool keeps = kind.profile() == BATCH || kind.profile() == IOEND;
  if (keeps) context_.require(kind, Writeback::kKeepFoliosFieldNumber);
  if (kind.has_keep_folios()) {
    context_.check_range({&kind, Writeback::kKeepFoliosFieldNumber}, kind.keep_folios(), 1, kFolios_max);
  }
  WritebackSpec spec;
  spec.profile = static_cast<Profile>(kind.profile() - WRITE_CACHE_PAGES);
  spec.sync_all = kind.sync_mode() == WB_SYNC_ALL;
  must_have_device_ = true;
  spec.folios = list(kind, Writeback::kFoliosFieldNumber, kind.folios(), kind.walk());
  if (keeps) spec.keep_folios = kind.keep_folios();
  spec.plug = kind.plug();
  if (kind.has_times()) spec.times = times({&kind, Writeback::kTimesFieldNumber}, kind.times(), 1);
  return spec;
}

PageFaultSpec CallResolver::operator()(const PageFault& kind) {
  context_.check_range({&kind, PageFault::kStrideFieldNumber}, kind.stride(), 1, kFolios_max);
  PageFaultSpec spec;
  must_be_mapped_ = true;
  const std::vector<std::uint32_t> all = list(kind, PageFault::kFoliosFieldNumber, kind.folios(), kind.walk());
  for (std::size_t i = 0; i < all.size(); i += kind.stride()) spec.folios.push_back(all[i]);
  if (kind.has_times()) spec.times = times({&kind, PageFault::kTimesFieldNumber}, kind.times(), 0);
  spec.think_ns = kind.think_ns();
  return spec;
}

}  // namespace mmsim
