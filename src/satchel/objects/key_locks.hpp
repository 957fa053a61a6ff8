// SPDX-License-Identifier: Apache-2.0
// One lock for each key, out of a fixed number: different keys seldom share one. Never hold two of one KeyLocks.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string_view>

namespace satchel::objects {

class KeyLocks {
 public:
  std::mutex& of(std::string_view key) { return locks_[std::hash<std::string_view>{}(key) % locks_.size()]; }

 private:
  std::array<std::mutex, 512> locks_;
};

}  // namespace satchel::objects
