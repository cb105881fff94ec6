#include "sim/run/shell_word.hpp"

namespace mmsim {

std::string shell_word(const std::string& word) {
  constexpr const char* kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  if (!word.empty() && word.find_first_not_of(kPlain) == word.npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string command_line(const std::string& command, const std::string& scenario, const std::vector<std::string>& sets) {
  std::string line = "mmsim " + command + ' ' + shell_word(scenario);
  for (const std::string& set : sets) line += " --set " + shell_word(set);
  return line;
}

}  // namespace mmsim
