#include "sim/run/load_text.hpp"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "sim/run/load_message.hpp"
#include "sim/run/scenario_error.hpp"

namespace mmsim {
namespace {

namespace protobuf = google::protobuf;

constexpr std::size_t kFile_max = 16 << 20;
constexpr int kNesting_max = 64;  // of messages; bounds every recursion over a scenario

// Keeps the first error: those after it are often its consequences.
class FirstError : public protobuf::io::ErrorCollector {
 public:
  struct Error {
    TextPosition position;
    std::string message;
  };
  std::optional<Error> error;

 private:
  void AddError(int line, protobuf::io::ColumnNumber column, const std::string& message) override {
    if (!error) error = {{std::max(line, 0), std::max(column, 0)}, message};
  }
};

}  // namespace

std::string read_scenario_file(const std::string& path) {
  if (path.empty()) throw ScenarioError("\"\": cannot be read: expected a file name");
  // A directory opens like a file, and only reading it fails.
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw ScenarioError(fmt::format("{}: is a directory; expected a scenario file", path));
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw ScenarioError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  std::string text;
  for (char part[16 * 1024]; file && text.size() <= kFile_max; text.append(part, static_cast<std::size_t>(file.gcount()))) file.read(part, sizeof part);
  if (file.bad()) throw ScenarioError(fmt::format("{}: cannot be read: {}", path, std::strerror(errno)));
  if (text.size() > kFile_max) throw ScenarioError(fmt::format("{}: too large; expected at most 16 MiB", path));
  return text;
}

void check_text(const ScenarioSource& source) {
  using Utf8 = boost::locale::utf::utf_traits<char>;
  const std::string& text = source.text();
  if (std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c); })) {
    source.fail(TextPosition{}, "the file is empty; expected a scenario");
  }
  TextPosition position;
  for (auto at = text.begin(); at != text.end();) {
    const auto before = at;
    const auto code = Utf8::decode(at, text.end());
    if (code == boost::locale::utf::illegal || code == boost::locale::utf::incomplete) {
      source.fail(position,
                  fmt::format("byte {:#04x} is not UTF-8; expected a text file", static_cast<unsigned char>(*before)));
    }
    const bool blank = code == '\n' || code == '\t' || code == '\r';
    if ((code < ' ' && !blank) || code == 0x7f) {
      source.fail(position, fmt::format("control character {:#04x}; expected a text file", code));
    }
    if (code == '\n') {
      position = {position.line + 1, 0};
    } else {
      ++position.column;
    }
  }
}

void parse_scenario(const ScenarioSource& source, Scenario& scenario, protobuf::TextFormat::ParseInfoTree& locations) {
  protobuf::TextFormat::Parser parser;
  FirstError first;
  parser.RecordErrorsTo(&first);
  parser.WriteLocationsTo(&locations);
  parser.SetRecursionLimit(kNesting_max);
  protobuf::io::ArrayInputStream stream(source.text().data(), static_cast<int>(source.text().size()));
  if (parser.Parse(&stream, &scenario) && !first.error) return;
  const FirstError::Error error = first.error.value_or(FirstError::Error{{}, "Not a scenario."});
  const UserMessage message = translate(error.message, error.position, source.text());
  source.fail(message.position, message.text);
}

}  // namespace mmsim
