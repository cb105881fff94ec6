#include "sim/explore/checkpoint.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>

#include "sim/explore/rebuild.hpp"
#include "sim/explore/sealed_file.hpp"
#include "sim/run/scenario_error.hpp"

namespace mmsim {

namespace {

constexpr std::string_view kMagic = "mmsim checkpoint\n";
constexpr std::uint32_t kFormat = 2;
constexpr int kShare = 20;   // writing takes no more than about this part of the time

struct CellRecord {
  std::uint64_t offset;      // in the arena
  std::uint64_t initial;     // its key, see SharedMemory
  std::uint32_t bytes;       // 0: an array
  std::uint32_t unused = 0;
};

struct VisitedRecord {
  Hash128 state;
  std::uint64_t arrival;
};

struct AccessRecord {
  std::uint32_t cell;
  std::uint32_t modes;
};

struct ChangeRecord {
  std::uint32_t cell;
  std::uint32_t looked;
  std::uint64_t before, after;
};

struct LocalRecord {
  Hash128 key;
  std::uint64_t actor;
};

std::vector<LocalRecord> records_of(const std::vector<LocalKey>& locals) {
  std::vector<LocalRecord> out;
  for (const LocalKey& local : locals) out.push_back({local.key, local.actor});
  return out;
}

LocalKey key_of(const LocalRecord& record) { return {record.key, static_cast<std::uint32_t>(record.actor)}; }

void put_identity(SealedWriter& out, const SearchIdentity& identity, const Expander& expander) {
  out.put(std::string_view(MMSIM_VERSION));
  out.put(std::string_view(identity.scenario_digest));
  out.put(std::uint64_t{identity.set.size()});
  for (const std::string& set : identity.set) out.put(std::string_view(set));
  out.put(std::uint8_t{identity.scenario_cpus});
  out.put(std::uint8_t{identity.reduction});
  out.put(expander.initial().hash);
}

void put_findings(SealedWriter& out, const SearchFindings& found) {
  for (const std::uint64_t n : {found.transitions, found.deadlock_states, found.completed_states, found.depth, found.deadlock_depth}) out.put(n);
  out.put(std::uint8_t{found.loops});
  out.put(std::uint8_t{found.hang});
  out.put(found.deadlock);
}

SearchFindings get_findings(SealedReader& in) {
  SearchFindings found;
  for (std::uint64_t* n : {&found.transitions, &found.deadlock_states, &found.completed_states, &found.depth, &found.deadlock_depth})
    *n = in.get<std::uint64_t>();
  found.loops = in.get<std::uint8_t>() != 0;
  found.hang = in.get<std::uint8_t>() != 0;
  found.deadlock = in.get<Hash128>();
  return found;
}

void put_cells(SealedWriter& out, const Executor& executor) {
  const SharedMemory& memory = executor.memory();
  std::vector<CellRecord> cells;
  for (CellId id = 0; id < memory.cells(); ++id) {
    const std::uint64_t offset = reinterpret_cast<std::uintptr_t>(memory.address(id)) & (Arena::kRegion_bytes - 1);
    const auto bytes = memory.array(id) != nullptr ? 0U : static_cast<std::uint32_t>(memory.extent(id).second);
    cells.push_back({offset, memory.initial_key(id), bytes});
  }
  out.put_list(cells);
}

void put_edges(SealedWriter& out, const std::vector<Edge>& edges) {
  out.put(std::uint64_t{edges.size()});
  for (const Edge& edge : edges) {
    out.put(edge.to);
    out.put(std::uint64_t{edge.changes.size()});
    for (const Changes& changes : edge.changes) {
      std::vector<ChangeRecord> records;
      for (const Change& change : changes) records.push_back({change.cell, change.looked, change.before, change.after});
      out.put_list(records);
    }
  }
}

std::vector<Edge> get_edges(SealedReader& in) {
  std::vector<Edge> edges;
  for (auto n = in.get<std::uint64_t>(); n > 0; --n) {
    Edge& edge = edges.emplace_back();
    edge.to = in.get<LocalId>();
    for (auto k = in.get<std::uint64_t>(); k > 0; --k) {
      Changes& changes = edge.changes.emplace_back();
      for (const ChangeRecord& record : in.get_list<ChangeRecord>())
        changes.push_back({record.cell, record.looked != 0, record.before, record.after});
    }
  }
  return edges;
}

void put_knowledge(SealedWriter& out, const Knowledge& knowledge) {
  out.put(std::uint64_t{knowledge.noted.size()});
  for (const NotedLocal& noted : knowledge.noted) {
    std::vector<AccessRecord> accesses;
    for (const Access& access : noted.accesses) accesses.push_back({access.cell, access.modes});
    out.put(LocalRecord{noted.local.key, noted.local.actor});
    out.put_list(accesses);
    put_edges(out, noted.edges);
  }
  out.put(std::uint8_t{knowledge.foreign_releases});
  out.put(std::uint8_t{knowledge.frozen_foreign_releases});
  out.put(knowledge.words);
  out.put_list(records_of(knowledge.frozen));
  out.put_list(knowledge.futures);
  out.put_list(knowledge.anything);
  out.put_list(knowledge.onward);
}

void put_visited(SealedWriter& out, const Visited& visited) {
  out.put(visited.size());
  visited.for_each([&out](const Hash128& state, const Arrival& arrival) { out.put(VisitedRecord{state, arrival.word()}); });
}

std::string set_text(const std::vector<std::string>& set) {
  return set.empty() ? "no --set" : fmt::format("--set {}", fmt::join(set, " --set "));
}

}  // namespace

Checkpoint::Checkpoint(std::string path, SearchIdentity identity, Expander& expander, Reduction& reduction, Complain complain,
                       double pause_s)
    : path_(std::move(path)), identity_(std::move(identity)), expander_(expander), reduction_(reduction), complain_(std::move(complain)),
      pause_(std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(pause_s))) {
  if (access(path_.c_str(), F_OK) == 0) read();
}

Checkpoint::~Checkpoint() = default;

void Checkpoint::read() {
  reader_ = std::make_unique<SealedReader>(path_, kMagic, "checkpoint of mmsim explore");
  check_identity();
  if (!identity_.reduction) return;
  read_cells();
  reduction_.resume(read_knowledge());
}

void Checkpoint::differs(const std::string& there, const std::string& here) const {
  throw ScenarioError(fmt::format("{}: is of another search: {} there, {} here; remove it to begin anew", path_, there, here));
}

void Checkpoint::check_identity() {
  SealedReader& in = *reader_;
  if (const auto format = in.get<std::uint32_t>(); format != kFormat)
    differs(fmt::format("format {}", format), fmt::format("format {}", kFormat));
  if (const std::string version = in.get_text(); version != MMSIM_VERSION) differs("mmsim " + version, "mmsim " MMSIM_VERSION);
  if (in.get_text() != identity_.scenario_digest) differs("another text of the scenario", "what its file holds now");
  std::vector<std::string> set;
  for (auto n = in.get<std::uint64_t>(); n > 0; --n) set.push_back(in.get_text());
  if (set != identity_.set) differs(set_text(set), set_text(identity_.set));
  const auto cpus = [](bool scenario) { return scenario ? "--cpus scenario" : "--cpus any"; };
  if (const bool there = in.get<std::uint8_t>() != 0; there != identity_.scenario_cpus) differs(cpus(there), cpus(!there));
  const auto reduction = [](bool on) { return on ? "reduction" : "--no-reduction"; };
  if (const bool there = in.get<std::uint8_t>() != 0; there != identity_.reduction) differs(reduction(there), reduction(!there));
  if (in.get<Hash128>() != expander_.initial().hash) differs("another build of mmsim", "this one");
}

void Checkpoint::read_cells() {
  SharedMemory& memory = expander_.executor().memory();
  auto* arena = reinterpret_cast<std::byte*>(&expander_.executor().world().arena);
  CellId id = 0;
  for (const CellRecord& cell : reader_->get_list<CellRecord>()) {
    if (cell.offset >= Arena::kRegion_bytes || cell.bytes > sizeof(CellValue)) reader_->damaged();
    void* address = arena + cell.offset;
    const CellId made = cell.bytes != 0 ? memory.cell_at(address, cell.bytes) : memory.cell_of(*static_cast<SharedArray*>(address));
    if (made != id++ || memory.initial_key(made) != cell.initial) differs("another build of mmsim", "this one");
  }
}

Knowledge Checkpoint::read_knowledge() {
  SealedReader& in = *reader_;
  const std::size_t cells = expander_.executor().memory().cells();
  const std::size_t actors = expander_.executor().actors();
  const auto expect = [&in](bool good) {
    if (!good) in.damaged();
  };
  Knowledge out;
  const auto noted = in.get<std::uint64_t>();
  for (std::uint64_t i = 0; i < noted; ++i) {
    NotedLocal& local = out.noted.emplace_back();
    local.local = key_of(in.get<LocalRecord>());
    for (const AccessRecord& access : in.get_list<AccessRecord>()) {
      expect(access.cell < cells);
      local.accesses.push_back({access.cell, static_cast<std::uint8_t>(access.modes)});
    }
    local.edges = get_edges(in);
    expect(local.local.actor < actors && std::all_of(local.edges.begin(), local.edges.end(), [&](const Edge& edge) { return edge.to < noted; }));
  }
  out.foreign_releases = in.get<std::uint8_t>() != 0;
  out.frozen_foreign_releases = in.get<std::uint8_t>() != 0;
  out.words = in.get<std::uint32_t>();
  for (const LocalRecord& record : in.get_list<LocalRecord>()) {
    expect(record.actor < actors);
    out.frozen.push_back(key_of(record));
  }
  out.futures = in.get_list<std::uint64_t>();
  out.anything = in.get_list<std::uint64_t>();
  const std::size_t row = Reduction::row_words(out.words);
  out.onward = in.get_list<Hash128>();
  expect(out.futures.size() == out.frozen.size() * row && out.anything.size() == actors * row);
  return out;
}

SearchFindings Checkpoint::go_on(Search& search) {
  const std::unique_ptr<SealedReader> in = std::move(reader_);
  SearchFindings found = get_findings(*in);
  const auto depth = in->get<std::uint64_t>();
  const auto states = in->get<std::uint64_t>();
  for (std::uint64_t i = 0; i < states; ++i) {
    const auto record = in->get<VisitedRecord>();
    search.visited().add(record.state, Arrival::of(record.arrival));
  }
  found.states = search.visited().size();
  std::map<std::uint64_t, Layer> open;
  const Reduction* reduction = identity_.reduction ? &reduction_ : nullptr;
  if (!rebuild(expander_, reduction, search.visited(), depth, open)) differs("another build of mmsim", "this one");
  reduction_.number_known();
  return search.go_on(std::move(open), found);
}

void Checkpoint::keep_now_and_then(const Search& search) {
  reduction_.number_known();
  if (Clock::now() - kept_ >= pause_) keep(search);
}

// A file that cannot be written is no reason to lose a search.
void Checkpoint::keep(const Search& search) {
  const auto begun = Clock::now();
  std::string fault;
  try {
    write(search);
  } catch (const ScenarioError& error) {
    fault = error.what();
  }
  kept_ = Clock::now();
  pause_ = std::max(pause_, kShare * (kept_ - begun));
  if (complain_) complain_(fault);
}

void Checkpoint::write(const Search& search) const {
  SealedWriter out(path_);
  out.put_bytes(kMagic.data(), kMagic.size());
  out.put(kFormat);
  put_identity(out, identity_, expander_);
  if (identity_.reduction) {
    put_cells(out, expander_.executor());
    put_knowledge(out, reduction_.knowledge());
  }
  put_findings(out, search.before_layer());
  out.put(search.open_depth());
  put_visited(out, search.visited());
  out.commit();
}

void Checkpoint::remove() { unlink(path_.c_str()); }

}  // namespace mmsim
