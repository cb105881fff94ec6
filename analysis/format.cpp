#include "analysis/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mmsim {

std::string microseconds(std::int64_t ns) {
  const auto magnitude = ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  return fmt::format("{}{}.{:03} us", ns < 0 ? "-" : "", magnitude / 1000, magnitude % 1000);
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string grouped(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ' ');
  return digits;
}

std::string grouped(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string list_of(const std::vector<std::string>& names, std::size_t names_max) {
  if (names.size() > names_max)
    return fmt::format("{} and {} others", fmt::join(names.begin(), names.begin() + (names_max - 2), ", "),
                       names.size() - (names_max - 2));
  if (names.size() < 2) return names.empty() ? "nobody" : names.front();
  return fmt::format("{} and {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::string> lines;
  while (text.size() > width) {
    auto end = text.rfind(' ', width);
    if (end == std::string_view::npos || end == 0) end = width;
    lines.emplace_back(text.substr(0, text.find_last_not_of(' ', end - 1) + 1));
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

std::string paragraph(std::string_view text, std::size_t width, std::size_t indent_first, std::size_t indent) {
  // Wrapping with the wider of the two indents keeps the rule simple and every line within the width.
  const std::size_t widest = std::max(indent_first, indent);
  std::string out;
  for (const std::string& line : wrap(text, width > widest ? width - widest : 1))
    out += fmt::format("{:{}}{}\n", "", out.empty() ? indent_first : indent, line);
  return out;
}

void Table::add(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text(std::size_t indent) const {
  std::vector<std::size_t> widths;
  std::vector<std::string> headings;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    headings.push_back(columns_[i].heading);
    widths.push_back(headings[i].size());
    for (const auto& row : rows_) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  const auto add_line = [&](const std::vector<std::string>& cells) {
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) line += "  ";
      line += columns_[i].align == Align::kLeft ? fmt::format("{:<{}}", cells[i], widths[i])
                                                : fmt::format("{:>{}}", cells[i], widths[i]);
    }
    line.resize(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  if (std::any_of(headings.begin(), headings.end(), [](const std::string& heading) { return !heading.empty(); }))
    add_line(headings);
  for (const auto& row : rows_) add_line(row);
  return out;
}

}  // namespace mmsim
