// SPDX-License-Identifier: Apache-2.0
// Something that happened, delivered at least once. A function writes it into the outbox in the transaction of its effect.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "satchel/base/random.hpp"
#include "satchel/base/time.hpp"
#include "satchel/model/item.hpp"

namespace satchel {

struct Event {
  std::string id;       // ulid
  std::string type;     // "entry.moved", "upload.completed", …: noun.participle
  Time time{};
  std::string actor;    // user id, "link:<id>" or "system"
  std::string subject;  // id of what it happened to
  std::map<std::string, std::string, std::less<>> data;  // ids, numbers and names; no secrets
};

/// The outbox item of an event; its shard follows from the subject, so events of one subject keep their order.
Item outbox_item(const Event& event);
/// Attribute of an outbox item: nobody gets the event before this moment, in milliseconds.
inline constexpr std::string_view kNotBefore = "due";
Event event_from(const Item& item);
/// An attribute of an outbox item that was put back for one consumer alone: its name.
inline constexpr std::string_view kOnlyFor = "only";

/// The store's own event: an object has become visible. `subject` is the object key; data: size, checksum.
inline constexpr std::string_view kObjectCreated = "object.created";
/// An upload in one line has been opened in a store that does not tell of new objects: it is to be looked for. `subject` is the object key.
inline constexpr std::string_view kUploadAwaited = "upload.awaited";
/// The store's word that an answer under a lease has ended; `subject` is the lease id; data: bytes, whole ("1" or "0").
inline constexpr std::string_view kObjectServed = "object.served";

}  // namespace satchel
