// SPDX-License-Identifier: Apache-2.0
#include "satchel/dynamodb/client_tokens.hpp"

namespace satchel::dynamodb {
namespace {

constexpr Duration kMemory = std::chrono::minutes{10};

}  // namespace

ClientTokens::Seen ClientTokens::begin(const std::string& token, const std::string& hash, Time now) {
  const std::scoped_lock lock(mutex_);
  forget_old(now);
  const auto [place, added] = uses_.try_emplace(token, Use{hash, now, true});
  if (added) return Seen::fresh;
  const Use& use = place->second;
  if (use.hash != hash) return Seen::otherwise;
  return use.running ? Seen::running : Seen::written;
}

void ClientTokens::end(const std::string& token, bool written) {
  const std::scoped_lock lock(mutex_);
  const auto found = uses_.find(token);
  if (found == uses_.end()) return;
  if (!written) {
    uses_.erase(found);
    return;
  }
  found->second.running = false;
  order_.emplace_back(found->second.at, token);
}

void ClientTokens::forget_old(Time now) {
  while (!order_.empty() && (order_.front().first + kMemory <= now || order_.size() >= most_)) {
    uses_.erase(order_.front().second);
    order_.pop_front();
  }
}

}  // namespace satchel::dynamodb
