#include "sim/run/shell_word.hpp"

#include <gtest/gtest.h>

namespace mmsim {
namespace {

TEST(ShellWord, IsQuotedWhereAShellWouldReadItOtherwise) {
  EXPECT_EQ(shell_word("scenarios/a-b.txtpb"), "scenarios/a-b.txtpb");
  EXPECT_EQ(shell_word("--set=n=3"), "--set=n=3");
  EXPECT_EQ(shell_word("phil[0].cpu=1"), "'phil[0].cpu=1'");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(CommandLine, NamesTheScenarioAndEverySet) {
  EXPECT_EQ(command_line("run", "a b.txtpb", {"n=3", "x[0]=1"}), "mmsim run 'a b.txtpb' --set n=3 --set 'x[0]=1'");
}

}  // namespace
}  // namespace mmsim
