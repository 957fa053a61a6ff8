// SPDX-License-Identifier: Apache-2.0
// A file that holds room on the disk, so that a full disk still lets a database write what makes room again: deletions, and
// sign-ins of those who delete. Given up when the disk is nearly full, taken back when there is room. One thread at a time calls.
#pragma once

#include <rocksdb/env.h>

#include <cstdint>
#include <string>

namespace satchel::objects {

class DiskReserve {
 public:
  /// Takes the room if there is any. The environment outlives it.
  DiskReserve(rocksdb::Env& env, const std::string& folder);

  /// Gives the room up or takes it back, as the disk's free space asks for. Whether that changed anything.
  bool adjust();
  /// Whether there is room enough to go on writing after the disk was full.
  bool has_room() const;
  bool held() const { return held_; }

 private:
  std::uint64_t free_bytes() const;
  bool take();

  rocksdb::Env* env_;
  std::string folder_, file_;
  bool held_ = false;
};

}  // namespace satchel::objects
