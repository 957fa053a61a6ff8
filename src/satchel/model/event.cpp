// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/event.hpp"

#include "satchel/base/crypto.hpp"
#include "satchel/model/keys.hpp"

namespace satchel {
namespace {

constexpr std::string_view kDataPrefix = "d_";

int shard_of(std::string_view subject) {
  return static_cast<unsigned char>(sha256(subject)[0]) % keys::kOutboxShards;
}

}  // namespace

Item outbox_item(const Event& event) {
  Item item{keys::outbox(shard_of(event.subject), event.id), {}};
  item.set("type", event.type);
  item.set("time", to_millis(event.time));
  item.set("actor", event.actor);
  item.set("subject", event.subject);
  for (const auto& [name, value] : event.data) item.set(std::string(kDataPrefix) + name, value);
  return item;
}

Event event_from(const Item& item) {
  Event event{.id = item.key.sort,
              .type = item.text("type"),
              .time = from_millis(item.number("time")),
              .actor = item.text("actor"),
              .subject = item.text("subject"),
              .data = {}};
  for (const auto& [name, value] : item.attributes) {
    const auto* text = std::get_if<std::string>(&value);
    if (text && name.starts_with(kDataPrefix)) event.data.emplace(name.substr(kDataPrefix.size()), *text);
  }
  return event;
}

}  // namespace satchel
