// SPDX-License-Identifier: Apache-2.0
// The adapters of ObjectStore that the contract suite runs on. A new one is one more entry in object_store_adapters().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/object_store.hpp"

namespace satchel::contract {

/// A fresh, empty store on `clock`, what has to outlive it, and a client that sends and fetches under its signed requests.
struct StoreGround {
  std::shared_ptr<void> below;
  std::shared_ptr<ObjectStore> store;
  std::shared_ptr<ManualClock> clock;
  std::function<ClientAnswer(const SignedRequest&, std::string_view bytes)> put;
  /// At most `most` bytes; then the client goes away.
  std::function<ClientAnswer(const SignedRequest&, std::uint64_t most)> get;
};

struct ObjectStoreAdapter {
  std::string name;
  std::function<StoreGround()> make;
};

std::vector<ObjectStoreAdapter> object_store_adapters();

}  // namespace satchel::contract
