// Small pieces of text that all reports share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mmsim {

// Always microseconds with three decimals, so that times in a report compare at sight: "12.345 us".
std::string microseconds(std::int64_t ns);

// "1 step", "2 steps".
std::string counted(std::uint64_t count, std::string_view noun);

// Digits in groups of three, as numbers of states are read: "3 654". With a noun: "3 654 states".
std::string grouped(std::uint64_t count);
std::string grouped(std::uint64_t count, std::string_view noun);

// "a", "a and b", "a, b and c"; beyond `names_max`, "a, b, c, d and 5 others".
std::string list_of(const std::vector<std::string>& names, std::size_t names_max = 6);

// Lines of at most `width` columns, broken at blanks; a longer word is cut.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// The same as one text; every line but the first is indented, and all end with a newline.
std::string paragraph(std::string_view text, std::size_t width, std::size_t indent_first, std::size_t indent);

// Rows under headings, columns as wide as their widest cell, two blanks between them, no blank at the end of a line.
class Table {
 public:
  enum class Align : std::uint8_t { kLeft, kRight };
  struct Column {
    std::string heading;
    Align align = Align::kLeft;
  };

  // With every heading empty there is no line for them.
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  std::string text(std::size_t indent) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace mmsim
