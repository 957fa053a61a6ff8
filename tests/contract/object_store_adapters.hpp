// SPDX-License-Identifier: Apache-2.0
// The adapters of ObjectStore that the contract suite runs on. A new one is one more entry in object_store_adapters().
#pragma once

#include <functional>
#include <memory>
#include <set>
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

/// What the port promises and an adapter cannot, or S3 does and an engine that stands for it does not. A gap that has closed fails its test.
enum class StoreGap {
  leases,  // how an answer under a lease ended is not told
  events,  // nobody tells of new objects
  small_parts,   // a part in the middle may be smaller than 5 MiB
  own_checksum,  // an object that came without a checksum has none
  checksums,         // no checksum is verified or kept
  loose_completion,  // a completion replaces an object, names no etag and is unclear about an upload that has ended
};

/// The gap as a sentence of docs/conformance.md.
std::string_view reason(StoreGap gap);

struct ObjectStoreAdapter {
  std::string name;
  std::function<StoreGround()> make;
  std::set<StoreGap> gaps = {};
};

std::vector<ObjectStoreAdapter> object_store_adapters();

}  // namespace satchel::contract
