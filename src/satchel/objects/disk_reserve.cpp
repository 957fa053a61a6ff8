// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/disk_reserve.hpp"

#include <limits>
#include <memory>

namespace satchel::objects {
namespace {

constexpr std::uint64_t kReserve = 32 * 1024 * 1024;
constexpr std::uint64_t kNearlyFull = 8 * 1024 * 1024;
constexpr std::uint64_t kRoom = 24 * 1024 * 1024;  // what new logs and both write buffers may need at once; less than the reserve

}  // namespace

DiskReserve::DiskReserve(rocksdb::Env& env, const std::string& folder) : env_(&env), folder_(folder), file_(folder + "/reserve") {
  env_->DeleteFile(file_).PermitUncheckedError();  // of the process before
  adjust();
}

std::uint64_t DiskReserve::free_bytes() const {
  std::uint64_t bytes = 0;
  // A file system that cannot tell is taken to have room.
  return env_->GetFreeSpace(folder_, &bytes).ok() ? bytes : std::numeric_limits<std::uint64_t>::max();
}

bool DiskReserve::has_room() const { return free_bytes() >= kRoom; }

bool DiskReserve::adjust() {
  const std::uint64_t free = free_bytes();
  if (held_ && free < kNearlyFull) {
    env_->DeleteFile(file_).PermitUncheckedError();
    held_ = false;
    return true;
  }
  return !held_ && free >= kReserve + kRoom && take();
}

bool DiskReserve::take() {
  std::unique_ptr<rocksdb::WritableFile> file;
  held_ = env_->NewWritableFile(file_, &file, {}).ok() && file->Allocate(0, kReserve).ok();
  if (!held_) env_->DeleteFile(file_).PermitUncheckedError();
  return held_;
}

}  // namespace satchel::objects
