#include "sim/sweep/worker_pool.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <system_error>

#include "sim/core/check.hpp"

namespace mmsim {
namespace {

// What a worker says of a piece; `size` bytes follow.
struct Frame {
  std::uint64_t number;
  std::int64_t wall_ns;
  std::uint64_t size;
};

constexpr int kSocket = 3;   // in a worker

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

bool read_all(int file, void* to, std::size_t bytes) {
  auto* at = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t got = read(file, at, bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    bytes -= static_cast<std::size_t>(got);
  }
  return true;
}

bool write_all(int file, const void* from, std::size_t bytes) {
  const auto* at = static_cast<const char*>(from);
  while (bytes > 0) {
    const ssize_t put = send(file, at, bytes, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    at += put;
    bytes -= static_cast<std::size_t>(put);
  }
  return true;
}

// What an earlier piece has said is not said of the next one.
void forget_errors() {
  if (lseek(STDERR_FILENO, 0, SEEK_CUR) > 0 && ftruncate(STDERR_FILENO, 0) == 0) lseek(STDERR_FILENO, 0, SEEK_SET);
}

[[noreturn]] void be_worker(const WorkerPool::Work& work) {
  std::uint64_t number = 0;
  while (read_all(kSocket, &number, sizeof number)) {
    forget_errors();
    const auto begun = std::chrono::steady_clock::now();
    std::string bytes;
    try {
      bytes = work(number);
    } catch (const std::exception& error) {
      fmt::print(stderr, "{}\n", error.what());
      std::fflush(stderr);
      _exit(3);
    }
    const std::chrono::nanoseconds taken = std::chrono::steady_clock::now() - begun;
    const Frame frame{number, taken.count(), bytes.size()};
    bytes.insert(0, reinterpret_cast<const char*>(&frame), sizeof frame);
    if (!write_all(kSocket, bytes.data(), bytes.size())) break;
  }
  _exit(0);   // not exit(): what the parent has buffered is not ours to write
}

// The process is a copy of its parent: what belongs to that is let go of.
void become_worker(pid_t parent, int socket, int errors, const sigset_t& signals) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
  sigprocmask(SIG_SETMASK, &signals, nullptr);
  if (dup2(errors, STDERR_FILENO) < 0 || (socket != kSocket && dup2(socket, kSocket) < 0)) _exit(3);
  close_range(kSocket + 1, ~0U, 0);
}

}  // namespace

WorkerPool::WorkerPool(Work work, const PoolOptions& options)
    : work_(std::move(work)), options_(options), workers_(static_cast<std::size_t>(std::max(options.jobs, 1))) {}

WorkerPool::~WorkerPool() { kill_all(); }

void WorkerPool::start(Worker& worker) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) fail("socketpair");
  worker = {};
  worker.socket = pair[0];
  worker.errors = memfd_create("worker", MFD_CLOEXEC);
  if (worker.errors < 0) fail("memfd_create");
  std::fflush(nullptr);
  const pid_t parent = getpid();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);   // no handler of the parent runs in the worker
  worker.pid = fork();
  if (worker.pid == 0) {
    become_worker(parent, pair[1], worker.errors, before);
    be_worker(work_);
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  close(pair[1]);
  if (worker.pid < 0) fail("fork");
}

// How many pieces a worker is to have at hand: some hundredths of a second of work, so that it need not wait for this process. Towards
// the end fewer, so that nobody sits on work that another could do.
std::size_t WorkerPool::ahead() const {
  constexpr double kAhead_ns = 20e6;
  constexpr double kAhead_max = 64;
  if (mean_ns_ < 0) return 1;
  const auto by_time = static_cast<std::uint64_t>(std::min(kAhead_ns / std::max(mean_ns_, 1.0), kAhead_max)) + 1;
  const std::uint64_t share = (options_.pieces - std::min(options_.pieces, handed_out_)) / (4 * workers_.size());
  return std::max<std::uint64_t>(std::min(by_time, share), 1);
}

void WorkerPool::feed(Worker& worker, const std::function<std::optional<std::uint64_t>()>& next) {
  std::vector<std::uint64_t> numbers;
  const std::uint64_t left = options_.pieces_per_worker - std::min(options_.pieces_per_worker, worker.pieces + worker.given.size());
  while (numbers.size() < left && worker.given.size() + numbers.size() < ahead()) {
    std::optional<std::uint64_t> number;
    if (!returned_.empty()) {
      number = returned_.front();
      returned_.pop_front();
    } else if (!exhausted_) {
      number = next();
      exhausted_ = !number;
    }
    if (!number) break;
    ++handed_out_;
    numbers.push_back(*number);
  }
  if (numbers.empty()) return;
  if (worker.pid < 0) start(worker);
  if (worker.given.empty()) worker.since = Clock::now();
  worker.given.insert(worker.given.end(), numbers.begin(), numbers.end());
  write_all(worker.socket, numbers.data(), numbers.size() * sizeof numbers[0]);   // if it is dead, that is seen when it is read from
}

void WorkerPool::take_frames(Worker& worker, std::vector<PieceResult>& out) {
  std::size_t at = 0;
  Frame frame{};
  while (worker.unread.size() - at >= sizeof frame) {
    std::memcpy(&frame, worker.unread.data() + at, sizeof frame);
    if (worker.unread.size() - at - sizeof frame < frame.size) break;
    MMSIM_CHECK(!worker.given.empty() && worker.given.front() == frame.number, "a worker did not do what it was given");
    out.push_back({frame.number, worker.unread.substr(at + sizeof frame, frame.size), {}, frame.wall_ns});
    at += sizeof frame + frame.size;
    worker.given.pop_front();
    worker.since = Clock::now();
    ++worker.pieces;
    const auto took_ns = static_cast<double>(frame.wall_ns);
    mean_ns_ = mean_ns_ < 0 ? took_ns : mean_ns_ + (took_ns - mean_ns_) / 8;
  }
  worker.unread.erase(0, at);
}

void WorkerPool::receive(Worker& worker, const std::function<void(PieceResult)>& done) {
  char buffer[1 << 16];
  const ssize_t got = recv(worker.socket, buffer, sizeof buffer, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return bury(worker, done);
  worker.unread.append(buffer, static_cast<std::size_t>(got));
}

std::string WorkerPool::obituary(const Worker& worker, int status) const {
  if (worker.too_long) return fmt::format("ran longer than {} s", options_.seconds_max);
  std::string said(400, '\0');
  const ssize_t got = pread(worker.errors, said.data(), said.size(), 0);
  said.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  said.resize(std::min(said.find('\n'), said.size()));
  const std::string end = WIFSIGNALED(status) ? fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)))
                                              : fmt::format("exit status {}", WEXITSTATUS(status));
  return said.empty() ? end : fmt::format("{}: {}", end, said);
}

void WorkerPool::bury(Worker& worker, const std::function<void(PieceResult)>& done) {
  kill(worker.pid, SIGKILL);   // it has closed its socket: it is ending, or will not
  int status = 0;
  while (waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {}
  std::optional<PieceResult> lost;
  if (!worker.given.empty()) {
    const std::chrono::nanoseconds taken = Clock::now() - worker.since;
    lost = PieceResult{worker.given.front(), {}, obituary(worker, status), taken.count()};
    returned_.insert(returned_.end(), worker.given.begin() + 1, worker.given.end());
    handed_out_ -= worker.given.size() - 1;
  }
  close(worker.socket);
  close(worker.errors);
  worker = {};
  if (lost) done(std::move(*lost));
}

void WorkerPool::check_times() {
  if (options_.seconds_max <= 0) return;
  for (Worker& worker : workers_) {
    const std::chrono::duration<double> taken = Clock::now() - worker.since;
    if (worker.pid < 0 || worker.given.empty() || taken.count() < options_.seconds_max || worker.too_long) continue;
    worker.too_long = true;
    kill(worker.pid, SIGKILL);
  }
}

void WorkerPool::wait_for_results() {
  constexpr int kPatience_ms = 200;
  std::vector<pollfd> files;
  for (const Worker& worker : workers_)
    if (worker.pid >= 0) files.push_back({worker.socket, POLLIN, 0});
  if (poll(files.data(), files.size(), kPatience_ms) < 0 && errno != EINTR) fail("poll");
}

bool WorkerPool::run(const std::function<std::optional<std::uint64_t>()>& next, const std::function<void(PieceResult)>& done,
                     const std::function<void()>& settled, const std::function<bool()>& stop) {
  exhausted_ = false;
  std::vector<PieceResult> results;
  while (!stop()) {
    for (Worker& worker : workers_) {
      const bool retires = worker.pieces >= options_.pieces_per_worker && worker.given.empty();
      if (worker.pid >= 0 && retires) bury(worker, done);
      feed(worker, next);
    }
    if (std::all_of(workers_.begin(), workers_.end(), [](const Worker& worker) { return worker.given.empty(); })) return true;
    wait_for_results();
    check_times();
    for (Worker& worker : workers_) {
      if (worker.pid < 0) continue;
      receive(worker, done);
      take_frames(worker, results);
      feed(worker, next);   // before anything else: it shall not wait
    }
    for (PieceResult& result : results) done(std::move(result));
    results.clear();
    settled();
  }
  kill_all();
  return false;
}

void WorkerPool::kill_all() {
  for (Worker& worker : workers_) {
    if (worker.pid < 0) continue;
    kill(worker.pid, SIGKILL);
    while (waitpid(worker.pid, nullptr, 0) < 0 && errno == EINTR) {}
    close(worker.socket);
    close(worker.errors);
    worker = {};
  }
}

}  // namespace mmsim
