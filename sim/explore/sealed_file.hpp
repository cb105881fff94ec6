// Binary files that end with a digest of all that stands before it: what was cut off or changed is noticed.
//
// Numbers are little endian. A file is written under another name and takes its own when it is complete and on the disk, so that
// there is always a whole one.
#pragma once

#include <bit>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace mmsim {

static_assert(std::endian::native == std::endian::little, "files are read and written as memory holds them");

// All functions throw ScenarioError that begins with the path if the system does not do what it is asked.
class SealedWriter {
 public:
  // Opens PATH.tmp.
  explicit SealedWriter(std::string path);
  // Removes it unless commit() came to its end.
  ~SealedWriter();
  SealedWriter(const SealedWriter&) = delete;
  SealedWriter& operator=(const SealedWriter&) = delete;

  void put_bytes(const void* from, std::size_t bytes);
  template <class T>
  void put(const T& value) {
    static_assert(std::has_unique_object_representations_v<T>, "no padding in a file");
    put_bytes(&value, sizeof value);
  }
  void put(std::string_view text) {
    put(std::uint64_t{text.size()});
    put_bytes(text.data(), text.size());
  }
  template <class T>
  void put_list(const std::vector<T>& list) {
    static_assert(std::has_unique_object_representations_v<T>);
    put(std::uint64_t{list.size()});
    put_bytes(list.data(), list.size() * sizeof(T));
  }
  // Seals the file and gives it its name.
  void commit();

 private:
  struct Digest;
  [[noreturn]] void fail() const;

  std::string path_;
  std::string written_path_;
  std::unique_ptr<Digest> digest_;
  std::FILE* file_ = nullptr;
};

class SealedReader {
 public:
  // Maps the file. `magic`: what it begins with; `what`: what such a file is called in errors. Throws ScenarioError if there is no
  // such file, if it is something else, and if it is not whole.
  SealedReader(const std::string& path, std::string_view magic, std::string_view what);
  ~SealedReader();
  SealedReader(const SealedReader&) = delete;
  SealedReader& operator=(const SealedReader&) = delete;

  // From behind the magic on. Each throws ScenarioError where the file ends too early.
  std::span<const std::byte> get_bytes(std::uint64_t bytes);
  template <class T>
  T get() {
    static_assert(std::has_unique_object_representations_v<T>);
    T value;
    copy(&value, get_bytes(sizeof value));
    return value;
  }
  std::string get_text() {
    const auto bytes = get_bytes(get<std::uint64_t>());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  template <class T>
  std::vector<T> get_list() {
    static_assert(std::has_unique_object_representations_v<T>);
    const auto n = get<std::uint64_t>();
    if (n > left() / sizeof(T)) damaged();
    std::vector<T> list(n);
    copy(list.data(), get_bytes(n * sizeof(T)));
    return list;
  }
  [[noreturn]] void damaged() const;

 private:
  std::uint64_t left() const { return end_ - at_; }
  static void copy(void* to, std::span<const std::byte> from);

  std::string path_;
  std::string what_;
  const std::byte* map_ = nullptr;
  std::uint64_t mapped_ = 0;
  std::uint64_t at_ = 0;
  std::uint64_t end_ = 0;       // where the digest begins
};

}  // namespace mmsim
