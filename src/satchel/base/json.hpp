// SPDX-License-Identifier: Apache-2.0
// JSON in and out (RFC 8259), strict: UTF-8, no member twice, no unknown member, bounded depth. Values are plain;
// the parser behind them is seen by json.cpp alone.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"

namespace satchel {

/// What becomes of a number that is no int64. Satchel's API has none; DynamoDB's times are ("CreationDateTime": 1.795e9).
enum class OddNumbers { refuse, read_as_null };

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;  // in the order written

  Json() = default;  // null
  Json(bool value) : value_(value) {}                                   // NOLINT(google-explicit-constructor): reads as JSON does
  Json(std::int64_t value) : value_(value) {}                           // NOLINT(google-explicit-constructor)
  Json(int value) : value_(std::int64_t{value}) {}                      // NOLINT(google-explicit-constructor)
  Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {}  // NOLINT(google-explicit-constructor)
  Json(std::string value) : value_(std::move(value)) {}                 // NOLINT(google-explicit-constructor)
  Json(std::string_view value) : value_(std::string(value)) {}          // NOLINT(google-explicit-constructor)
  Json(const char* value) : value_(std::string(value)) {}               // NOLINT(google-explicit-constructor)
  Json(Time value) : value_(format_rfc3339(value)) {}                   // NOLINT(google-explicit-constructor)
  Json(Array value) : value_(std::move(value)) {}                       // NOLINT(google-explicit-constructor)
  Json(Object value) : value_(std::move(value)) {}                      // NOLINT(google-explicit-constructor)

  /// Json::object({{"id", id}, {"size", size}})
  static Json object(std::initializer_list<std::pair<std::string, Json>> members = {}) { return Json(Object(members)); }
  static Json array() { return Json(Array{}); }

  /// Error: invalid, with a sentence that says where.
  static Result<Json> parse(std::string_view text, OddNumbers odd = OddNumbers::refuse);
  std::string text() const;

  Json& set(std::string name, Json value);  // *this is an object
  Json& push(Json value);                   // *this is an array

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  template <class T>
  const T* as() const { return std::get_if<T>(&value_); }
  /// The member of an object; null where there is none or *this is no object.
  const Json* find(std::string_view name) const;

 private:
  std::variant<std::monostate, bool, std::int64_t, std::string, Array, Object> value_;
};

/// Reads a request's object member by member; what nobody asked for is refused at the end by finish().
class JsonReader {
 public:
  /// The body of a request. Error: invalid (no JSON, no object).
  static Result<JsonReader> parse(std::string_view body);
  /// For an object within another; `where` stands in messages ("files[3]").
  static Result<JsonReader> over(Json value, std::string where);

  /// Errors of all: invalid, naming the member: missing, or of another type. The optional ones take absence and null as nothing.
  Result<std::string> text(std::string_view name);
  Result<std::optional<std::string>> optional_text(std::string_view name);
  Result<std::int64_t> number(std::string_view name);
  Result<std::optional<std::int64_t>> optional_number(std::string_view name);
  Result<std::optional<bool>> optional_flag(std::string_view name);
  Result<std::optional<Time>> optional_time(std::string_view name);
  Result<std::optional<JsonReader>> optional_object(std::string_view name);
  Result<std::vector<JsonReader>> objects(std::string_view name);
  Result<std::optional<std::vector<std::string>>> optional_texts(std::string_view name);
  /// Whether the member is there at all, null included: tells "leave it" from "take it away".
  bool has(std::string_view name) const { return value_.find(name) != nullptr; }

  /// Error: invalid, where a member was not asked for.
  Result<void> finish() const;

 private:
  JsonReader(Json value, std::string where) : value_(std::move(value)), where_(std::move(where)) {}
  const Json* take(std::string_view name);
  std::unexpected<Error> wrong(std::string_view name, std::string_view wanted) const;
  template <class T>
  Result<std::optional<T>> optional(std::string_view name, std::string_view wanted);
  template <class T>
  Result<T> required(std::string_view name, std::string_view wanted);

  Json value_;
  std::string where_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace satchel
