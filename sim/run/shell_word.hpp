// Command lines that can be pasted into a shell.
#pragma once

#include <string>
#include <vector>

namespace mmsim {

// As it stands where it is plain, else in single quotes.
std::string shell_word(const std::string& word);

// "mmsim COMMAND SCENARIO --set ...", every word as a shell needs it.
std::string command_line(const std::string& command, const std::string& scenario, const std::vector<std::string>& sets);

}  // namespace mmsim
