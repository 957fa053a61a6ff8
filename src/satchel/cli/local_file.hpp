// SPDX-License-Identifier: Apache-2.0
// A file of this computer that is read at any place, by several threads at once.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"

namespace satchel::cli {

class LocalFile {
 public:
  /// Error: not_found, forbidden, invalid (a folder or a device).
  static Result<LocalFile> open(const std::string& path);
  LocalFile(LocalFile&& other) noexcept;
  LocalFile& operator=(LocalFile&&) = delete;
  ~LocalFile();

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  Time modified() const { return modified_; }
  /// Fills the span as far as the file goes. Error: invalid, where the file has become shorter than it was.
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) const;
  /// CRC-64/NVME of a range, read in small pieces.
  Result<std::uint64_t> crc64(std::uint64_t offset, std::uint64_t length) const;

 private:
  LocalFile(std::string path, int file, std::uint64_t size, Time modified) : path_(std::move(path)), file_(file), size_(size), modified_(modified) {}

  std::string path_;
  int file_;
  std::uint64_t size_;
  Time modified_;
};

/// The error of the last system call on a path, as a sentence.
Error system_error(std::string_view what, const std::string& path);

}  // namespace satchel::cli
