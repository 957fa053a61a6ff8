// SPDX-License-Identifier: Apache-2.0
// What a table holds (DynamoDB's model in C++ types): items of flat attributes under a partition and a sort key.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace satchel {

struct Key {
  std::string partition;
  std::string sort;
  auto operator<=>(const Key&) const = default;
};

/// Strings are UTF-8; bytes go in as base64.
using Value = std::variant<std::string, std::int64_t, bool>;

/// Attributes with these names put an item into an index; without them it is not there (sparse).
inline constexpr std::string_view kGsi1Partition = "gsi1pk", kGsi1Sort = "gsi1sk";  // "mine": by owner
inline constexpr std::string_view kGsi2Partition = "gsi2pk", kGsi2Sort = "gsi2sk";  // "due": expiry buckets
/// Seconds since 1970 after which a table may drop the item by itself, days late; readers judge expiry themselves.
inline constexpr std::string_view kTimeToLive = "ttl";

struct Item {
  Key key;
  std::map<std::string, Value, std::less<>> attributes;

  bool has(std::string_view name) const { return attributes.contains(name); }
  /// The attribute, or an empty string, 0 or false where it is absent or of another type.
  std::string text(std::string_view name) const { return value<std::string>(name); }
  std::int64_t number(std::string_view name) const { return value<std::int64_t>(name); }
  bool flag(std::string_view name) const { return value<bool>(name); }
  void set(std::string_view name, Value value) { attributes.insert_or_assign(std::string(name), std::move(value)); }
  bool operator==(const Item&) const = default;

 private:
  template <class T>
  T value(std::string_view name) const {
    const auto found = attributes.find(name);
    const T* held = found == attributes.end() ? nullptr : std::get_if<T>(&found->second);
    return held ? *held : T{};
  }
};

}  // namespace satchel
