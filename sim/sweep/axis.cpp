#include "sim/sweep/axis.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <regex>
#include <stdexcept>

namespace mmsim {
namespace {

// lo, lo * factor, ... up to hi.
std::uint64_t count_of_powers(std::int64_t low, std::int64_t high, std::int64_t factor) {
  std::uint64_t count = 1;
  for (std::int64_t value = low; value <= high / factor; value *= factor) ++count;
  return count;
}

const std::regex& range_form() {
  static const std::regex kForm(R"((-?[0-9]+)\.\.(-?[0-9]+)(?:([:*])(-?[0-9]+))?)");
  return kForm;
}

constexpr std::size_t kRange_max = 80;   // characters: std::regex recurses over them

}  // namespace

std::optional<std::int64_t> read_integer(const std::string& text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return {};
  return value;
}

bool looks_like_range(const std::string& text) { return text.size() <= kRange_max && std::regex_match(text, range_form()); }

AxisRange parse_range(const std::string& text) {
  std::smatch parts;
  if (text.size() > kRange_max || !std::regex_match(text, parts, range_form()))
    throw std::invalid_argument(fmt::format("\"{}\" is no range; expected lo..hi, lo..hi:step or lo..hi*factor", text));
  const auto low = read_integer(parts[1]);
  const auto high = read_integer(parts[2]);
  const auto by = parts[3].matched ? read_integer(parts[4]) : 1;
  if (!low || !high || !by) throw std::invalid_argument(fmt::format("\"{}\" has a number that does not fit into 64 bits", text));
  if (*low > *high) throw std::invalid_argument(fmt::format("the range {} is empty; expected the smaller number first", text));
  if (parts[3] == "*") {
    if (*low < 1) throw std::invalid_argument(fmt::format("the range {} begins at {}; expected at least 1 where there is a factor", text, *low));
    if (*by < 2) throw std::invalid_argument(fmt::format("the factor of the range {} is {}; expected at least 2", text, *by));
    return {*low, 0, *by, count_of_powers(*low, *high, *by)};
  }
  if (*by < 1) throw std::invalid_argument(fmt::format("the step of the range {} is {}; expected at least 1", text, *by));
  const auto span = static_cast<std::uint64_t>(*high) - static_cast<std::uint64_t>(*low);
  const std::uint64_t steps = span / static_cast<std::uint64_t>(*by);
  if (steps == std::numeric_limits<std::uint64_t>::max()) throw std::invalid_argument(fmt::format("the range {} is too long", text));
  return {*low, *by, 0, steps + 1};
}

std::int64_t AxisRange::at(std::uint64_t number) const {
  if (step > 0) return static_cast<std::int64_t>(static_cast<std::uint64_t>(first) + number * static_cast<std::uint64_t>(step));
  std::int64_t value = first;
  for (std::uint64_t i = 0; i < number; ++i) value *= factor;
  return value;
}

std::uint64_t SweepAxis::size() const {
  if (const auto* range = std::get_if<AxisRange>(&values)) return range->size;
  if (const auto* list = std::get_if<std::vector<std::string>>(&values)) return list->size();
  return std::get<std::vector<NamedVariant>>(values).size();
}

std::string SweepAxis::value(std::uint64_t number) const {
  if (const auto* range = std::get_if<AxisRange>(&values)) return std::to_string(range->at(number));
  if (const auto* list = std::get_if<std::vector<std::string>>(&values)) return (*list)[number];
  return std::get<std::vector<NamedVariant>>(values)[number].name;
}

std::int64_t SweepAxis::number_of(std::uint64_t number) const {
  if (const auto* range = std::get_if<AxisRange>(&values)) return range->at(number);
  return read_integer(std::get<std::vector<std::string>>(values)[number]).value();
}

void SweepAxis::add_sets(std::uint64_t number, std::vector<std::string>& sets) const {
  if (const auto* variants = std::get_if<std::vector<NamedVariant>>(&values)) {
    const auto& own = (*variants)[number].sets;
    sets.insert(sets.end(), own.begin(), own.end());
    return;
  }
  const std::string is = value(number);
  for (const std::string& path : paths) sets.push_back(fmt::format("{}={}", path, is));
}

}  // namespace mmsim
