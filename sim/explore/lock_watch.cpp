#include "sim/explore/lock_watch.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

#include "sim/core/bit_lock.hpp"
#include "sim/core/event.hpp"
#include "sim/core/mutex.hpp"
#include "sim/core/rwsem.hpp"
#include "sim/core/spinlock.hpp"
#include "sim/core/variable.hpp"
#include "sim/mm/folio.hpp"
#include "sim/run/rules.hpp"

namespace mmsim {

namespace {

bool is_lock(const Object& object) {
  return dynamic_cast<const Mutex*>(&object) != nullptr || dynamic_cast<const Spinlock*>(&object) != nullptr ||
         dynamic_cast<const Rwsem*>(&object) != nullptr || dynamic_cast<const BitLock*>(&object) != nullptr;
}

// `app.mmap_lock` is of class `mmap_lock`, and of its own.
bool called(const std::string& base, const std::string& name) {
  const auto dot = base.rfind('.');
  return base == name || (dot != base.npos && base.compare(dot + 1, base.npos, name) == 0);
}

std::string base_of(const World& world, const Object& object) {
  std::string text = world.text(object);
  if (const auto bracket = text.find('['); bracket != text.npos) text.erase(bracket);
  return text;
}

// The names that the folios of a set go by: its own, and that of its mapping.
std::vector<std::string> names_of_folio(const Resolved& scenario, const std::string& set) {
  std::vector<std::string> names{set};
  for (const FolioSetSpec& spec : scenario.folio_sets)
    if (spec.name == set && spec.mapping != kNoIndex) names.push_back(scenario.mappings[static_cast<std::size_t>(spec.mapping)].name);
  return names;
}

int rank_in(const LockOrderRule& order, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    for (std::size_t i = 0; i < order.classes.size(); ++i)
      if (called(name, order.classes[i])) return static_cast<int>(i);
  return -1;
}

bool shares(const Operation& op) { return std::string_view(op.verb()) == op.object()->lock_class().acquire_shared; }

// It takes a lock, and may have to wait for it.
bool acquires(const Operation& op) {
  if (op.object() == nullptr) return false;
  const bool rwsem = dynamic_cast<const Rwsem*>(op.object()) != nullptr && op.might_sleep();
  return rwsem || op.discipline() == Discipline::kAcquire;
}

// It waits for an event, at once or after a look at it: code that does this while a folio is locked does it whether or not the
// event has come.
bool waits_for_event(const Operation& op) {
  if (std::string_view(op.verb()) == WritebackBit::kClass.acquire_shared) return true;
  if (!op.might_sleep()) return false;
  const Object* object = op.object();
  return dynamic_cast<const Completion*>(object) != nullptr || dynamic_cast<const WaitQueue*>(object) != nullptr ||
         dynamic_cast<const Conditions*>(object) != nullptr;
}

// It has to wait here, and not for time alone.
bool has_to_wait(const Operation& op) {
  if (op.can_complete()) return false;
  Wait wait;
  op.describe(wait);
  return !wait.time_will || !wait.edges.empty();
}

// Its own lock or writeback is no other folio's.
bool is_about(const Operation& op, const Object& folio) {
  return op.object() == &folio || (op.object() != nullptr && op.object() == static_cast<const Folio&>(folio).writeback.get());
}

}  // namespace

LockWatch::LockWatch(const RulesSpec& rules, const Resolved& scenario, const World& world)
    : rules_(rules), world_(world), rank_(rules.orders.size()) {
  for (const Object* object : world.objects) {
    const bool folio = dynamic_cast<const Folio*>(object) != nullptr;
    lock_.push_back(is_lock(*object));
    folio_.push_back(folio);
    const std::string base = base_of(world, *object);
    std::vector<std::string> names = folio ? names_of_folio(scenario, base) : std::vector{base};
    if (folio) names.push_back("folio");
    for (std::size_t i = 0; i < rank_.size(); ++i) rank_[i].push_back(lock_.back() ? rank_in(rules.orders[i], names) : -1);
  }
}

std::vector<LockWatch::Taken> LockWatch::held_by(const Actor& actor) const {
  struct Visit {
    const Actor& actor;
    const Object* object;
    std::vector<Taken> found;
  };
  Visit visit{actor, nullptr, {}};
  const auto each = [](void* context, const Holding& holding) {
    Visit& v = *static_cast<Visit*>(context);
    if (holding.holder == &v.actor && (v.found.empty() || v.found.back().object != v.object)) v.found.push_back({v.object, holding.shared});
  };
  for (const Object* object : world_.objects) {
    if (!lock_[object->id]) continue;
    visit.object = object;
    object->holdings(each, &visit);
  }
  return visit.found;
}

std::vector<const Object*> LockWatch::held_against(std::size_t rule, const Operation& op) const {
  std::vector<const Object*> out;
  const std::vector<Taken> held = held_by(op.self);
  if (rule == rules_.orders.size()) {
    for (const Taken& one : held)
      if (folio_[one.object->id] && !is_about(op, *one.object)) out.push_back(one.object);
    return out;
  }
  const std::vector<int>& rank = rank_[rule];
  for (const Taken& one : held)
    if (one.object != op.object() && rank[one.object->id] > rank[op.object()->id]) out.push_back(one.object);
  return out;
}

bool LockWatch::breaks(std::size_t rule, const Operation& op, const std::vector<Taken>& held) const {
  const bool takes = acquires(op);
  if (rule < rules_.orders.size()) {
    const std::vector<int>& rank = rank_[rule];
    return takes && rank[op.object()->id] >= 0 && std::any_of(held.begin(), held.end(), [&](const Taken& one) {
      return one.object != op.object() && rank[one.object->id] > rank[op.object()->id];
    });
  }
  const auto other_folio = [&](const Taken& one) { return folio_[one.object->id] && !is_about(op, *one.object); };
  if (!rules_.no_wait_with_folio_locked || std::none_of(held.begin(), held.end(), other_folio)) return false;
  return takes ? static_cast<bool>(folio_[op.object()->id]) : waits_for_event(op) || has_to_wait(op);
}

void LockWatch::note_nesting(const Operation& op, const std::vector<Taken>& held) {
  const Actor& actor = op.self;
  const std::pair<std::string, std::int32_t> place{actor.innermost != nullptr ? actor.innermost->name() : "",
                                                   actor.foresight != nullptr ? actor.foresight->line() : 0};
  for (const Taken& outer : held) {
    if (outer.object == op.object()) continue;
    std::set<std::uint32_t> gates;
    for (const Taken& other : held)
      if (other.object != outer.object && other.object != op.object()) gates.insert(other.object->id);
    const NestingKey key{actor.id, outer.object->id, op.object()->id, outer.shared, shares(op)};
    const auto [known, added] = nestings_.try_emplace(key, Nesting{gates, place});
    if (added) continue;
    Nesting& nesting = known->second;
    std::erase_if(nesting.gates, [&](std::uint32_t gate) { return !gates.contains(gate); });
    nesting.place = std::min(nesting.place, place);
  }
}

std::uint32_t LockWatch::about_to(const Operation& op) {
  const bool takes = acquires(op);
  if (!takes && !rules_.no_wait_with_folio_locked) return 0;
  const std::vector<Taken> held = held_by(op.self);
  if (held.empty()) return 0;
  if (takes) note_nesting(op, held);
  std::vector<const Breach*> found;
  for (std::size_t rule = 0; rule <= rules_.orders.size(); ++rule) {
    if (!breaks(rule, op, held)) continue;
    const Actor& actor = op.self;
    found.push_back(&*breaches_.insert({rule, actor.id, op.verb(), actor.innermost != nullptr ? actor.innermost->name() : "",
                                        actor.foresight != nullptr ? actor.foresight->line() : 0}).first);
  }
  if (found.empty()) return 0;
  steps_.push_back(std::move(found));
  return static_cast<std::uint32_t>(steps_.size());
}

std::string LockWatch::rule_text(std::size_t rule) const { return rule < rules_.orders.size() ? rules_.orders[rule].text : kNoWaitRule; }

void LockWatch::add_lock_order(pb::Result& out) const {
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
  Graph graph(world_.objects.size());
  for (const auto& [key, nesting] : nestings_) boost::add_edge(std::get<1>(key), std::get<2>(key), graph);
  std::vector<std::size_t> component(world_.objects.size(), 0);
  if (!component.empty()) boost::strong_components(graph, component.data());
  for (const auto& [key, nesting] : nestings_) {
    const auto& [actor, held, taken, held_shared, taken_shared] = key;
    if (component[held] != component[taken]) continue;
    pb::LockNesting& edge = *out.add_lock_order();
    edge.set_held(world_.text(*world_.objects[held]));
    edge.set_taken(world_.text(*world_.objects[taken]));
    edge.set_actor(world_.text(*world_.actors[actor]));
    edge.set_held_shared(held_shared);
    edge.set_taken_shared(taken_shared);
    for (const std::uint32_t gate : nesting.gates) edge.add_gates(world_.text(*world_.objects[gate]));
    edge.set_at(nesting.place.first);
    edge.set_line(nesting.place.second);
    edge.set_held_kind(world_.objects[held]->lock_class().noun);
    edge.set_taken_kind(world_.objects[taken]->lock_class().noun);
  }
}

}  // namespace mmsim
