// SPDX-License-Identifier: Apache-2.0
#include "satchel/embedded/table_encoding.hpp"

#include <utility>

namespace satchel::embedded {
namespace {

constexpr char kVersion = 1;
constexpr std::string_view kEnd("\0\x01", 2);
enum Kind : char { kText = 0, kNumber = 1, kFalse = 2, kTrue = 3 };

void append_number(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

std::uint64_t zigzag(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
}
std::int64_t unzigzag(std::uint64_t number) {
  return static_cast<std::int64_t>((number >> 1) ^ (~(number & 1) + 1));
}

/// Takes from the front of the text; false where it is too short or wrong.
bool take_number(std::string_view& from, std::uint64_t& number) {
  number = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(from.front());
    from.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool take_text(std::string_view& from, std::string_view& text) {
  std::uint64_t size = 0;
  if (!take_number(from, size) || size > from.size()) return false;
  text = from.substr(0, size);
  from.remove_prefix(size);
  return true;
}

bool take_attribute(std::string_view& from, std::string_view& name, Value& value) {
  if (!take_text(from, name) || from.empty()) return false;
  const char kind = from.front();
  from.remove_prefix(1);
  std::string_view text;
  std::uint64_t number = 0;
  switch (kind) {
    case kText:
      if (!take_text(from, text)) return false;
      value = std::string(text);
      return true;
    case kNumber:
      if (!take_number(from, number)) return false;
      value = unzigzag(number);
      return true;
    case kFalse:
    case kTrue: value = kind == kTrue; return true;
    default: return false;
  }
}

/// An escaped part and its end from the front of a row key.
std::optional<std::string> take_part(std::string_view& row) {
  std::string part;
  for (std::size_t i = 0; i + 1 < row.size(); ++i) {
    if (row[i] != '\0') {
      part += row[i];
    } else if (row[i + 1] == '\xFF') {
      part += row[i++];
    } else {
      if (row.substr(i, 2) != kEnd) return std::nullopt;
      row.remove_prefix(i + 2);
      return part;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string escaped(std::string_view part) {
  std::string out;
  out.reserve(part.size());
  for (const char c : part) {
    out += c;
    if (c == '\0') out += '\xFF';
  }
  return out;
}

std::string row_prefix(std::string_view partition) { return escaped(partition).append(kEnd); }

std::string row_key(const Key& key) { return row_prefix(key.partition).append(key.sort); }

std::string index_row_key(const Key& place, const Key& key) {
  return row_prefix(place.partition).append(row_prefix(place.sort)).append(row_key(key));
}

std::optional<Key> key_of_row(std::string_view row) {
  auto partition = take_part(row);
  if (!partition || row.empty()) return std::nullopt;
  return Key{std::move(*partition), std::string(row)};
}

std::optional<Key> key_of_index_row(std::string_view row) {
  if (!take_part(row) || !take_part(row)) return std::nullopt;
  return key_of_row(row);
}

std::string encode(const Item& item) {
  std::string out(1, kVersion);
  for (const auto& [name, value] : item.attributes) {
    append_text(out, name);
    if (const auto* text = std::get_if<std::string>(&value)) {
      out += kText;
      append_text(out, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out += kNumber;
      append_number(out, zigzag(*number));
    } else {
      out += std::get<bool>(value) ? kTrue : kFalse;
    }
  }
  return out;
}

Result<Item> decode(Key key, std::string_view bytes) {
  const auto damaged = [&] {
    return fail(ErrorCode::internal, "The server's data is damaged in one place. Tell its administrator.", "undecodable item " + key.partition);
  };
  if (bytes.empty() || bytes.front() != kVersion) return damaged();
  bytes.remove_prefix(1);
  Item item;
  while (!bytes.empty()) {
    std::string_view name;
    Value value;
    if (!take_attribute(bytes, name, value)) return damaged();
    item.attributes.emplace_hint(item.attributes.end(), name, std::move(value));
  }
  item.key = std::move(key);
  return item;
}

std::string encode_ttl(const Item& item) {
  std::string out;
  const auto found = item.attributes.find(kTimeToLive);
  const auto* number = found == item.attributes.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  if (number) append_number(out, zigzag(*number));
  return out;
}

std::optional<std::int64_t> ttl_of_index_row(std::string_view bytes) {
  std::uint64_t number = 0;
  return take_number(bytes, number) ? std::optional(unzigzag(number)) : std::nullopt;
}

std::optional<std::int64_t> ttl_of_item(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kVersion) return std::nullopt;
  bytes.remove_prefix(1);
  std::string_view name;
  Value value;
  while (!bytes.empty() && take_attribute(bytes, name, value)) {
    const auto* number = std::get_if<std::int64_t>(&value);
    if (name == kTimeToLive && number) return *number;
  }
  return std::nullopt;
}

}  // namespace satchel::embedded
