// Programs: steps with names become instructions with numbers; branches and loops become jumps, calls are written out.
//
//   resolve_program.cpp    control: if, repeat, call, for_each
//   resolve_scope.cpp      what names stand for inside procedures and loops
//   runtime_expression.cpp conditions
//   resolve_alloc.cpp      the slow path of allocations
//   resolve_fault.cpp      page faults in copies
//   resolve_steps.cpp      what is done to locks and events: a row or a function each
//   resolve_steps_io.cpp   the same of folios under I/O, bios, devices that are served, journals
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "sim/run/resolve_context.hpp"
#include "sim/run/resolve_held.hpp"
#include "sim/script/program_text.hpp"

namespace mmsim {

using ScenarioSteps = google::protobuf::RepeatedPtrField<Step>;

// The names that a procedure or a loop adds to those outside.
class Scope {
 public:
  explicit Scope(const Scope* outer = nullptr) : outer_(outer) {}
  struct Local {
    std::uint32_t slot;
  };
  // A thing or a number is a text that takes the place of the name.
  using Binding = std::variant<std::string, Local>;

  void bind(const std::string& name, Binding binding) { bindings_[name] = std::move(binding); }
  const Binding* find(std::string_view name) const;
  // Names of variables, for suggestions.
  void add_names(std::vector<std::string>& names) const;

  // What a reference, or an expression, says with the names replaced that stand for others.
  std::string in_reference(std::string_view text) const;
  std::string in_expression(std::string_view text) const;

 private:
  std::string replace(std::string_view text, std::string_view marks) const;

  const Scope* outer_;
  std::map<std::string, Binding, std::less<>> bindings_;
};

class Flattener {
 public:
  Flattener(const ResolveContext& context, const Variables& variables, const ActorSpec& actor, std::size_t& listed);

  void program(const Program& program);
  FlatProgram finish();

  // --- for the resolution of single steps
  const ResolveContext& context() const { return context_; }
  std::size_t emit(OpCode op, const At& at, Instruction instruction = {});
  // One thing, of a kind that is allowed.
  ObjectRef object(const At& at, const std::string& text, const std::vector<Thing>& allowed, const Named** named = nullptr) const;
  // All things of a list.
  std::vector<ObjectRef> objects(const google::protobuf::Message& message, int field, const std::vector<Thing>& allowed) const;
  std::int64_t constant(const At& at, const std::string& text, std::int64_t min, std::int64_t max) const;
  // The number of an expression that is evaluated while the program runs.
  std::int32_t expression(const At& at, const std::string& text);
  // `instruction` with an expression that is a condition; its object says so in reports.
  Instruction condition(const At& at, const std::string& text, Instruction instruction = {});
  // What follows instruction `test`, whose outcome 0 means `otherwise`.
  void branch(std::size_t test, const google::protobuf::Message& step, const ScenarioSteps& then, const ScenarioSteps& otherwise);
  void steps(const ScenarioSteps& steps);
  const Scope& scope() const { return *scope_; }
  const ActorSpec& task() const { return actor_; }

  // --- for steps that are several instructions
  std::int32_t here() const { return static_cast<std::int32_t>(flat_.text.code.size()); }
  // Says where the instructions go on that branch or jump.
  void aim(const std::vector<std::size_t>& jumps, std::int32_t target);
  // A frame of a call trace.
  void enter(const At& at, const std::string& procedure);
  void leave(const At& at) { emit(OpCode::kLeave, at); }
  // The steps of a procedure, with the names that stand for its parameters.
  void run(const At& at, const Procedure& procedure, Scope& inside);
  // A variable of the actor without a name, and expressions of it.
  std::uint32_t add_local();
  void set_local(const At& at, std::uint32_t slot, std::int64_t value);
  Instruction own_test(Term term);
  // What the allocation is that runs what is being flattened; without one, GFP_KERNEL and nobody reclaims.
  struct Allocation {
    bool fs = true;
    bool io = true;
    bool reclaiming = false;
    std::uint32_t memory = 0;
    std::uint32_t progress = 0;   // local: 1 once a page was freed
  };
  std::vector<Allocation> allocations;
  Allocation allocation() const { return allocations.empty() ? Allocation{} : allocations.back(); }
  // The number of a list of folios.
  std::int64_t list(std::vector<std::uint32_t> folios);
  // The number of a bio of the actor's own by that name, which is for one device and must be filled somewhere.
  std::int64_t bio_to_fill(const At& at, const std::string& name, const MappingSpec& mapping);
  std::int64_t bio_to_submit(const At& at, const std::string& name);
  // A call of a procedure of the kernel.
  void emit_call(OpCode op, const MigratePages& call);
  void emit_call(OpCode op, const Writeback& call);

 private:
  struct OwnBio {
    std::uint32_t number = 0;
    const MappingSpec* mapping = nullptr;         // that it is filled from; nullptr: not yet
    At submitted;
  };
  OwnBio& own_bio(const At& at, const std::string& name);
  struct Loop {
    std::vector<std::size_t> breaks, continues;   // jumps to be told where to
  };
  struct Call {
    const Procedure* procedure;
    std::vector<std::size_t> returns;
    std::size_t loops;                            // open outside of it
    bool reclaiming;
  };

  void step(const Step& step);
  void if_step(const If& step);
  void repeat(const Repeat& step);
  void jump_out(const Step& step, bool goes_on);
  void call(const mmsim::Call& step);
  void return_step(const Step& step);
  void for_each(const ForEach& step);
  std::vector<std::string> elements(const ForEach& step) const;
  void set(const At& at, const std::string& text);
  void declare(const google::protobuf::RepeatedPtrField<Variable>& variables, Scope& scope);
  Scope::Binding argument(const At& at, const std::string& text) const;
  void compile(const At& at, const std::string& text, const std::string& original, Expression& out) const;
  Term term(const At& at, const PostfixTerm& term, Expression& out) const;
  Term of_the_actor(Property property) const;
  Term named(const At& at, const PostfixTerm& term, Expression& out) const;
  Term property(const At& at, const PostfixTerm& term, Expression& out) const;

  const ResolveContext& context_;
  const Variables& variables_;
  const ActorSpec& actor_;
  std::size_t& listed_;
  std::map<std::string, OwnBio> bios_;
  FlatProgram flat_;
  Scope outermost_;
  const Scope* scope_ = &outermost_;
  std::vector<Loop> loops_;
  std::vector<Call> calls_;
};

// Emits what a step does to things; false if it is none of those.
bool flatten_step(Flattener& flattener, const Step& step);
// resolve_steps_GROUP.cpp: the same for the steps of one group.
bool flatten_memory_step(Flattener& flattener, const Step& step);
bool flatten_work_step(Flattener& flattener, const Step& step);
bool flatten_cpu_step(Flattener& flattener, const Step& step);
bool flatten_io_step(Flattener& flattener, const Step& step);

bool same_device(const MappingSpec& a, const MappingSpec& b);

// resolve_alloc.cpp
void flatten_alloc(Flattener& flattener, const Alloc& step);
void flatten_reclaim(Flattener& flattener, const Reclaim& step);
// resolve_fault.cpp
void flatten_copy_user(Flattener& flattener, const CopyUser& step, const char* name);

}  // namespace mmsim
