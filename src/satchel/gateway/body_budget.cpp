// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/body_budget.hpp"

namespace satchel::gateway {

std::optional<BodyBudget::Room> BodyBudget::take(std::string network, std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  const auto found = of_network_.find(network);
  const std::size_t held = found == of_network_.end() ? 0 : found->second;
  if (bytes > limits_.all - taken_ || bytes > limits_.one_network - held) return std::nullopt;
  taken_ += bytes;
  of_network_[network] = held + bytes;
  return std::optional<Room>(std::in_place, *this, std::move(network), bytes);
}

void BodyBudget::give_back(const std::string& network, std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  taken_ -= bytes;
  const auto found = of_network_.find(network);
  found->second -= bytes;
  if (found->second == 0) of_network_.erase(found);
}

}  // namespace satchel::gateway
