// SPDX-License-Identifier: Apache-2.0
// The folder of everything that is kept: made with mode 0700, held by one process at a time, with the master key in it.
#pragma once

#include <string>

#include "satchel/base/clock.hpp"
#include "satchel/base/random.hpp"
#include "satchel/base/result.hpp"

namespace satchel {

class DataFolder {
 public:
  /// Whether a Satchel keeps its data there.
  static bool is_there(const std::string& path);
  /// Makes the folder where it is absent and takes its lock, which ends with the object or the process. Waits `wait` for a process that was
  /// just ended. Errors: invalid (no folder, not ours), unavailable (type folder_held: another process has it).
  static Result<DataFolder> open(const std::string& path, Clock& clock, Duration wait = std::chrono::seconds{3});
  DataFolder(DataFolder&& other) noexcept;
  DataFolder& operator=(DataFolder&&) = delete;
  ~DataFolder();

  const std::string& path() const { return path_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  /// The 32 bytes that everything sealed hangs on, from master.key (mode 0600); made at the first start. Errors: invalid (damaged, or
  /// missing though there is data that needs it), unavailable (the disk).
  Result<std::string> master_key(Random& random) const;
  /// The 32 bytes that the credentials of functions in processes follow from, which no function gets: from functions.key, made where it is
  /// absent. Errors: invalid (damaged), unavailable (the disk).
  Result<std::string> functions_key(Random& random) const;

 private:
  DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;
};

}  // namespace satchel
