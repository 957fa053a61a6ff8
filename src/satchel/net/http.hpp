// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 messages as plain values (RFC 9110, RFC 9112), shared by server and client. No socket, no library type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace satchel::net {

struct Field {
  std::string name;  // lower case in everything that was received
  std::string value;
};

/// Header fields in the order received; look-ups compare lower case names.
class Fields {
 public:
  Fields() = default;
  Fields(std::initializer_list<Field> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.push_back({std::move(name), std::move(value)}); }
  /// The first of that name.
  std::optional<std::string_view> find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

/// A request head that has passed the strict check: origin-form target of visible ASCII, exactly one Host, one framing.
struct RequestHead {
  std::string method;
  std::string target;  // as sent, undecoded: "/path?query"
  Fields fields;
  std::optional<std::uint64_t> content_length;  // with chunked false and no value: there is no body
  bool chunked = false;
  bool expects_continue = false;
  bool secure = false;  // came over our own TLS
  std::string peer;     // address of the other end of the socket, without port
};

/// The server adds Date, Connection and the framing. A byte outside field-content in a name or value ends in a 500, never on the wire.
struct ResponseHead {
  int status = 200;
  Fields fields;
};

std::string_view reason_phrase(int status);

/// Whether the text may stand in a field value (RFC 9110 section 5.5: no CR, LF, NUL or other control characters).
bool is_field_value(std::string_view text);

/// Whether the text is a token, as names of fields and methods are (RFC 9110 section 5.6.2).
bool is_token(std::string_view text);

/// ASCII letters only; every other byte stays.
std::string to_lower(std::string_view text);

}  // namespace satchel::net
