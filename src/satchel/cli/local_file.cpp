// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/local_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "satchel/base/crc.hpp"

namespace satchel::cli {
namespace {

constexpr std::size_t kPiece = 256 * 1024;

}  // namespace

Error system_error(std::string_view what, const std::string& path) {
  const ErrorCode code = errno == ENOENT ? ErrorCode::not_found : errno == EACCES || errno == EPERM ? ErrorCode::forbidden : ErrorCode::invalid;
  return {code, fmt::format("Cannot {} '{}': {}.", what, path, std::strerror(errno))};
}

Result<LocalFile> LocalFile::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return std::unexpected(system_error("open", path));
  struct stat about {};
  if (::fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) {
    ::close(file);
    return fail(ErrorCode::invalid, fmt::format("'{}' is no regular file, so it cannot be sent.", path));
  }
  const auto modified = from_millis(about.st_mtim.tv_sec * 1000 + about.st_mtim.tv_nsec / 1'000'000);
  return LocalFile(path, file, static_cast<std::uint64_t>(about.st_size), modified);
}

LocalFile::LocalFile(LocalFile&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), size_(other.size_), modified_(other.modified_) {}

LocalFile::~LocalFile() {
  if (file_ >= 0) ::close(file_);
}

Result<std::size_t> LocalFile::read(std::uint64_t offset, std::span<std::byte> into) const {
  const ssize_t got = ::pread(file_, into.data(), into.size(), static_cast<off_t>(offset));
  if (got < 0) return std::unexpected(system_error("read", path_));
  if (got == 0 && !into.empty()) return fail(ErrorCode::invalid, fmt::format("'{}' has become shorter while it was being sent. Try again once it no longer changes.", path_));
  return static_cast<std::size_t>(got);
}

Result<std::uint64_t> LocalFile::crc64(std::uint64_t offset, std::uint64_t length) const {
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, length)));
  std::uint64_t crc = 0;
  while (length > 0) {
    const std::size_t got = TRY(read(offset, std::span(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), length)))));
    crc = crc64nvme({reinterpret_cast<const char*>(piece.data()), got}, crc);
    offset += got;
    length -= got;
  }
  return crc;
}

}  // namespace satchel::cli
