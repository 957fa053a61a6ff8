// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/payload.hpp"

namespace satchel::lambda {

const Json* at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* found = &value;
  for (const std::string_view name : path) {
    if (found) found = found->find(name);
  }
  return found;
}

std::string text_at(const Json& value, std::initializer_list<std::string_view> path) {
  const Json* found = at(value, path);
  const auto* text = found ? found->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

const Json::Array& array_at(const Json& value, std::string_view name) {
  static const Json::Array kNone;
  const Json* found = value.find(name);
  const auto* array = found ? found->as<Json::Array>() : nullptr;
  return array ? *array : kNone;
}

Result<Json> parse_payload(std::string_view text) {
  auto json = Json::parse(text, OddNumbers::read_as_null);
  if (!json) return fail(ErrorCode::internal, "The event is no JSON.", json.error().message);
  return *std::move(json);
}

}  // namespace satchel::lambda
