// Migration against writeback, counted by SPIN and by a search written for nothing else: every row of their table.
#include <gtest/gtest.h>

#include "sim/explore/exhaustive.hpp"
#include "sim/explore/migrate_wb_model.hpp"

namespace mmsim {
namespace {

struct Row {
  MigrateWb parameters;
  std::uint64_t states;
  std::uint64_t deadlock_states = 0;
  std::uint64_t shortest = 0;
  std::uint64_t transitions = 0;             // SPIN's less its initial one; 0: not in the table
};

MigrateWb of_size(int folios, int mode, int wbm) {
  return {.F = folios, .B = folios / 2, .W = folios / 2, .MODE = mode, .WBM = wbm};
}

MigrateWb one_by_one(int folios) {
  MigrateWb parameters = of_size(folios, 1, 1);
  parameters.W = 1;
  return parameters;
}

MigrateWb two_each(int mode, int wbm) {
  MigrateWb parameters = of_size(4, mode, wbm);
  parameters.NMIG = parameters.NWB = 2;
  return parameters;
}

std::vector<Row> rows() {
  return {
      {of_size(4, 0, 0), 636},          {of_size(6, 0, 0), 3'654},          {of_size(8, 0, 0), 20'464},
      {of_size(4, 0, 1), 656},          {of_size(6, 0, 1), 3'762},          {of_size(8, 0, 1), 20'872},
      {of_size(4, 1, 0), 318, 2, 9, 729}, {of_size(6, 1, 0), 1'101, 4, 13},   {of_size(8, 1, 0), 3'702, 6, 17},
      {of_size(4, 1, 1), 333, 2, 11},   {of_size(6, 1, 1), 1'173, 4, 16},   {of_size(8, 1, 1), 3'957, 6, 21},
      {one_by_one(4), 525},             {one_by_one(6), 2'574},             {one_by_one(8), 11'212},
      {of_size(4, 2, 0), 1'024},        {of_size(6, 2, 0), 6'097},          {of_size(8, 2, 0), 34'524},
      {of_size(4, 2, 1), 1'044},        {of_size(6, 2, 1), 6'205, 0, 0, 20'828}, {of_size(8, 2, 1), 34'932},
      {two_each(1, 0), 8'852, 0, 0, 29'654},   // these by SPIN alone
      {two_each(2, 1), 195'612, 0, 0, 756'276},
  };
}

SearchFindings found_in(const MigrateWb& parameters, bool reduction) {
  MigrateWbWorld world(parameters);
  Reduction learned(world.expander());
  ExhaustiveOptions options;
  options.reduction = reduction;
  return ExhaustiveSearch(world.expander(), learned, options).run();
}

void expect_same(const Row& row, const SearchFindings& found) {
  EXPECT_EQ(found.limit, "");
  EXPECT_EQ(found.deadlock_states, row.deadlock_states);
  if (row.deadlock_states != 0) {
    EXPECT_EQ(found.deadlock_depth, row.shortest);
  }
}

std::string words_of(const MigrateWb& p) { return testing::PrintToString(std::vector<int>{p.F, p.B, p.W, p.MODE, p.WBM}); }

TEST(MigrateWb, IsCountedAsSpinCountsIt) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(words_of(row.parameters));
    const SearchFindings found = found_in(row.parameters, false);
    EXPECT_EQ(found.states, row.states);
    if (row.transitions != 0) {
      EXPECT_EQ(found.transitions, row.transitions);
    }
    expect_same(row, found);
  }
}

TEST(MigrateWb, ReductionKeepsItsHangs) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(words_of(row.parameters));
    const SearchFindings found = found_in(row.parameters, true);
    EXPECT_LE(found.states, row.states);
    expect_same(row, found);
  }
}

TEST(MigrateWb, IsFreeWhereMigrationGoesTheSameWay) {
  for (Row row : rows()) {
    row.parameters.SAMEORDER = true;
    row.deadlock_states = 0;
    SCOPED_TRACE(words_of(row.parameters));
    for (const bool reduction : {false, true}) expect_same(row, found_in(row.parameters, reduction));
  }
}

}  // namespace
}  // namespace mmsim
