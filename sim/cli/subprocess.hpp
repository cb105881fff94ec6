// Other people's programs: run to their end, their output kept.
#pragma once

#include <string>
#include <vector>

namespace mmsim {

struct Finished {
  int status = -1;     // exit status; 127: there is no such program; -1: ended by a signal
  std::string out;
  std::string err;
};

// Looks for argv[0] as a shell would. Standard input is empty. Throws std::runtime_error if no process can be started.
Finished run_program(const std::vector<std::string>& argv);

}  // namespace mmsim
