#include "sim/explore/sealed_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "sim/run/scenario_error.hpp"

namespace mmsim {

namespace {

constexpr std::size_t kDigest_bytes = 16;

[[noreturn]] void fail_with(const std::string& path, int error) {
  throw ScenarioError(fmt::format("{}: {}", path, std::strerror(error)));
}

// In an order of bytes that does not depend on the machine.
XXH128_canonical_t canonical(const XXH128_hash_t& hash) {
  XXH128_canonical_t out;
  XXH128_canonicalFromHash(&out, hash);
  static_assert(sizeof out == kDigest_bytes);
  return out;
}

}  // namespace

struct SealedWriter::Digest {
  XXH3_state_t* state = XXH3_createState();
  Digest() { XXH3_128bits_reset(state); }
  ~Digest() { XXH3_freeState(state); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;
};

SealedWriter::SealedWriter(std::string path)
    : path_(std::move(path)), written_path_(path_ + ".tmp"), digest_(std::make_unique<Digest>()) {
  file_ = std::fopen(written_path_.c_str(), "wbe");
  if (file_ == nullptr) fail();
  std::setvbuf(file_, nullptr, _IOFBF, std::size_t{1} << 20);
}

SealedWriter::~SealedWriter() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  unlink(written_path_.c_str());
}

void SealedWriter::fail() const { fail_with(written_path_, errno); }

void SealedWriter::put_bytes(const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  XXH3_128bits_update(digest_->state, from, bytes);
  if (std::fwrite(from, 1, bytes, file_) != bytes) fail();
}

void SealedWriter::commit() {
  const XXH128_canonical_t seal = canonical(XXH3_128bits_digest(digest_->state));
  if (std::fwrite(&seal, sizeof seal, 1, file_) != 1 || std::fflush(file_) != 0 || fsync(fileno(file_)) != 0) fail();
  if (std::rename(written_path_.c_str(), path_.c_str()) != 0) fail();
  std::fclose(std::exchange(file_, nullptr));
}

SealedReader::SealedReader(const std::string& path, std::string_view magic, std::string_view what) : path_(path), what_(what) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) fail_with(path, errno);
  struct stat about {};
  const bool regular = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
  mapped_ = regular ? static_cast<std::uint64_t>(about.st_size) : 0;
  void* map = mapped_ != 0 ? mmap(nullptr, mapped_, PROT_READ, MAP_PRIVATE, fd, 0) : nullptr;
  const int error = errno;
  close(fd);
  if (map == MAP_FAILED) fail_with(path, error);
  map_ = static_cast<const std::byte*>(map);
  const std::size_t begins = std::min<std::size_t>(mapped_, magic.size());
  const bool foreign = !regular || (begins != 0 && std::memcmp(map_, magic.data(), begins) != 0);
  at_ = magic.size();
  bool whole = !foreign && mapped_ >= magic.size() + kDigest_bytes;
  if (whole) {
    end_ = mapped_ - kDigest_bytes;
    const XXH128_canonical_t seal = canonical(XXH3_128bits(map_, end_));
    whole = std::memcmp(&seal, map_ + end_, sizeof seal) == 0;
  }
  if (whole) return;
  if (map_ != nullptr) munmap(map, mapped_);
  if (foreign) throw ScenarioError(fmt::format("{}: is no {}; it was left as it is", path, what));
  damaged();
}

SealedReader::~SealedReader() { munmap(const_cast<std::byte*>(map_), mapped_); }

void SealedReader::damaged() const { throw ScenarioError(fmt::format("{}: this {} is cut off or damaged", path_, what_)); }

void SealedReader::copy(void* to, std::span<const std::byte> from) {
  if (!from.empty()) std::memcpy(to, from.data(), from.size());
}

std::span<const std::byte> SealedReader::get_bytes(std::uint64_t bytes) {
  if (bytes > left()) damaged();
  const std::span<const std::byte> out(map_ + at_, bytes);
  at_ += bytes;
  return out;
}

}  // namespace mmsim
