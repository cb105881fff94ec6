// One writer at a time, by a lock on the file itself that nobody has to clean up.
#pragma once

#include <string>

namespace mmsim {

// Locks a byte that lies far behind any content and behind the bytes that SQLite locks. The lock belongs to the open file
// description (F_OFD_SETLK), so it ends with the process, and SQLite's own locks of the process are untouched as long as this lives
// longer than the connection.
class FileLock {
 public:
  // Opens the file, makes it if it is not there. Throws ResultsError if it cannot be written or somebody else has the lock.
  explicit FileLock(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  // It was not there.
  bool made() const { return made_; }

 private:
  int file_ = -1;
  bool made_ = false;
};

}  // namespace mmsim
