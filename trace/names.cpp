#include "trace/names.hpp"

#include <charconv>
#include <initializer_list>
#include <optional>

namespace mmsim {
namespace {

constexpr std::string_view kEndLine = "end";

void write_line(std::string& out, std::initializer_list<std::string_view> fields) {
  const char* separator = "";
  for (const std::string_view field : fields) {
    out += separator;
    separator = "\t";
    for (const char c : field) {
      if (c == '\\') out += "\\\\";
      else if (c == '\t') out += "\\t";
      else if (c == '\n') out += "\\n";
      else out += c;
    }
  }
  out += '\n';
}

// The fields of a line, none if an escape is not one.
std::optional<std::vector<std::string>> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    char c = line[i];
    if (c == '\t') {
      fields.emplace_back();
      continue;
    }
    if (c == '\\') {
      if (++i == line.size()) return {};
      c = line[i];
      if (c != '\\' && c != 't' && c != 'n') return {};
      c = c == 't' ? '\t' : c == 'n' ? '\n' : c;
    }
    fields.back() += c;
  }
  return fields;
}

bool read_number(const std::string& text, std::uint32_t& number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

}  // namespace

std::string write_names(const TraceNames& names) {
  std::string out;
  for (const std::string& actor : names.actors) write_line(out, {"actor", actor});
  for (const LockWords& lock : names.locks)
    write_line(out, {"lock", lock.noun, lock.acquire, lock.try_acquire, lock.release, lock.acquire_shared,
                     lock.release_shared, lock.spins ? "spins" : "sleeps"});
  for (const ObjectName& object : names.objects) write_line(out, {"object", std::to_string(object.lock), object.name});
  for (const std::string& note : names.notes) write_line(out, {"note", note});
  write_line(out, {kEndLine});
  return out;
}

bool is_end_of_names(std::string_view line) { return line == kEndLine; }

bool read_name(std::string_view line, TraceNames& names) {
  const auto fields = fields_of(line);
  if (!fields) return false;
  const std::vector<std::string>& field = *fields;
  if (field[0] == "actor" && field.size() == 2) {
    names.actors.push_back(field[1]);
  } else if (field[0] == "note" && field.size() == 2) {
    names.notes.push_back(field[1]);
  } else if (field[0] == "object" && field.size() == 3) {
    ObjectName object{0, field[2]};
    if (!read_number(field[1], object.lock) || object.lock >= names.locks.size()) return false;
    names.objects.push_back(std::move(object));
  } else if (field[0] == "lock" && field.size() == 8 && (field[7] == "spins" || field[7] == "sleeps")) {
    names.locks.push_back({field[1], field[2], field[3], field[4], field[5], field[6], field[7] == "spins"});
  } else {
    return false;
  }
  return true;
}

}  // namespace mmsim
