// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/data_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr Duration kLockPoll{25};

std::unexpected<Error> disk(std::string_view doing, const std::string& path) {
  return fail(ErrorCode::unavailable, fmt::format("{} {} failed: {}.", doing, path, std::strerror(errno)));
}

/// A descriptor that is closed with its object.
class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0) : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Result<void> make_folder(const std::string& path) {
  std::error_code failed;
  const auto above = std::filesystem::absolute(path).lexically_normal().parent_path();
  std::filesystem::create_directories(above, failed);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return disk("Making the data folder", path);
  struct stat info{};
  if (stat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return fail(ErrorCode::invalid, fmt::format("{} is no folder. Take another one with --data.", path));
  if (info.st_uid != geteuid()) return fail(ErrorCode::invalid, fmt::format("The data folder {} belongs to another user of this machine. Run Satchel as that user, or take another folder with --data.", path));
  if ((info.st_mode & 0077) != 0 && chmod(path.c_str(), 0700) != 0) return disk("Closing the data folder to others", path);
  return {};
}

std::string holder_of(int lock) {
  std::array<char, 16> text{};
  const ssize_t length = pread(lock, text.data(), text.size(), 0);
  return length > 0 ? fmt::format(" (process {})", std::string_view(text.data(), static_cast<std::size_t>(length))) : "";
}

Result<void> sync_folder(const std::string& path) {
  const File folder(path, O_RDONLY | O_DIRECTORY);
  if (folder.get() < 0 || fsync(folder.get()) != 0) return disk("Syncing", path);
  return {};
}

/// Whole and on disk under its name, or not at all.
Result<void> write_key(const std::string& folder, const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  {
    const File file(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file.get() < 0 || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || fsync(file.get()) != 0) return disk("Writing", draft);
  }
  if (rename(draft.c_str(), path.c_str()) != 0) return disk("Writing", path);
  return sync_folder(folder);
}

/// A new one, in the file and in hand.
Result<std::string> make_key(const std::string& folder, const std::string& path, Random& random) {
  std::string key(kKeyBytes, '\0');
  random.fill(std::as_writable_bytes(std::span(key)));
  TRY(write_key(folder, path, to_hex(key) + "\n"));
  return key;
}

Result<std::optional<std::string>> read_key(const std::string& path) {
  const File file(path, O_RDONLY);
  if (file.get() < 0 && errno == ENOENT) return std::nullopt;
  struct stat info{};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) return disk("Reading", path);
  if ((info.st_mode & 0077) != 0 && fchmod(file.get(), 0600) != 0) return disk("Closing to others", path);
  std::array<char, 2 * kKeyBytes + 2> text{};
  const ssize_t length = read(file.get(), text.data(), text.size());
  const std::string_view hex(text.data(), length < 0 ? 0 : static_cast<std::size_t>(length));
  const auto key = from_hex(hex.substr(0, hex.find('\n')));
  if (!key || key->size() != kKeyBytes) return fail(ErrorCode::invalid, fmt::format("The key in {} is damaged. Put back the file from your backup.", path));
  return std::optional(*key);
}

}  // namespace

bool DataFolder::is_there(const std::string& path) {
  std::error_code failed;  // what cannot be looked into is opened, and then says why
  return std::filesystem::exists(path + "/master.key", failed) || std::filesystem::exists(path + "/table", failed) || failed;
}

Result<DataFolder> DataFolder::open(const std::string& path, Clock& clock, Duration wait) {
  TRY(make_folder(path));
  File lock(path + "/lock", O_RDWR | O_CREAT, 0600);
  if (lock.get() < 0) return disk("Opening", path + "/lock");
  const Time until = clock.now() + wait;
  while (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return disk("Locking", path + "/lock");
    if (clock.now() >= until) {
      return fail(ErrorCode::unavailable, fmt::format("Another Satchel{} uses the data folder {}. Stop it first, or take another folder with --data.", holder_of(lock.get()), path), {}, "folder_held");
    }
    clock.sleep_until(clock.now() + kLockPoll);
  }
  const std::string pid = fmt::to_string(getpid());
  if (ftruncate(lock.get(), 0) != 0 || pwrite(lock.get(), pid.data(), pid.size(), 0) < 0) return disk("Writing", path + "/lock");
  return DataFolder(path, lock.release());
}

DataFolder::DataFolder(DataFolder&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataFolder::~DataFolder() {
  if (lock_ >= 0) close(lock_);
}

Result<std::string> DataFolder::master_key(Random& random) const {
  const std::string path = file("master.key");
  if (auto known = TRY(read_key(path))) return *std::move(known);
  if (std::filesystem::exists(file("table"))) {
    return fail(ErrorCode::invalid, fmt::format("{} is missing, and the data beside it cannot be read without it. Put back the file from your backup.", path));
  }
  return make_key(path_, path, random);
}

Result<std::string> DataFolder::functions_key(Random& random) const {
  const std::string path = file("functions.key");
  if (auto known = TRY(read_key(path))) return *std::move(known);
  return make_key(path_, path, random);
}

}  // namespace satchel
