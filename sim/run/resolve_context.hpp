// What the parts of the resolution share: the names defined so far, the scenario's text for messages, and the result.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proto/scenario.hpp"
#include "sim/run/expression.hpp"
#include "sim/run/load_source.hpp"
#include "sim/run/resolved.hpp"

namespace mmsim {

// Absurd sizes are refused before anything is allocated for them.
inline constexpr std::int64_t kFolios_max = 16 << 20;
inline constexpr std::int64_t kLocks_max = 1 << 20;
inline constexpr std::int64_t kActors_max = 4096;
inline constexpr std::int64_t kWorkers_max = 64;     // of a pool
inline constexpr std::int64_t kCpus_max = 8192;
inline constexpr std::int64_t kNodes_max = 64;
inline constexpr std::int64_t kPages_max = std::int64_t{1} << 40;
inline constexpr std::int64_t kTimes_max = std::int64_t{1} << 40;
inline constexpr std::int64_t kTime_max_ns = std::int64_t{1} << 61;  // sums of two stay in range

enum class Thing : std::uint8_t {
  kParam,
  kNode,
  kDisk,
  kLoop,
  kMapping,
  kAddressSpace,
  kFolios,
  kMutex,
  kSpinlock,
  kRwsem,
  kSemaphore,
  kCompletion,
  kWaitQueue,
  kBufferHead,
  kVariable,
  // --- memory
  kPool,
  kMemory,
  // --- I/O
  kServer,
  kJournal,
  // --- work queues
  kWork,
  kWorkqueue,
  // --- others
  kProcedure,
  kActor,
};

const char* noun(Thing thing);          // "folio set"
std::string with_article(Thing thing);  // "a folio set"
const std::vector<Thing>& all_things(); // that steps can name
ObjectKind object_kind(Thing thing);

// A name of the scenario. Things are numbered among their kind; an element of a folio set is numbered over all sets.
struct Named {
  Thing thing = Thing::kParam;
  std::uint32_t first = 0;
  std::uint32_t count = 1;
  bool counted = false;   // written with `count`: its elements are name[0], name[1], ...
  std::uint32_t set = 0;  // folio sets: number of the set
  const google::protobuf::Message* message = nullptr;
};

// Numbers first .. last of the things that a reference names.
struct Span {
  const Named* named = nullptr;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

struct ResolveContext {
  const Scenario& scenario;
  const ScenarioSource& source;
  Resolved& out;
  Params params;
  std::map<std::string, Named, std::less<>> names;

  // Enters a name after checking that it is well formed and new.
  void define(const google::protobuf::Message& message, int name_field, const std::string& name, Named named);

  // The thing of that name, which must be one of `allowed`.
  const Named& look_up(const At& at, std::string_view name, const std::vector<Thing>& allowed) const;

  // What "name", "name[i]" or "name[i..j]" stands for.
  Span refer(const At& at, const std::string& text, const Variables& variables,
             const std::vector<Thing>& allowed) const;
  // The same where only one thing makes sense.
  std::uint32_t refer_to_one(const At& at, const std::string& text, const Variables& variables,
                             const std::vector<Thing>& allowed, const Named** named = nullptr) const;

  // The value of an expression, which must lie within the bounds.
  std::int64_t evaluate_at(const At& at, const std::string& text, const Variables& variables, std::int64_t min,
                           std::int64_t max) const;
  void check_range(const At& at, std::int64_t value, std::int64_t min, std::int64_t max) const;
  void check_at_most(const At& at, std::uint64_t value, std::uint64_t max) const;

  // A name that expressions can hold, and that means nothing in them yet.
  void check_variable_name(const At& at, const std::string& name) const;
  // The condition of that text, which programs test or wait for.
  ObjectRef add_condition(const std::string& text) const;

  // Of the machine.
  int cpus() const;

  // The field must be present.
  void require(const google::protobuf::Message& message, int field) const;

  // Params only: outside of actors.
  Variables globals() const { return {params, {}}; }

  [[noreturn]] void fail(const At& at, std::string_view what, std::optional<std::size_t> offset = {}) const {
    source.fail(at, what, offset);
  }
};

// The parts, in the order in which they may refer to each other. Names come first, so that order in the file is free.
void define_params(ResolveContext& context);
void define_storage(ResolveContext& context);
void define_locks(ResolveContext& context);
void define_variables(ResolveContext& context);
void define_memory(ResolveContext& context);
void define_procedures(ResolveContext& context);
void define_io(ResolveContext& context);
void define_works(ResolveContext& context);
void define_actors(ResolveContext& context);
// One that is run for the sake of somebody else: it has nothing to be called with.
const Procedure& called_procedure(const ResolveContext& context, const At& at, const std::string& name);
void resolve_machine(ResolveContext& context);
void resolve_storage(ResolveContext& context);
void resolve_memory(ResolveContext& context);
void resolve_io(ResolveContext& context);
void resolve_actors(ResolveContext& context);
// resolve_interrupts.cpp: of one actor, after its program.
void resolve_interrupt(const ResolveContext& context, const Actor& actor, const Variables& variables, ActorSpec& spec);
void place_handlers(ResolveContext& context);
// Programs of items; pools; kworkers, which are actors behind those of the file.
void resolve_works(ResolveContext& context);
// How a CPU is shared changes the outcome, so it must be said.
void check_shared_cpus(const ResolveContext& context);
void check_loop_devices(const ResolveContext& context);
void check_servers(const ResolveContext& context);
void resolve_rules(ResolveContext& context);
void resolve_expect(ResolveContext& context, Expect& expect);

// `listed` counts the folios in the lists of all actors.
ProgramText flatten_program(const ResolveContext& context, const Program& program, const Variables& variables, const ActorSpec& actor,
                            std::size_t& listed);

}  // namespace mmsim
