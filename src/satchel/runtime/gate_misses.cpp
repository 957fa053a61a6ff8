// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/gate_misses.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace satchel {
namespace {

constexpr std::size_t kNetworkBytes = 8;

}  // namespace

std::string network_of(std::string_view address) {
  const std::string text(address);
  in6_addr bytes{};
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return text;
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) return text.substr(text.rfind(':') + 1);
  std::memset(&bytes.s6_addr[kNetworkBytes], 0, sizeof bytes.s6_addr - kNetworkBytes);
  char network[INET6_ADDRSTRLEN] = {};
  inet_ntop(AF_INET6, &bytes, network, sizeof network);
  return network;
}

double MissGate::misses_at(const Bucket& bucket, Time now) const {
  const double seconds = std::max(0.0, std::chrono::duration<double>(now - bucket.at).count());
  return std::max(0.0, bucket.misses - seconds * limits_.per_second);
}

Result<void> MissGate::check(std::string_view address, Time now) {
  const std::scoped_lock lock(mutex_);
  const auto found = buckets_.find(network_of(address));
  if (found == buckets_.end() || misses_at(found->second, now) < limits_.burst) return {};
  return fail(ErrorCode::too_many, "Too many tokens that do not exist came from your address. Wait a minute, then try again.", {}, "too_many_guesses");
}

void MissGate::count(std::string_view address, Time now) {
  const std::scoped_lock lock(mutex_);
  auto network = network_of(address);
  if (buckets_.size() >= limits_.addresses && !buckets_.contains(network)) make_room(now);
  Bucket& bucket = buckets_[std::move(network)];
  bucket = {.misses = std::min(misses_at(bucket, now) + 1, limits_.burst * 2), .at = now};
}

/// The one with the fewest misses goes, so that many addresses with one miss each do not absolve the one that has many.
void MissGate::make_room(Time now) {
  std::erase_if(buckets_, [&](const auto& entry) { return misses_at(entry.second, now) <= 0; });
  if (buckets_.size() < limits_.addresses) return;
  const auto least = std::ranges::min_element(buckets_, {}, [&](const auto& entry) { return misses_at(entry.second, now); });
  buckets_.erase(least);
}

}  // namespace satchel
