// Devices that programs serve, journals, and the names of the buffer heads of folios.
#include <fmt/format.h>

#include <algorithm>

#include "sim/run/resolve_context.hpp"

namespace mmsim {
namespace {

constexpr std::int64_t kCredits_max = INT32_MAX;

// Elements are numbered behind the buffer heads that no folio is attached to.
void define_buffer_heads(ResolveContext& context) {
  const auto& locks = context.out.locks;
  auto next = static_cast<std::uint32_t>(
      std::count_if(locks.begin(), locks.end(), [](const LockSpec& lock) { return lock.kind == ObjectKind::kBufferHead; }));
  for (std::size_t i = 0; i < context.out.folio_sets.size(); ++i) {
    const FolioSetSpec& set = context.out.folio_sets[i];
    if (set.mapping == kNoIndex || context.out.mappings[static_cast<std::size_t>(set.mapping)].type != MappingType::kBdev) continue;
    const Named named{Thing::kBufferHead, next, set.count, set.counted, static_cast<std::uint32_t>(i)};
    context.names.emplace(set.name + ".bh", named);   // no other name has a dot
    next += set.count;
  }
}

// Whether a program has a step of that kind on the thing of that number.
bool does(const ProgramText& text, OpCode op, std::uint32_t number) {
  return std::any_of(text.code.begin(), text.code.end(),
                     [&](const Instruction& step) { return step.op == op && step.object.index == number; });
}

bool does(const ActorSpec& actor, OpCode op, std::uint32_t number) {
  const auto* program = std::get_if<ProgramSpec>(&actor.kind);
  return program != nullptr && does(program->text, op, number);
}

const google::protobuf::Message* message_of(const ResolveContext& context, const ActorSpec& actor) {
  return context.names.find(actor.base)->second.message;
}

// Who does that for ever must not be waited for. Returns how many do it.
int count_servers(const ResolveContext& context, OpCode op, std::uint32_t number, const std::string& name, const char* word) {
  const auto& works = context.out.works;   // kworkers wait for work in any case
  auto servers = static_cast<int>(std::count_if(works.begin(), works.end(), [&](const WorkSpec& work) { return does(work.text, op, number); }));
  for (const ActorSpec& actor : context.out.actors) {
    if (!does(actor, op, number)) continue;
    ++servers;
    if (!actor.background)
      context.fail({message_of(context, actor)},
                   fmt::format("actor \"{}\" {} \"{}\", and waits for work without end; expected background: true", actor.base, word, name));
  }
  return servers;
}

const FolioSetSpec* backing_of(const ResolveContext& context, int server) {
  const int set = context.out.servers[static_cast<std::size_t>(server)].backing_set;
  return set == kNoIndex ? nullptr : &context.out.folio_sets[static_cast<std::size_t>(set)];
}

// Page i of the device is page i of its backing, which must reach as far as any mapping on the device.
void check_backing(const ResolveContext& context, int number, const Server& server) {
  const FolioSetSpec* backing = backing_of(context, number);
  if (backing == nullptr) return;
  const std::int64_t blocks = std::int64_t{backing->count} << backing->order;
  const At at{&server, Server::kBackingFieldNumber};
  for (const FolioSetSpec& set : context.out.folio_sets) {
    if (set.mapping == kNoIndex || context.out.mappings[static_cast<std::size_t>(set.mapping)].server != number) continue;
    if (&set == backing)
      context.fail(at, fmt::format("backing \"{}\" is itself on \"{}\"; expected folios of another device", server.backing(), server.name()));
    const std::int64_t end = set.first_index + (std::int64_t{set.count} << set.order);
    if (end > blocks)
      context.fail(at, fmt::format("backing \"{}\" has {} block{}, but {} needs {} of \"{}\"; expected at least as many", server.backing(), blocks,
                                   blocks == 1 ? "" : "s", set.name, end, server.name()));
  }
}

}  // namespace

void define_io(ResolveContext& context) {
  std::uint32_t index = 0;
  for (const Server& server : context.scenario.server())
    context.define(server, Server::kNameFieldNumber, server.name(), {Thing::kServer, index++});
  index = 0;
  for (const Journal& journal : context.scenario.journal())
    context.define(journal, Journal::kNameFieldNumber, journal.name(), {Thing::kJournal, index++});
}

void resolve_io(ResolveContext& context) {
  for (const Server& server : context.scenario.server()) {
    context.require(server, Server::kKindFieldNumber);
    ServerSpec spec{server.name(), static_cast<ServerType>(server.kind() - LOOP)};
    if (server.has_backing())
      spec.backing_set = static_cast<int>(context.look_up({&server, Server::kBackingFieldNumber}, server.backing(), {Thing::kFolios}).set);
    context.out.servers.push_back(std::move(spec));
  }
  for (const Journal& journal : context.scenario.journal()) {
    context.require(journal, Journal::kCreditsFieldNumber);
    const At at{&journal, Journal::kCreditsFieldNumber};
    context.out.journals.push_back({journal.name(), context.evaluate_at(at, journal.credits(), context.globals(), 1, kCredits_max)});
  }
  define_buffer_heads(context);
}

void check_servers(const ResolveContext& context) {
  for (int i = 0; i < context.scenario.server_size(); ++i) {
    const Server& server = context.scenario.server(i);
    check_backing(context, i, server);
    if (count_servers(context, OpCode::kNextRequest, static_cast<std::uint32_t>(i), server.name(), "serves") == 0)
      context.fail({&server}, fmt::format("no actor serves \"{0}\"; expected a program with next_request: \"{0}\"", server.name()));
  }
  for (int i = 0; i < context.scenario.journal_size(); ++i) {
    const Journal& journal = context.scenario.journal(i);
    const int committers = count_servers(context, OpCode::kNextCommit, static_cast<std::uint32_t>(i), journal.name(), "commits");
    if (committers != 1)
      context.fail({&journal}, fmt::format("{} commit{} \"{}\"; expected one program with next_commit: \"{}\"",
                                           committers == 0 ? "no actor" : fmt::format("{} actors", committers), committers == 0 ? "s" : "",
                                           journal.name(), journal.name()));
  }
}

}  // namespace mmsim
