// What steps do to folios under I/O, to bios, to served devices and to journals.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/run/resolve_calls.hpp"
#include "sim/run/resolve_program.hpp"

namespace mmsim {
namespace {

struct IoWord {
  OpCode op;
  int field;
  std::vector<Thing> things;
};

// Words that are said of one thing, and nothing else.
const IoWord* find_io_word(Step::KindCase kind) {
  static const std::vector<IoWord> kWords = {
      {OpCode::kStartWriteback, Step::kStartWritebackFieldNumber, {Thing::kFolios}},
      {OpCode::kEndWriteback, Step::kEndWritebackFieldNumber, {Thing::kFolios}},
      {OpCode::kWaitWriteback, Step::kWaitWritebackFieldNumber, {Thing::kFolios}},
      {OpCode::kWaitLocked, Step::kWaitLockedFieldNumber, {Thing::kFolios, Thing::kBufferHead}},
      {OpCode::kMarkDirty, Step::kMarkDirtyFieldNumber, {Thing::kFolios}},
      {OpCode::kClearDirty, Step::kClearDirtyForIoFieldNumber, {Thing::kFolios}},
      {OpCode::kNextRequest, Step::kNextRequestFieldNumber, {Thing::kServer}},
      {OpCode::kEndRequest, Step::kEndRequestFieldNumber, {Thing::kServer}},
      {OpCode::kDoReqFilebacked, Step::kDoReqFilebackedFieldNumber, {Thing::kServer}},
      {OpCode::kLockBacking, Step::kLockBackingFieldNumber, {Thing::kServer}},
      {OpCode::kUnlockBacking, Step::kUnlockBackingFieldNumber, {Thing::kServer}},
      {OpCode::kJournalStop, Step::kJournalStopFieldNumber, {Thing::kJournal}},
      {OpCode::kNextCommit, Step::kNextCommitFieldNumber, {Thing::kJournal}},
      {OpCode::kEndCommit, Step::kEndCommitFieldNumber, {Thing::kJournal}},
      {OpCode::kJournalCommitWait, Step::kJournalCommitWaitFieldNumber, {Thing::kJournal}},
      {OpCode::kJournalForceCommit, Step::kJournalForceCommitFieldNumber, {Thing::kJournal}},
  };
  const auto word = std::find_if(kWords.begin(), kWords.end(), [kind](const IoWord& w) { return w.field == static_cast<int>(kind); });
  return word != kWords.end() ? &*word : nullptr;
}

class IoResolver {
 public:
  IoResolver(Flattener& flattener, const Step& step)
      : flat_(flattener), context_(flattener.context()), step_(step), at_{&step, static_cast<int>(step.kind_case())} {}

  bool resolve() {
    if (const IoWord* word = find_io_word(step_.kind_case())) {
      one_thing(*word);
      return true;
    }
    switch (step_.kind_case()) {
      case Step::kBioAdd: bio_add(step_.bio_add()); break;
      case Step::kSubmitBio: flat_.emit(OpCode::kSubmitBio, at_, {.value = flat_.bio_to_submit(at_, step_.submit_bio())}); break;
      case Step::kStartPlug: flat_.emit(OpCode::kStartPlug, {&step_}); break;
      case Step::kFinishPlug: flat_.emit(OpCode::kFinishPlug, {&step_}); break;
      case Step::kSubmitRead: submit_read(step_.submit_read()); break;
      case Step::kSubmitBh: submit_bh(step_.submit_bh()); break;
      case Step::kJournalStart: journal_start(step_.journal_start()); break;
      case Step::kMigratePages: flat_.emit_call(OpCode::kMigratePages, step_.migrate_pages()); break;
      case Step::kWriteCachePages: flat_.emit_call(OpCode::kWriteCachePages, step_.write_cache_pages()); break;
      default: return false;
    }
    return true;
  }

 private:
  void one_thing(const IoWord& word) {
    const auto* field = step_.GetDescriptor()->FindFieldByNumber(word.field);
    Instruction instruction{.object = flat_.object(at_, step_.GetReflection()->GetString(step_, field), word.things)};
    if (word.op == OpCode::kDoReqFilebacked || word.op == OpCode::kLockBacking || word.op == OpCode::kUnlockBacking)
      instruction.value = backing(instruction.object.index);
    flat_.emit(word.op, at_, instruction);
  }

  // The list of all folios that may back a request.
  std::int64_t backing(std::uint32_t server) {
    const ServerSpec& spec = context_.out.servers[server];
    if (spec.backing_set == kNoIndex) context_.fail(at_, fmt::format("\"{}\" has no backing; expected it to name a folio set", spec.name));
    const FolioSetSpec& set = context_.out.folio_sets[static_cast<std::size_t>(spec.backing_set)];
    std::vector<std::uint32_t> folios(set.count);
    std::iota(folios.begin(), folios.end(), set.first_folio);
    return flat_.list(std::move(folios));
  }

  const FolioSetSpec& set_of(std::uint32_t folio) const {
    const auto& sets = context_.out.folio_sets;
    return *std::find_if(sets.rbegin(), sets.rend(), [folio](const FolioSetSpec& s) { return s.first_folio <= folio; });
  }

  // The mapping whose device the folio is read from or written to.
  const MappingSpec& mapping_of(const At& at, std::uint32_t folio) const {
    const FolioSetSpec& set = set_of(folio);
    const MappingSpec* mapping = set.mapping == kNoIndex ? nullptr : &context_.out.mappings[static_cast<std::size_t>(set.mapping)];
    if (mapping == nullptr || !mapping->has_device())
      context_.fail(at, fmt::format("{} has no device; expected a mapping of kind FILE or BDEV", set.name));
    return *mapping;
  }

  void bio_add(const BioAdd& step) {
    context_.require(step, BioAdd::kFolioFieldNumber);
    const At at{&step, BioAdd::kFolioFieldNumber};
    const ObjectRef folio = flat_.object(at, step.folio(), {Thing::kFolios});
    flat_.emit(OpCode::kBioAdd, at, {.object = folio, .value = flat_.bio_to_fill(at, step.bio(), mapping_of(at, folio.index))});
  }

  void submit_read(const SubmitRead& step) {
    const std::vector<ObjectRef> things = flat_.objects(step, SubmitRead::kFoliosFieldNumber, {Thing::kFolios});
    const At at{&step, SubmitRead::kFoliosFieldNumber, 0};
    std::vector<std::uint32_t> folios;
    for (const ObjectRef& thing : things) {
      if (std::find(folios.begin(), folios.end(), thing.index) != folios.end())
        context_.fail(at, fmt::format("a folio of {} is listed twice; expected each folio once", set_of(thing.index).name));
      folios.push_back(thing.index);
    }
    const MappingSpec& first = mapping_of(at, folios.front());
    for (const std::uint32_t folio : folios)
      if (!same_device(first, mapping_of(at, folio)))
        context_.fail(at, fmt::format("{} and {} are on different devices; expected one", set_of(folios.front()).name, set_of(folio).name));
    flat_.emit(OpCode::kSubmitRead, at, {.value = flat_.list(std::move(folios))});
  }

  void submit_bh(const SubmitBh& step) {
    context_.require(step, SubmitBh::kBufferFieldNumber);
    context_.require(step, SubmitBh::kOpFieldNumber);
    const At at{&step, SubmitBh::kBufferFieldNumber};
    const Named* named = nullptr;
    const ObjectRef bh = flat_.object(at, step.buffer(), {Thing::kBufferHead}, &named);
    if (named->message != nullptr)
      context_.fail(at, fmt::format("\"{}\" is of no folio, and so on no device; expected the buffer head of one, as in \"bdev[0].bh\"", step.buffer()));
    const FolioSetSpec& set = context_.out.folio_sets[named->set];
    const ObjectRef folio{ObjectKind::kFolio, set.first_folio + bh.index - named->first};
    flat_.emit(OpCode::kSubmitBh, at, {.object = bh, .other = folio, .value = step.op() == REQ_OP_READ});
  }

  void journal_start(const JournalStart& step) {
    context_.require(step, JournalStart::kJournalFieldNumber);
    context_.require(step, JournalStart::kCreditsFieldNumber);
    const At at{&step, JournalStart::kJournalFieldNumber};
    const ObjectRef journal = flat_.object(at, step.journal(), {Thing::kJournal});
    const std::int64_t all = context_.out.journals[journal.index].credits;
    flat_.emit(OpCode::kJournalStart, at,
               {.object = journal, .value = flat_.constant({&step, JournalStart::kCreditsFieldNumber}, step.credits(), 1, all)});
  }

  Flattener& flat_;
  const ResolveContext& context_;
  const Step& step_;
  At at_;
};

}  // namespace

bool same_device(const MappingSpec& a, const MappingSpec& b) { return a.disk == b.disk && a.loop == b.loop && a.server == b.server; }

bool flatten_io_step(Flattener& flattener, const Step& step) { return IoResolver(flattener, step).resolve(); }

}  // namespace mmsim
