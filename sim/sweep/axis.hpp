// One axis of a sweep: what it is called, its values in order, and what each sets.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mmsim {

// lo..hi, every step-th of them, or each `factor` times the one before. Never written out, however long.
struct AxisRange {
  std::int64_t first = 0;
  std::int64_t step = 1;           // 0: geometric
  std::int64_t factor = 0;
  std::uint64_t size = 0;
  std::int64_t at(std::uint64_t number) const;
};

// "1..8", "0..100:20", "1..512*2". Throws std::invalid_argument: what is wrong with it, what was expected.
AxisRange parse_range(const std::string& text);
// Whether it is meant as one.
bool looks_like_range(const std::string& text);

struct NamedVariant {
  std::string name;
  std::vector<std::string> sets;   // "path=value"
};

struct SweepAxis {
  std::string name;
  bool integer = true;             // all values are whole numbers
  std::string unit;
  std::vector<std::string> paths;  // none for variants
  std::string zip;
  std::variant<std::vector<std::string>, AxisRange, std::vector<NamedVariant>> values;

  std::uint64_t size() const;
  std::string value(std::uint64_t number) const;
  std::int64_t number_of(std::uint64_t number) const;   // REQUIRES: integer
  // Appends what --set would have to be given.
  void add_sets(std::uint64_t number, std::vector<std::string>& sets) const;
};

// A whole number that fits into 64 bits, and nothing else.
std::optional<std::int64_t> read_integer(const std::string& text);

}  // namespace mmsim
