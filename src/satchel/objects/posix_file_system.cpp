// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "satchel/objects/file_system.hpp"

namespace satchel::objects {
namespace {

// Left alone, the kernel collects a large file in its cache and then writes it all at the sync, many times slower on the
// virtual disks that were measured. So writing starts behind each step, and at most a window is on its way.
constexpr std::uint64_t kStep = 8 * 1024 * 1024;
constexpr std::uint64_t kWindow = 4 * kStep;
constexpr std::uint64_t kReserveFrom = 256 * 1024;  // smaller files are over before it pays
constexpr std::uint64_t kFirstReserve = 1024 * 1024;

std::unexpected<Error> failure(std::string_view call, const std::string& path, int error, std::string_view type = {}) {
  std::string detail = std::string(call) + " " + path + ": " + std::strerror(error);
  if (error == ENOSPC || error == EDQUOT) {
    return fail(ErrorCode::unavailable, "The server's disk is full, so nothing new can be stored. Free some space and try again.",
                std::move(detail), std::string(kDiskFull));
  }
  if (error == ENOENT) return fail(ErrorCode::not_found, "It is not there any more.", std::move(detail));
  if (error == ENOTEMPTY || error == EEXIST) return fail(ErrorCode::conflict, "Something is there already.", std::move(detail));
  return fail(ErrorCode::unavailable, "The server's disk does not take this. Try again; if it goes on, tell its administrator.",
              std::move(detail), std::string(type));
}

template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class PosixFile final : public NewFile {
 public:
  PosixFile(int descriptor, std::string path, std::uint64_t length) : descriptor_(descriptor), path_(std::move(path)), length_(length) {}
  ~PosixFile() override { ::close(descriptor_); }

  /// Room for the next bytes, twice as much each time: few extents, and what is only announced takes no room from others.
  Result<void> reserve() {
    if (length_ < kReserveFrom || written_ < reserved_ || reserved_ >= length_) return {};
    const std::uint64_t end = std::min(length_, std::max(kFirstReserve, 2 * reserved_));
    const int reserved = uninterrupted([&] { return ::fallocate(descriptor_, 0, static_cast<off_t>(reserved_), static_cast<off_t>(end - reserved_)); });
    if (reserved != 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)) return failure("fallocate", path_, errno);
    reserved_ = end;
    return {};
  }

  Result<void> append(std::span<const std::byte> bytes) override {
    TRY(reserve());
    while (!bytes.empty()) {
      const ssize_t written = uninterrupted([&] { return ::write(descriptor_, bytes.data(), bytes.size()); });
      if (written < 0) return failure("write", path_, errno);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      written_ += static_cast<std::uint64_t>(written);
    }
    while (written_ - started_ >= kStep) TRY(write_behind());
    return {};
  }

  Result<void> sync() override {
    if (uninterrupted([&] { return ::fdatasync(descriptor_); }) != 0) return failure("fdatasync", path_, errno, kSyncFailed);
    return {};
  }

 private:
  /// Starts writing of the next step and waits for the one that falls out of the window. An error seen here is not seen again at
  /// the sync, so it is the sync's; a file system without the call only writes later.
  Result<void> write_behind() {
    if (range(started_, SYNC_FILE_RANGE_WRITE) != 0 && errno != ESPIPE && errno != EINVAL && errno != ENOSYS) {
      return failure("sync_file_range", path_, errno, kSyncFailed);
    }
    started_ += kStep;
    constexpr unsigned kWait = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    if (started_ > kWindow && range(started_ - kWindow - kStep, kWait) != 0 && errno != ESPIPE && errno != EINVAL && errno != ENOSYS) {
      return failure("sync_file_range", path_, errno, kSyncFailed);
    }
    return {};
  }
  int range(std::uint64_t from, unsigned flags) const {
    return uninterrupted([&] { return ::sync_file_range(descriptor_, static_cast<off_t>(from), static_cast<off_t>(kStep), flags); });
  }

  int descriptor_;
  std::string path_;
  std::uint64_t length_, reserved_ = 0, written_ = 0, started_ = 0;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<void> make_folder(const std::string& path) override {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failure("mkdir", path, errno);
    return {};
  }

  Result<std::unique_ptr<NewFile>> create(const std::string& path, std::uint64_t length) override {
    const int descriptor = uninterrupted([&] { return ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600); });
    if (descriptor < 0) return failure("create", path, errno);
    auto file = std::make_unique<PosixFile>(descriptor, path, length);
    if (auto reserved = file->reserve(); !reserved) {
      ::unlink(path.c_str());
      return std::unexpected(std::move(reserved).error());
    }
    return std::unique_ptr<NewFile>(std::move(file));
  }

  Result<std::shared_ptr<const int>> open(const std::string& path) override {
    const int descriptor = uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); });
    if (descriptor < 0) return failure("open", path, errno);
    return std::shared_ptr<const int>(new int(descriptor), [](const int* held) {
      ::close(*held);
      delete held;
    });
  }

  Result<void> remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failure("unlink", path, errno);
    return {};
  }

  Result<void> remove_folder(const std::string& path) override {
    if (::rmdir(path.c_str()) != 0 && errno != ENOENT) return failure("rmdir", path, errno);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
    if (!folder) return failure("opendir", path, errno);
    std::vector<std::string> names;
    errno = 0;
    for (const dirent* entry = ::readdir(folder.get()); entry; entry = ::readdir(folder.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return failure("readdir", path, errno);
    return names;
  }

  Result<void> sync_folder(const std::string& path) override {
    const int descriptor = uninterrupted([&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (descriptor < 0) return failure("open", path, errno);
    const int synced = uninterrupted([&] { return ::fsync(descriptor); });
    const int reason = errno;
    ::close(descriptor);
    if (synced != 0) return failure("fsync", path, reason, kSyncFailed);
    return {};
  }

  std::uint64_t free_bytes(const std::string& path) override {
    struct statvfs found {};
    if (::statvfs(path.c_str(), &found) != 0) return std::numeric_limits<std::uint64_t>::max();
    return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
  }
};

}  // namespace

FileSystem& posix_file_system() {
  static PosixFileSystem system;
  return system;
}

}  // namespace satchel::objects
