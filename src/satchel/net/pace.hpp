// SPDX-License-Identifier: Apache-2.0
// How long the other side may keep us waiting within one body: for each next byte, and for all of it at a minimum rate. Time in
// which we ourselves were busy is not counted. Pure.
#pragma once

#include <algorithm>
#include <cstdint>

namespace satchel::net {

struct PaceLimits {
  std::int64_t stall = 0, grace = 0;  // milliseconds
  std::uint64_t minimum_rate = 0;     // bytes a second
};

class Pace {
 public:
  /// From now on we wait for the other side. Gives the time at which that is too long.
  std::int64_t wait(std::int64_t now, std::uint64_t bytes, const PaceLimits& limits) {
    if (bytes != bytes_) moved(now);
    bytes_ = bytes;
    if (since_ == 0) since_ = last_ = now;
    const auto allowed = limits.minimum_rate == 0 ? limits.stall : static_cast<std::int64_t>(bytes * 1000 / limits.minimum_rate);
    const auto whole = limits.minimum_rate == 0 ? last_ + limits.stall : since_ + std::max(limits.grace, allowed) - waited_;
    return std::min(last_ + limits.stall, whole);
  }
  /// Something came or went: the waiting is over for now.
  void moved(std::int64_t now) {
    if (since_ != 0) waited_ += now - since_;
    since_ = 0;
  }

 private:
  std::int64_t since_ = 0, last_ = 0, waited_ = 0;  // since_ 0: not waiting
  std::uint64_t bytes_ = 0;
};

}  // namespace satchel::net
