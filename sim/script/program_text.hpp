// A program as the loader makes it.
#pragma once

#include <string>
#include <vector>

#include "sim/script/calls.hpp"
#include "sim/script/expression.hpp"

namespace mmsim {

struct ProgramText {
  std::vector<Instruction> code;
  std::vector<Expression> expressions;
  std::vector<std::int64_t> locals;        // what its variables are at the beginning
  std::vector<std::string> procedures;     // names, see OpCode::kEnter
  std::uint8_t scopes[kGfpScopes] = {};    // that the actor is in at the beginning, by GfpScope
  std::uint32_t bios = 0;                  // how many of its own it has names for
  std::vector<std::vector<std::uint32_t>> lists;   // folios
  std::vector<MigratePagesSpec> migrations;
  std::vector<WritebackSpec> writebacks;
};

}  // namespace mmsim
