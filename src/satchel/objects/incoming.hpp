// SPDX-License-Identifier: Apache-2.0
// The one Writer: bounds the length, hashes on the way, writes into a blob or holds a small payload, and publishes at the end.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "satchel/objects/engine.hpp"
#include "satchel/objects/hasher.hpp"

namespace satchel::objects {

class Engine::Incoming final : public Writer {
 public:
  /// `blob` null: the payload is held, so `length` is small. `publish` makes it visible, once.
  Incoming(Engine& engine, std::uint64_t length, const Digests& digests, std::unique_ptr<Blob> blob, Publish publish)
      : engine_(&engine), length_(length), hasher_(digests), publish_(std::move(publish)) {
    arrival_.blob = std::move(blob);
  }
  Result<void> append(std::span<const std::byte> bytes) override;
  Result<Content> commit(const Expected& expected) override;

 private:
  /// What the kernel forgot with a failed sync cannot be known: nothing more is acknowledged then.
  Result<void> heed(Result<void> done);

  Engine* engine_;
  std::uint64_t length_;
  Hasher hasher_;
  Arrival arrival_;
  Publish publish_;
  bool failed_ = false;
};

}  // namespace satchel::objects
