#include "results/schema.hpp"

#include <fmt/format.h>

namespace mmsim {
namespace {

constexpr const char* kBefore = R"(-- One row: the sweep.
CREATE TABLE sweep(
  digest TEXT NOT NULL,            -- of scenario, flags and program version: databases of one sweep have the same
  version TEXT NOT NULL,           -- of the program, and behind the + of its model's sources
  scenario TEXT NOT NULL,          -- path as it was given
  scenario_text TEXT NOT NULL,     -- the file
  scenario_digest TEXT NOT NULL,   -- XXH3 of the file, 32 hexadecimal digits
  claim TEXT NOT NULL,
  command TEXT NOT NULL,           -- what began it, without what only says where and how fast
  reproduce TEXT NOT NULL,         -- with what a point sets behind it, the command that runs it alone
  explores INTEGER NOT NULL,       -- 1: every order of steps of each point; 0: timed runs
  points INTEGER NOT NULL,         -- of the whole sweep, in all shards
  first_seed INTEGER NOT NULL,     -- each point is run with this seed and those behind it
  seeds INTEGER NOT NULL,          -- so many
  hangs_iff TEXT NOT NULL          -- the claimed region; empty: none
) STRICT;

-- Which shards of how many this file is, or was merged from.
CREATE TABLE shard(number INTEGER NOT NULL, shards INTEGER NOT NULL, PRIMARY KEY(number, shards)) STRICT, WITHOUT ROWID;

-- The axes in their order; each is a column of `point`.
CREATE TABLE axis(
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK(kind IN ('integer', 'text')),
  unit TEXT NOT NULL,              -- empty: none
  paths TEXT NOT NULL              -- the fields it sets, as in --set, with commas between them; empty: variants
) STRICT;

-- The values of text axes in their order, and of variants what each sets.
CREATE TABLE axis_value(
  axis INTEGER NOT NULL,
  number INTEGER NOT NULL,
  value TEXT NOT NULL,
  sets TEXT NOT NULL,              -- "path=value" lines
  PRIMARY KEY(axis, number)
) STRICT, WITHOUT ROWID;

-- What tables and pictures show, in this order.
CREATE TABLE figure(
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,              -- as in message Figure of scenario.proto
  higher_is_better INTEGER NOT NULL
) STRICT;

-- The points of this file, one typed column per axis.
CREATE TABLE point(
  point INTEGER PRIMARY KEY,       -- its number in the sweep, from 0, in the order of the axes
)";

constexpr const char* kAfter = R"(  claimed INTEGER                  -- 1, 0: whether it hangs by hangs_iff; NULL: no claim
) STRICT;

-- A row per run, or per exploration (seed 0), that has ended.
CREATE TABLE run(
  point INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  ended TEXT NOT NULL CHECK(ended IN ('ran', 'crashed', 'bad scenario')),
  failure TEXT,                    -- crashed, bad scenario: what happened
  verdict TEXT,                    -- ran: COMPLETED, DEADLOCK, ...; see verdict.proto
  proved INTEGER,                  -- explorations: every order was covered
  bound TEXT,                      -- LIMIT: the bound that ended it, "bounds.steps=1000"
  headline TEXT,                   -- the verdict as a sentence
  elapsed_ns INTEGER,              -- simulated
  steps INTEGER,                   -- of all actors; explorations: transitions
  states INTEGER,                  -- explorations
  witness_steps INTEGER,           -- explorations that found a hang: the shortest way to it
  trace_digest TEXT,               -- timed runs: 32 hexadecimal digits over all events
  PRIMARY KEY(point, seed)
) STRICT, WITHOUT ROWID;

-- Counters of timed runs that are not 0.
CREATE TABLE counter(
  point INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY(point, seed, name)
) STRICT, WITHOUT ROWID;

-- Waits of timed runs by kind: "folio_lock", "mutex", ...
CREATE TABLE wait(
  point INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  kind TEXT NOT NULL,
  contended INTEGER NOT NULL,
  total_ns INTEGER NOT NULL,
  max_ns INTEGER NOT NULL,
  PRIMARY KEY(point, seed, kind)
) STRICT, WITHOUT ROWID;

-- How long those waits took: how many took low_ns or more, and less than the next possible low_ns. Up to 31 ns these are all
-- numbers, from there on 16 between each power of two and the next, so the width is at most a sixteenth.
CREATE TABLE histogram(
  point INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  kind TEXT NOT NULL,
  low_ns INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY(point, seed, kind, low_ns)
) STRICT, WITHOUT ROWID;

-- Of the machine that ran it: no table or picture is made from this.
CREATE TABLE wall(
  point INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  wall_ns INTEGER NOT NULL,
  PRIMARY KEY(point, seed)
) STRICT, WITHOUT ROWID;

-- For looking at by hand.
CREATE VIEW result AS SELECT point.*, run.seed, run.ended, run.verdict, run.headline, run.elapsed_ns, run.steps, run.states,
  run.witness_steps FROM point JOIN run USING(point);
)";

}  // namespace

std::string schema_text(const std::vector<std::string>& columns) {
  std::string out = kBefore;
  for (const std::string& column : columns) out += fmt::format("  {},\n", column);
  return out + kAfter;
}

const std::vector<std::string>& reserved_columns() {
  static const std::vector<std::string> kNames{"point",      "claimed", "seed",  "ended",  "verdict",      "headline",
                                               "elapsed_ns", "steps",   "states", "witness_steps"};
  return kNames;
}

}  // namespace mmsim
