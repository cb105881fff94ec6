#include "sim/explore/known_answers.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "sim/explore/scenario_builder.hpp"
#include "tools/lockprogram/convert.hpp"

namespace mmsim {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(path.string() + " cannot be read");
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// name,verdict,states,transitions,deadlock_states,shortest_witness_steps
KnownAnswer lock_program(const fs::path& directory, const std::string& row) {
  std::array<std::string, 6> cell;
  std::stringstream cells(row);
  for (std::string& text : cell)
    if (!std::getline(cells, text, ',')) throw std::runtime_error("verdicts.csv: " + row);
  KnownAnswer answer{cell[0], scenario_of_lock_program(read_file(directory / (cell[0] + ".json")))};
  answer.hangs = cell[1] == "deadlock";
  answer.states = std::stoull(cell[2]);
  answer.transitions = std::stoull(cell[3]);
  answer.deadlock_states = std::stoull(cell[4]);
  answer.shortest_witness = std::stoi(cell[5]);
  return answer;
}

struct DiningRow {
  int n;
  int rounds;
  bool ordered;
  std::uint64_t states;
  std::uint64_t spin_transitions;            // with the initial one; 0: not known
  std::uint64_t deadlock_states;
  double deadlock_probability = -1;          // below 0: not known
  int fewest_preemptions = -1;               // below 0: not known
};

constexpr DiningRow kDining[] = {
    {2, 1, false, 19, 0, 1, 0.50000, 1},
    {3, 1, false, 87, 154, 1, 0.33333, 1},
    {4, 1, false, 391, 925, 1, 0.22917, 1},
    {5, 1, false, 1'743, 5'156, 1, 0.15833, 1},
    {6, 1, false, 7'759, 27'547, 1, 0.10949, 1},
    {7, 1, false, 34'527, 143'018, 1, 0.07573, 1},
    {8, 1, false, 153'631, 727'289, 1, -1, 1},
    {6, 2, false, 220'329, 857'665, 64},
    {8, 2, false, 13'312'353, 69'103'873, 256},
    {8, 1, true, 125'440, 572'929, 0},
    {6, 2, true, 167'289, 617'377, 0},
};

}  // namespace

pb::Scenario dining(int n, int rounds, bool ordered) {
  pb::Scenario scenario;
  scenario.set_claim("Philosophers can starve at the table.");
  add_locks(*scenario.mutable_mutex(), "fork", n);
  for (int i = 0; i < n; ++i) {
    const bool swapped = ordered && i == n - 1;
    const std::string left = indexed("fork", i);
    const std::string right = indexed("fork", (i + 1) % n);
    const std::string& first = swapped ? right : left;
    const std::string& second = swapped ? left : right;
    pb::Repeat& repeat = *add_program(scenario, numbered("philosopher", i)).Add()->mutable_repeat();
    repeat.set_times(std::to_string(rounds));
    add_step(*repeat.mutable_step(), "lock", first);
    add_step(*repeat.mutable_step(), "lock", second);
    add_step(*repeat.mutable_step(), "unlock", second);
    add_step(*repeat.mutable_step(), "unlock", first);
  }
  return scenario;
}

std::vector<KnownAnswer> dining_answers(std::uint64_t states_max) {
  std::vector<KnownAnswer> answers;
  for (const DiningRow& row : kDining) {
    if (row.states > states_max) continue;
    const std::string name = fmt::format("dining {},{}{}", row.n, row.rounds, row.ordered ? " ordered" : "");
    KnownAnswer answer{name, dining(row.n, row.rounds, row.ordered)};
    answer.hangs = row.deadlock_states > 0;
    answer.states = row.states;
    if (row.spin_transitions > 0) answer.transitions = row.spin_transitions - 1;
    answer.deadlock_states = row.deadlock_states;
    if (row.rounds == 1) answer.shortest_witness = row.ordered ? -1 : row.n;
    if (row.deadlock_probability >= 0) answer.deadlock_probability = row.deadlock_probability;
    if (row.fewest_preemptions >= 0) answer.fewest_preemptions = row.fewest_preemptions;
    answers.push_back(std::move(answer));
  }
  return answers;
}

std::vector<KnownAnswer> lock_program_answers() {
  const fs::path root = MMSIM_SOURCE_DIR;
  fs::path directory = root / "../shared/oracles/lockprograms";
  if (!fs::exists(directory)) directory = root / "sim/explore/testdata/lockprograms";
  std::stringstream rows(read_file(directory / "verdicts.csv"));
  std::string row;
  std::getline(rows, row);   // the names of the columns
  std::vector<KnownAnswer> answers;
  while (std::getline(rows, row)) answers.push_back(lock_program(directory, row));
  return answers;
}

}  // namespace mmsim
