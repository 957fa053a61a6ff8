// SPDX-License-Identifier: Apache-2.0
// The memory that bodies of requests may take while they come in and wait for their function: so much in all, and of it so much for one
// network, so that slow senders of one cannot keep everybody else out. Any thread may call.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace satchel::gateway {

struct BodyLimits {
  std::size_t all = 64 * 1024 * 1024;
  std::size_t one_network = 8 * 1024 * 1024;
};

class BodyBudget {
 public:
  explicit BodyBudget(const BodyLimits& limits = {}) : limits_(limits) {}

  /// What was taken, given back when it goes. The budget outlives it.
  class Room {
   public:
    Room(BodyBudget& budget, std::string network, std::size_t bytes) : budget_(&budget), network_(std::move(network)), bytes_(bytes) {}
    Room(Room&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), network_(std::move(other.network_)), bytes_(other.bytes_) {}
    Room& operator=(Room&&) = delete;
    ~Room() {
      if (budget_) budget_->give_back(network_, bytes_);
    }

   private:
    BodyBudget* budget_;
    std::string network_;
    std::size_t bytes_;
  };

  /// `network` as network_of() names it. Empty: there is no room now.
  std::optional<Room> take(std::string network, std::size_t bytes);

 private:
  void give_back(const std::string& network, std::size_t bytes);

  const BodyLimits limits_;
  std::mutex mutex_;
  std::size_t taken_ = 0;
  std::unordered_map<std::string, std::size_t> of_network_;  // those that hold something
};

}  // namespace satchel::gateway
