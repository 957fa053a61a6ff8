// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda_host/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace satchel::lambda_host {
namespace {

/// Closed at the end unless it is taken.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { reset(); }
  int get() const { return fd_; }
  int take() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

struct Pipe {
  Descriptor from, to;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail(ErrorCode::unavailable, "No pipe to be had for a function's process.", std::strerror(errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (const std::string& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  list.push_back(nullptr);
  return list;
}

/// Everything that the child needs, made before fork(): behind it only what is async-signal-safe may be called, since other threads
/// of the parent may hold any lock.
struct Plan {
  const char* path;
  const char* folder;
  char* const* arguments;
  char* const* environment;
  pid_t parent;
  int input, output, trouble;
};

[[noreturn]] void run(const Plan& plan) {
  const auto give_up = [&] {
    const int error = errno;
    (void)!write(plan.trouble, &error, sizeof error);
    _exit(127);
  };
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up();
  if (getppid() != plan.parent) _exit(127);  // it died before the line above
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  if (dup2(plan.input, STDIN_FILENO) < 0 || dup2(plan.output, STDOUT_FILENO) < 0 || dup2(plan.output, STDERR_FILENO) < 0) give_up();
  // The pipe of trouble closes itself when the program runs; all else goes now, whether or not whoever opened it thought of that.
  if (dup2(plan.trouble, STDERR_FILENO + 1) < 0 || fcntl(STDERR_FILENO + 1, F_SETFD, FD_CLOEXEC) != 0 || close_range(STDERR_FILENO + 2, ~0U, 0) != 0) give_up();
  const Plan moved{plan.path, plan.folder, plan.arguments, plan.environment, plan.parent, plan.input, plan.output, STDERR_FILENO + 1};
  if (chdir(moved.folder) == 0) execve(moved.path, moved.arguments, moved.environment);
  const int error = errno;
  (void)!write(moved.trouble, &error, sizeof error);
  _exit(127);
}

/// The errno that kept the program from running; 0 where it runs.
int trouble_in(int fd) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = read(fd, &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

}  // namespace

Result<Child> start_program(const Program& program) {
  Pipe output = TRY(make_pipe()), trouble = TRY(make_pipe());
  const Descriptor input(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::vector<std::string> arguments{program.path};
  const auto argument_pointers = pointers(arguments), environment_pointers = pointers(program.environment);
  const Plan plan{program.path.c_str(), program.folder.c_str(), argument_pointers.data(), environment_pointers.data(), getpid(), input.get(), output.to.get(), trouble.to.get()};
  const pid_t pid = fork();
  if (pid < 0) return fail(ErrorCode::unavailable, "No process to be had for a function.", std::strerror(errno));
  if (pid == 0) run(plan);
  output.to.reset();
  trouble.to.reset();
  if (const int error = trouble_in(trouble.from.get()); error != 0) {
    waitpid(pid, nullptr, 0);
    return fail(ErrorCode::invalid, fmt::format("The functions' program {} cannot be run: {}.", program.path, std::strerror(error)));
  }
  fcntl(output.from.get(), F_SETFL, O_NONBLOCK);
  return Child{pid, output.from.take()};
}

void kill_program(pid_t pid) {
  // Its group exists as soon as its first instruction ran; before, only the process itself does.
  kill(-pid, SIGKILL);
  kill(pid, SIGKILL);
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return fmt::format("was killed by signal {}", WTERMSIG(status));
  return fmt::format("ended with status {}", WEXITSTATUS(status));
}

}  // namespace satchel::lambda_host
