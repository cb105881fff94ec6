// Allocations that may reclaim: __alloc_pages_slowpath() and try_charge_memcg(), v6.6, written out as instructions around the
// procedures that the scenario gives for reclaim and for the OOM killer.
//
// DIFFERS: the OOM killer is asked after one round of reclaim without progress, not after MAX_RECLAIM_RETRIES (16) of them; no
// compaction; one memory at a time, no zonelist.
#include <fmt/format.h>

#include "sim/mm/watermark.hpp"
#include "sim/run/resolve_program.hpp"

namespace mmsim {
namespace {

constexpr std::int64_t kJiffy_ns = 4'000'000;                // HZ=250
constexpr std::int64_t kCostly_pages = 8;                    // 1 << PAGE_ALLOC_COSTLY_ORDER: too small to fail

bool has_fs(Gfp gfp) { return gfp == GFP_KERNEL; }
bool has_io(Gfp gfp) { return gfp == GFP_KERNEL || gfp == GFP_NOFS; }
bool may_wait(Gfp gfp) { return gfp == GFP_KERNEL || gfp == GFP_NOFS || gfp == GFP_NOIO; }

// Whether somebody may be killed: only then is it a step to look whether one was.
bool kills(const google::protobuf::Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->containing_type() == Step::descriptor() && field->number() == Step::kKillFieldNumber) return true;
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    for (int i = 0; i < (field->is_repeated() ? reflection.FieldSize(message, field) : 1); ++i)
      if (kills(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i) : reflection.GetMessage(message, field))) return true;
  }
  return false;
}

// The reclaim procedures of a memory, run by whoever calls.
class ReclaimFlattener {
 public:
  ReclaimFlattener(Flattener& flattener, const At& at, const std::string& memory)
      : flat_(flattener), context_(flattener.context()), at_(at) {
    object_ = flat_.object(at, memory, {Thing::kMemory}, &named_);
    progress_ = flat_.add_local();
  }

  ObjectRef object() const { return object_; }
  const MemorySpec& spec() const { return context_.out.memories[object_.index]; }
  const Memory& memory() const { return static_cast<const Memory&>(*named_->message); }

  // Afterwards a test whose outcome is 0 where no page was freed.
  std::size_t reclaim(Gfp gfp) {
    flat_.allocations.push_back({has_fs(gfp), has_io(gfp), true, object_.index, progress_});
    flat_.enter(at_, spec().memcg ? "try_to_free_mem_cgroup_pages" : "try_to_free_pages");
    const Instruction noreclaim{.object = {ObjectKind::kGfpScope, static_cast<std::uint32_t>(GfpScope::kNoreclaim)}};
    flat_.emit(OpCode::kSave, at_, noreclaim);
    flat_.set_local(at_, progress_, 0);
    for (const std::string& name : memory().reclaim()) run(name);
    flat_.emit(OpCode::kRestore, at_, noreclaim);
    flat_.leave(at_);
    flat_.allocations.pop_back();
    return flat_.emit(OpCode::kTest, at_, flat_.own_test({.kind = Term::kVariable, .object = {ObjectKind::kLocal, progress_}}));
  }

  void out_of_memory(Gfp gfp) {
    flat_.allocations.push_back({has_fs(gfp), has_io(gfp), false, object_.index, progress_});
    flat_.enter(at_, spec().memcg ? "mem_cgroup_out_of_memory" : "out_of_memory");
    run(memory().oom());
    flat_.leave(at_);
    flat_.allocations.pop_back();
  }

 private:
  void run(const std::string& name) {
    Scope inside;
    flat_.run(at_, static_cast<const Procedure&>(*context_.look_up(at_, name, {Thing::kProcedure}).message), inside);
  }

  Flattener& flat_;
  const ResolveContext& context_;
  const At at_;
  ObjectRef object_;
  const Named* named_ = nullptr;
  std::uint32_t progress_ = 0;
};

class AllocFlattener {
 public:
  AllocFlattener(Flattener& flattener, const Alloc& step)
      : flat_(flattener), step_(step), at_{&step, Alloc::kFromFieldNumber}, memory_(flattener, at_, step.from()), spec_(memory_.spec()) {
    const std::int64_t most = spec_.pages;
    pages_ = step.has_pages() ? flat_.constant({&step, Alloc::kPagesFieldNumber}, step.pages(), 1, most) : 1;
    check();
  }

  void flatten() {
    flat_.enter(at_, spec_.memcg ? "try_charge_memcg" : "__alloc_pages");
    attempt(Watermark::kLow);
    if (spec_.kswapd_wait != kNoIndex)
      flat_.emit(OpCode::kWakeAll, at_, {.object = {ObjectKind::kWaitQueue, static_cast<std::uint32_t>(spec_.kswapd_wait)}});
    if (flat_.allocation().reclaiming) {
      with_reserve();   // and never reclaims while it reclaims
    } else {
      const std::size_t test = flat_.emit(OpCode::kTest, at_, flat_.own_test({.kind = Term::kProperty, .property = Property::kPfMemalloc}));
      with_reserve();
      flat_.aim({test}, flat_.here());
      without_reserve();
    }
    finish();
  }

 private:
  void check() const {
    const ResolveContext& context = flat_.context();
    context.require(step_, Alloc::kGfpFieldNumber);
    const bool waits = may_wait(step_.gfp());
    const std::pair<int, bool> modifiers[] = {{Alloc::kNofailFieldNumber, step_.nofail()},
                                              {Alloc::kNoretryFieldNumber, step_.noretry()},
                                              {Alloc::kRetryMayfailFieldNumber, step_.retry_mayfail()}};
    int given = 0;
    for (const auto& [field, set] : modifiers) {
      if (!set) continue;
      const std::string& name = step_.GetDescriptor()->FindFieldByNumber(field)->name();
      if (!waits) context.fail({&step_, field}, fmt::format("{} beside {}, which never waits; expected GFP_KERNEL, GFP_NOFS or GFP_NOIO", name, Gfp_Name(step_.gfp())));
      if (++given > 1) context.fail({&step_, field}, fmt::format("{} stands beside another; expected one of nofail, noretry, retry_mayfail", name));
    }
    if (step_.nofail() && step_.else__size() > 0) context.fail({&step_, Alloc::kElseFieldNumber}, "an allocation with nofail does not fail; expected no else");
  }

  // One try, after which it goes on where it has the pages.
  void attempt(Watermark watermark) {
    const std::size_t tried = flat_.emit(OpCode::kAlloc, at_, {.branches = true, .object = memory_.object(),
                                                               .other = {ObjectKind::kNone, static_cast<std::uint32_t>(watermark)}, .value = pages_});
    has_them_.push_back(flat_.emit(OpCode::kJump, at_));
    flat_.aim({tried}, flat_.here());
  }
  std::int32_t loop() {
    flat_.emit(OpCode::kLoop, at_);
    return flat_.here();
  }
  void jump(std::int32_t to) { flat_.aim({flat_.emit(OpCode::kJump, at_)}, to); }
  void fail() { failed_.push_back(flat_.emit(OpCode::kJump, at_)); }

  // PF_MEMALLOC. With nofail it is tried again and again (the kernel warns).
  void with_reserve() {
    const std::int32_t again = loop();
    attempt(Watermark::kNone);
    if (!step_.nofail()) return fail();
    flat_.emit(OpCode::kCondResched, at_);
    jump(again);
  }

  void without_reserve() {
    if (!may_wait(step_.gfp())) {
      attempt(step_.gfp() == GFP_ATOMIC ? Watermark::kAtomic : Watermark::kMin);
      return fail();
    }
    const std::int32_t retry = loop();
    attempt(Watermark::kMin);
    const std::size_t progress = memory_.reclaim(step_.gfp());
    jump(retry);
    flat_.aim({progress}, flat_.here());
    attempt(Watermark::kMin);   // somebody else may have made room
    if (gives_up()) return fail();
    const std::vector<std::size_t> may_not_kill = no_killing();
    if (!step_.nofail()) fail_if_killed();
    std::vector<std::size_t> others_kill;
    if (memory_.memory().has_oom())
      others_kill = may_oom();
    else if (spec_.memcg)
      return over_limit_or_fail();
    flat_.aim(may_not_kill, flat_.here());
    flat_.aim(others_kill, flat_.here());
    pause();
    jump(retry);
  }

  bool gives_up() const {
    if (step_.nofail()) return false;
    return step_.noretry() || step_.retry_mayfail() || (!spec_.memcg && pages_ > kCostly_pages);
  }

  // Without __GFP_FS nobody is killed for a zone, and it is tried again, "as per tradition".
  std::vector<std::size_t> no_killing() {
    if (spec_.memcg) return {};
    const Term fs{.kind = Term::kProperty, .property = Property::kGfpFs, .value = has_fs(step_.gfp())};
    return {flat_.emit(OpCode::kTest, at_, flat_.own_test(fs))};
  }

  // __alloc_pages_may_oom(), mem_cgroup_out_of_memory(). Where another has oom_lock, a zone leaves it to that one; under it is a
  // last look.
  std::vector<std::size_t> may_oom() {
    if (spec_.oom_lock == kNoIndex) {
      memory_.out_of_memory(step_.gfp());
      return {};
    }
    const ObjectRef oom_lock{ObjectKind::kMutex, static_cast<std::uint32_t>(spec_.oom_lock)};
    const std::size_t locked = flat_.emit(spec_.memcg ? OpCode::kLock : OpCode::kTrylock, at_, {.branches = !spec_.memcg, .object = oom_lock});
    const std::size_t tried = flat_.emit(OpCode::kAlloc, at_, {.branches = true, .object = memory_.object(),
                                                               .other = {ObjectKind::kNone, static_cast<std::uint32_t>(Watermark::kLow)}, .value = pages_});
    flat_.emit(OpCode::kUnlock, at_, {.object = oom_lock});
    has_them_.push_back(flat_.emit(OpCode::kJump, at_));
    flat_.aim({tried}, flat_.here());
    memory_.out_of_memory(step_.gfp());
    flat_.emit(OpCode::kUnlock, at_, {.object = oom_lock});
    if (spec_.memcg) return {};
    return {locked};
  }

  void fail_if_killed() {
    if (!kills(flat_.context().scenario)) return;
    const std::size_t killed = flat_.emit(OpCode::kTest, at_, flat_.condition(at_, "signal_pending"));
    fail();
    flat_.aim({killed}, flat_.here());
  }

  void over_limit_or_fail() {
    if (step_.nofail()) attempt(Watermark::kNone);
    fail();
  }

  // reclaim_throttle(VMSCAN_THROTTLE_NOPROGRESS), which kernel threads do not sleep in; should_reclaim_retry() for workers.
  void pause() {
    const ActorSpec& task = flat_.task();
    if (task.mm != kNoIndex || task.flags.wq_worker)
      flat_.emit(OpCode::kThrottle, at_, {.value = kJiffy_ns});
    else
      flat_.emit(OpCode::kCondResched, at_);
  }

  void finish() {
    const At whole{&step_};
    flat_.aim(has_them_, flat_.here());
    flat_.leave(whole);
    flat_.steps(step_.then());
    const std::size_t end = flat_.emit(OpCode::kJump, whole);
    flat_.aim(failed_, flat_.here());
    flat_.leave(whole);
    flat_.steps(step_.else_());
    flat_.aim({end}, flat_.here());
  }

  Flattener& flat_;
  const Alloc& step_;
  const At at_;
  ReclaimFlattener memory_;
  const MemorySpec& spec_;
  std::int64_t pages_ = 1;
  std::vector<std::size_t> has_them_, failed_;   // jumps
};

}  // namespace

void flatten_alloc(Flattener& flattener, const Alloc& step) {
  flattener.context().require(step, Alloc::kFromFieldNumber);
  AllocFlattener(flattener, step).flatten();
}

void flatten_reclaim(Flattener& flattener, const Reclaim& step) {
  flattener.context().require(step, Reclaim::kMemoryFieldNumber);
  ReclaimFlattener memory(flattener, {&step, Reclaim::kMemoryFieldNumber}, step.memory());
  flattener.branch(memory.reclaim(step.gfp()), step, step.then(), step.else_());
}

}  // namespace mmsim
