#include "results/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "results/results_error.hpp"

namespace mmsim {

FileLock::FileLock(const std::string& path) {
  constexpr int kMode = 0644;
  file_ = open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file_ < 0 && errno == ENOENT) {
    file_ = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
    made_ = file_ >= 0;
  }
  if (file_ < 0) throw ResultsError(fmt::format("{}: cannot be written: {}", path, std::strerror(errno)));
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = off_t{1} << 62;
  lock.l_len = 1;
  if (fcntl(file_, F_OFD_SETLK, &lock) == 0) return;
  const int error = errno;
  close(file_);
  if (error == EAGAIN || error == EACCES)
    throw ResultsError(fmt::format("{}: another mmsim writes to it; expected one at a time", path));
  throw ResultsError(fmt::format("{}: cannot be locked: {}", path, std::strerror(error)));
}

FileLock::~FileLock() { close(file_); }

}  // namespace mmsim
