// Patterns of locking, each a few lines long: those of the kernel's lock checkers, and those whose classes are known.
#include "sim/explore/known_answers.hpp"
#include "sim/explore/scenario_builder.hpp"

namespace mmsim {
namespace {

constexpr const char* kClaim = "This can hang.";

// Each pair of letters is two mutexes taken one after the other and given back: "ABBA" is (A,B)(B,A).
Words pair_words(const std::string& letters) {
  const std::string first(1, letters[0]);
  const std::string second(1, letters[1]);
  return {{"lock", first}, {"lock", second}, {"unlock", second}, {"unlock", first}};
}

KnownAnswer pairs(const std::string& letters, bool one_task) {
  KnownAnswer answer{letters + (one_task ? " by one task" : " by a task per pair"), {}};
  answer.scenario.set_claim(kClaim);
  for (const char letter : std::string("ABCD"))
    if (letters.find(letter) != std::string::npos)
      add_locks(*answer.scenario.mutable_mutex(), std::string(1, letter));
  Words all;
  for (std::size_t i = 0; i < letters.size(); i += 2) {
    const Words words = pair_words(letters.substr(i, 2));
    if (!one_task) add_program(answer.scenario, numbered("task", static_cast<int>(i / 2)), words);
    all.insert(all.end(), words.begin(), words.end());
  }
  if (one_task) add_program(answer.scenario, "task", all);
  answer.hangs = !one_task || letters == "AA";
  return answer;
}

struct Task {
  const char* name;
  Words words;
};

KnownAnswer pattern(const std::string& name, bool hangs, const pb::Scenario& objects, const std::vector<Task>& tasks) {
  KnownAnswer answer{name, objects};
  answer.hangs = hangs;
  answer.scenario.set_claim(kClaim);
  for (const Task& task : tasks) add_program(answer.scenario, task.name, task.words);
  return answer;
}

void add_rwsem_patterns(std::vector<KnownAnswer>& answers) {
  pb::Scenario objects;
  add_locks(*objects.mutable_rwsem(), "A");
  add_locks(*objects.mutable_rwsem(), "B");
  const Task reads_twice{"reader", {{"down_read", "A"}, {"down_read", "A"}, {"up_read", "A"}, {"up_read", "A"}}};
  const Task reads_ab{"ab", {{"down_read", "A"}, {"down_read", "B"}, {"up_read", "B"}, {"up_read", "A"}}};
  const Task reads_ba{"ba", {{"down_read", "B"}, {"down_read", "A"}, {"up_read", "A"}, {"up_read", "B"}}};
  const Task writes_a{"writer_a", {{"down_write", "A"}, {"up_write", "A"}}};
  const Task writes_b{"writer_b", {{"down_write", "B"}, {"up_write", "B"}}};
  answers.push_back(pattern("read lock taken twice", false, objects, {reads_twice}));
  answers.push_back(pattern("read lock taken twice, a writer between", true, objects, {reads_twice, writes_a}));
  answers.push_back(pattern("read locks ABBA", false, objects, {reads_ab, reads_ba}));
  answers.push_back(pattern("read locks ABBA, writers between", true, objects, {reads_ab, reads_ba, writes_a, writes_b}));
}

void add_folio_patterns(std::vector<KnownAnswer>& answers) {
  pb::Scenario objects;
  for (const char* name : {"f", "g"}) objects.add_folios()->set_name(name);
  add_locks(*objects.mutable_mutex(), "m");
  add_locks(*objects.mutable_wait_queue(), "q");
  answers.push_back(pattern("folio locked twice", true, objects, {{"task", {{"lock", "f"}, {"lock", "f"}}}}));
  const auto nested = [](const char* a, const char* b) {
    return Words{{"lock", a}, {"lock", b}, {"unlock", b}, {"unlock", a}};
  };
  answers.push_back(pattern("folios ABBA", true, objects, {{"fg", nested("f", "g")}, {"gf", nested("g", "f")}}));
  answers.push_back(pattern("folio and mutex ABBA", true, objects, {{"fm", nested("f", "m")}, {"mf", nested("m", "f")}}));
  answers.push_back(pattern("folio lock held asleep, the waker wants it", true, objects,
                            {{"sleeper", {{"lock", "f"}, {"wait", "q"}, {"unlock", "f"}}},
                             {"worker", {{"lock", "f"}, {"unlock", "f"}, {"wake", "q"}}}}));
}

void add_event_patterns(std::vector<KnownAnswer>& answers) {
  pb::Scenario objects;
  add_locks(*objects.mutable_completion(), "one");
  add_locks(*objects.mutable_completion(), "two");
  answers.push_back(pattern("events waited for crosswise", true, objects,
                            {{"first", {{"wait", "two"}, {"wake", "one"}}}, {"second", {{"wait", "one"}, {"wake", "two"}}}}));
}

std::uint64_t factorial(int n) { return n <= 1 ? 1 : static_cast<std::uint64_t>(n) * factorial(n - 1); }

std::uint64_t power(std::uint64_t base, int n) { return n == 0 ? 1 : base * power(base, n - 1); }

using AddPrograms = void (*)(pb::Scenario&, int n);

KnownClasses classes(const std::string& name, int n, std::uint64_t count, std::uint64_t deadlocked, AddPrograms add) {
  KnownClasses known{fmt::format("{}, n = {}", name, n), {}, count, deadlocked};
  known.scenario.set_claim(kClaim);
  add(known.scenario, n);
  return known;
}

void one_mutex(pb::Scenario& scenario, int n, const Words& words) {
  add_locks(*scenario.mutable_mutex(), "m");
  for (int i = 0; i < n; ++i) add_program(scenario, numbered("task", i), words);
}

void lock_unlock(pb::Scenario& scenario, int n) { one_mutex(scenario, n, {{"lock", "m"}, {"unlock", "m"}}); }
void lock_only(pb::Scenario& scenario, int n) { one_mutex(scenario, n, {{"lock", "m"}}); }

void trylocks(pb::Scenario& scenario, int n) {
  one_mutex(scenario, n, {});
  for (pb::Actor& actor : *scenario.mutable_actor()) add_trylock(*actor.mutable_program()->mutable_step(), "m");
}
void trylocks_unlock(pb::Scenario& scenario, int n) {
  one_mutex(scenario, n, {});
  for (pb::Actor& actor : *scenario.mutable_actor())
    add_trylock(*actor.mutable_program()->mutable_step(), "m", {{"unlock", "m"}});
}

// n times a writer of a[i] alone, and a reader of a[i] under m.
void mpat(pb::Scenario& scenario, int n) {
  add_locks(*scenario.mutable_mutex(), "m");
  add_locks(*scenario.mutable_mutex(), "a", n);
  for (int i = 0; i < n; ++i) {
    const std::string a = indexed("a", i);
    add_program(scenario, numbered("w", i), {{"lock", a}, {"unlock", a}});
    add_program(scenario, numbered("r", i), {{"lock", "m"}, {"lock", a}, {"unlock", a}, {"unlock", "m"}});
  }
}

void philosophers(pb::Scenario& scenario, int n) { scenario = dining(n, 1); }
void last_reversed(pb::Scenario& scenario, int n) { scenario = dining(n, 1, true); }

void gated(pb::Scenario& scenario, int n) {
  add_locks(*scenario.mutable_mutex(), "gate");
  add_locks(*scenario.mutable_mutex(), "fork", n);
  for (int i = 0; i < n; ++i) {
    const std::string left = indexed("fork", i);
    const std::string right = indexed("fork", (i + 1) % n);
    add_program(scenario, numbered("philosopher", i),
                {{"lock", "gate"}, {"lock", left}, {"lock", right}, {"unlock", right}, {"unlock", left}, {"unlock", "gate"}});
  }
}

// Two writers and n readers of one rwsem.
void readers_writers(pb::Scenario& scenario, int n) {
  add_locks(*scenario.mutable_rwsem(), "sem");
  for (int i = 0; i < 2; ++i)
    add_program(scenario, numbered("writer", i), {{"down_write", "sem"}, {"up_write", "sem"}});
  for (int i = 0; i < n; ++i) add_program(scenario, numbered("reader", i), {{"down_read", "sem"}, {"up_read", "sem"}});
}

}  // namespace

std::vector<KnownAnswer> lock_checker_answers() {
  std::vector<KnownAnswer> answers;
  for (const char* letters : {"AA", "ABBA", "ABBCCA", "ABCABC", "ABBCCDDA", "ABCDBDDA", "ABCDBCDA"}) {
    answers.push_back(pairs(letters, false));
    answers.push_back(pairs(letters, true));
  }
  add_rwsem_patterns(answers);
  add_folio_patterns(answers);
  add_event_patterns(answers);
  return answers;
}

// The count for readers and writers is that of a lock without a queue: a fair one tells more schedules apart.
std::vector<KnownClasses> class_answers() {
  std::vector<KnownClasses> known;
  for (int n = 2; n <= 4; ++n) {
    const auto number = static_cast<std::uint64_t>(n);
    known.push_back(classes("lock, unlock", n, factorial(n), 0, lock_unlock));
    known.push_back(classes("lock, nobody unlocks", n, number, number, lock_only));
    known.push_back(classes("philosophers", n, power(2, n) - 1, 1, philosophers));
    known.push_back(classes("philosophers, the last reversed", n, power(2, n) - 2, 0, last_reversed));
    known.push_back(classes("philosophers behind a gate", n, factorial(n), 0, gated));
  }
  for (int n = 1; n <= 3; ++n) {
    known.push_back(classes("writers alone, readers under a mutex", n, power(2, n) * factorial(n), 0, mpat));
    known.push_back(classes("two writers, n readers", n, 2 * power(3, n), 0, readers_writers));
  }
  known.push_back(classes("trylock, nobody unlocks", 3, 3, 0, trylocks));
  known.push_back(classes("trylock, unlock on success", 3, 21, 0, trylocks_unlock));
  return known;
}

}  // namespace mmsim
