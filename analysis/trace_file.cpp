#include "analysis/trace_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "analysis/format.hpp"

namespace mmsim {
namespace {

// For objects whose kind was not written any more.
const LockWords& unknown_lock() {
  static const LockWords kWords{"lock", "lock", "trylock", "unlock", "lock_shared", "unlock_shared", false};
  return kWords;
}

}  // namespace

TraceFile::TraceFile(std::string path) : path_(std::move(path)) {
  errno = 0;
  in_.open(path_, std::ios::binary);
  if (!in_) fail(std::strerror(errno != 0 ? errno : EIO));
  check_header();
  TraceRecord record;
  std::int64_t last_ns = 0;
  bool ended = false;
  while (read(record)) {
    ended = record.event == Event::kEnd;
    if (ended) break;
    check(record, last_ns);
    last_ns = record.time_ns;
    learn(record);
    ++count_;
  }
  if (ended)
    learn_names(record);
  else
    cut_off_ = fmt::format("{}: cut off after {}, without names: the run did not come to its end", path_,
                           counted(count_, "record"));
  int next = cpus_;
  for (auto& [actor, lane] : own_lanes_) lane = next++;
}

void TraceFile::fail(const std::string& what) const { throw TraceError(fmt::format("{}: {}", path_, what)); }

void TraceFile::check_header() {
  const TraceHeader ours;
  constexpr std::size_t kVersion = sizeof ours.magic - 1;
  TraceHeader header;
  in_.read(reinterpret_cast<char*>(&header), sizeof header);
  if (in_.bad() || (in_.gcount() == 0 && errno == EISDIR)) fail(std::strerror(errno));
  if (in_.gcount() != sizeof header || std::memcmp(header.magic, ours.magic, kVersion) != 0)
    fail("not a trace; expected a file written by mmsim run --trace");
  if (header.magic[kVersion] != ours.magic[kVersion])
    fail(fmt::format("a trace of version {}; this mmsim reads version {}: write it again with mmsim run --trace",
                     header.magic[kVersion], ours.magic[kVersion]));
  if (header.record_bytes != ours.record_bytes)
    fail(fmt::format("damaged: records of {} bytes, expected {}", header.record_bytes, ours.record_bytes));
}

bool TraceFile::read(TraceRecord& record) {
  in_.read(reinterpret_cast<char*>(&record), sizeof record);
  return in_.gcount() == sizeof record;
}

void TraceFile::check(const TraceRecord& record, std::int64_t last_ns) const {
  const char* what = nullptr;
  if (record.event >= Event::kCount) what = "an event that does not exist";
  else if (record.time_ns < last_ns) what = "a time before that of the record before it";
  else if (record.actor != kNoId && record.actor > kActor_max) what = "an actor that does not exist";
  else if (record.event == Event::kSleep && (record.argument < 0 || record.argument > INT64_MAX - record.time_ns))
    what = "a sleep that does not end";
  if (what != nullptr) fail(fmt::format("damaged: record {} has {}", count_, what));
}

void TraceFile::learn(const TraceRecord& record) {
  if (record.cpu >= 0)
    cpus_ = std::max(cpus_, record.cpu + 1);
  else if (record.actor != kNoId)
    own_lanes_.emplace(record.actor, 0);
}

void TraceFile::learn_names(const TraceRecord& end) {
  if (end.argument != static_cast<std::int64_t>(count_))
    fail(fmt::format("damaged: it says that it has {} records, and has {}", end.argument, count_));
  for (std::string line; std::getline(in_, line);) {
    if (is_end_of_names(line)) return;
    if (!in_.eof() && !read_name(line, names_)) fail(fmt::format("damaged: \"{}\" is not a name", line));
  }
  cut_off_ = fmt::format("{}: cut off within its names, after {}", path_, counted(count_, "record"));
}

void TraceFile::for_each(const std::function<void(const TraceRecord&)>& visit) {
  in_.clear();
  if (!in_.seekg(sizeof(TraceHeader))) fail("cannot be read twice; expected a file");
  TraceRecord record;
  for (std::uint64_t i = 0; i < count_; ++i) {
    if (!read(record)) fail("it became shorter while it was read");
    visit(record);
  }
}

int TraceFile::lane(const TraceRecord& record) const {
  if (record.cpu >= 0) return record.cpu;
  const auto own = own_lanes_.find(record.actor);
  return own != own_lanes_.end() ? own->second : 0;
}

std::string TraceFile::actor(std::uint32_t id) const {
  return id < names_.actors.size() ? names_.actors[id] : fmt::format("actor[{}]", id);
}

std::string TraceFile::object(std::uint32_t id) const {
  return id < names_.objects.size() ? names_.objects[id].name : fmt::format("object[{}]", id);
}

bool TraceFile::spins(const TraceRecord& record) const {
  return record.object < names_.objects.size() && names_.locks[names_.objects[record.object].lock].spins;
}

Phrase TraceFile::phrase(const TraceRecord& record) const {
  const bool named = record.object < names_.objects.size();
  const LockWords& words = named ? names_.locks[names_.objects[record.object].lock] : unknown_lock();
  Subject subject{{}, words.acquire, words.try_acquire, words.release, words.acquire_shared, words.release_shared, {}};
  if (record.event == Event::kNote) {
    if (record.extra >= names_.notes.size()) made_up_note_ = fmt::format("note[{}]", record.extra);
    subject.note = record.extra < names_.notes.size() ? names_.notes[record.extra] : made_up_note_;
  }
  if (record.object != kNoId) {
    if (!named) made_up_object_ = object(record.object);
    subject.object = named ? names_.objects[record.object].name : made_up_object_;
  }
  return phrase_of(record, subject);
}

}  // namespace mmsim
