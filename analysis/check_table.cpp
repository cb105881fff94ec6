#include "analysis/check_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>

#include "analysis/format.hpp"
#include "analysis/lookup.hpp"

namespace mmsim {
namespace {

constexpr std::string_view kExtension = ".txtpb";
constexpr std::string_view kFixed = "-fixed";
constexpr std::size_t kCommit_shortest = 12;
constexpr std::size_t kCommit_shown = 12;

std::string name_of(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(kExtension)) name.resize(name.size() - kExtension.size());
  return name;
}

// In a cell of a table.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string link(const std::string& text, const std::string& path) {
  return fmt::format("[{}]({})", text, path.substr(path.rfind('/') + 1));
}

std::string kinds_of(const CheckRow& row) {
  std::vector<std::string> words;
  for (const int kind : row.kinds()) {
    std::string word = kind_words(static_cast<HangKind>(kind));
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(std::move(word));
  }
  return words.empty() ? "none" : fmt::format("{}", fmt::join(words, ", "));
}

std::string said(const CheckRow& row) {
  std::string text = row.headline().empty() ? Verdict_Name(row.verdict()) : row.headline();
  if (row.status() != AS_EXPECTED && !row.differences().empty())
    text = fmt::format("**{}**: {}", row.status() == BAD_SCENARIO ? "bad" : "not as expected", row.differences(0));
  return cell(text);
}

std::string seconds_of(const TimedCheckRow& row) { return fmt::format("{:.2f}", row.seconds()); }

struct Pair {
  const TimedCheckRow* bug = nullptr;
  const TimedCheckRow* fixed = nullptr;
};

std::string line(const std::string& name, const Pair& pair) {
  const TimedCheckRow& bug = pair.bug != nullptr ? *pair.bug : *pair.fixed;
  std::string commits = commits_of(bug.row());
  if (commits.empty() && pair.fixed != nullptr) commits = commits_of(pair.fixed->row());
  const bool twin = pair.bug != nullptr && pair.fixed != nullptr;
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", link(name, bug.row().scenario()), commits,
                     kinds_of(bug.row()), said(bug.row()), grouped(bug.row().states()),
                     twin ? link(pair.fixed->row().proved() ? "proved free" : Verdict_Name(pair.fixed->row().verdict()),
                                 pair.fixed->row().scenario())
                          : "",
                     twin ? grouped(pair.fixed->row().states()) : "", seconds_of(bug), twin ? seconds_of(*pair.fixed) : "");
}

}  // namespace

std::string commits_of(const CheckRow& row) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::vector<std::string> links;
  for (const std::string& whole : row.source()) {
    if (whole.find("://") != whole.npos) continue;
    const std::string source = whole.substr(0, whole.find("fixes "));   // what it fixes is another commit
    for (std::size_t at = 0; at < source.size();) {
      const std::size_t begin = source.find_first_of(kDigits, at);
      if (begin == source.npos) break;
      const std::size_t end = std::min(source.find_first_not_of(kDigits, begin), source.size());
      const auto is_word = [&](std::size_t i) { return i < source.size() && std::isalnum(static_cast<unsigned char>(source[i])) != 0; };
      const std::string commit = source.substr(begin, end - begin);
      const bool alone = !is_word(end) && (begin == 0 || !is_word(begin - 1));
      const bool number = commit.find_first_of("abcdef") == commit.npos;   // a date, say
      if (alone && !number && commit.size() >= kCommit_shortest && commit.size() <= 40)
        links.push_back(fmt::format("[{0}](https://git.kernel.org/linus/{0})", commit.substr(0, kCommit_shown)));
      at = end;
    }
  }
  links.erase(std::unique(links.begin(), links.end()), links.end());
  return fmt::format("{}", fmt::join(links, ", "));
}

std::string check_table(const std::vector<TimedCheckRow>& rows) {
  std::map<std::string, Pair> pairs;   // by name
  for (const TimedCheckRow& row : rows) {
    std::string name = name_of(row.row().scenario());
    const bool fixed = name.ends_with(kFixed);
    if (fixed) name.resize(name.size() - kFixed.size());
    (fixed ? pairs[name].fixed : pairs[name].bug) = &row;
  }
  std::string out =
      "| bug | fix | kind of hang | what mmsim says | states | with the fix | states | seconds | seconds with the fix |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  for (const auto& [name, pair] : pairs) out += line(name, pair);
  return out;
}

}  // namespace mmsim
