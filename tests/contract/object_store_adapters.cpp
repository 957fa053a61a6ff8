// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/object_store_adapters.hpp"

#include "satchel/memory/random.hpp"

namespace satchel::contract {
namespace {

StoreGround memory() {
  auto clock = std::make_shared<ManualClock>();
  auto random = std::make_shared<SeededRandom>(1);
  std::shared_ptr<MemoryObjectStore> store = memory_object_store(*clock, *random);
  return {random, store, clock, [store](const SignedRequest& request, std::string_view bytes) { return store->put(request, bytes); },
          [store](const SignedRequest& request, std::uint64_t most) { return store->get(request, most); }};
}

}  // namespace

std::vector<ObjectStoreAdapter> object_store_adapters() { return {{"Memory", memory}}; }

}  // namespace satchel::contract
