// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/http_api.hpp"

#include <utility>

#include "satchel/base/encoding.hpp"
#include "satchel/runtime/decode.hpp"

namespace satchel::lambda {
namespace {

std::unexpected<Error> no_request(std::string_view what) {
  return fail(ErrorCode::internal, "The event is no request of an HTTP API in payload format 2.0.", std::string(what));
}

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

bool flag_at(const Json& value, std::string_view name) {
  const Json* found = value.find(name);
  const bool* flag = found ? found->as<bool>() : nullptr;
  return flag && *flag;
}

/// In lower case already; what came twice has been joined by commas.
TextMap headers_of(const Json& payload) {
  TextMap headers;
  const Json* found = payload.find("headers");
  const auto* members = found ? found->as<Json::Object>() : nullptr;
  if (!members) return headers;
  for (const auto& [name, value] : *members) {
    if (const auto* text = value.as<std::string>()) headers.emplace(name, *text);
  }
  return headers;
}

TextMap cookies_of(const Json& payload) {
  std::string joined;
  const Json* found = payload.find("cookies");
  if (const auto* cookies = found ? found->as<Json::Array>() : nullptr) {
    for (const Json& cookie : *cookies) {
      if (const auto* text = cookie.as<std::string>()) joined += (joined.empty() ? "" : "; ") + *text;
    }
  }
  return decode_cookies(joined);
}

Result<std::string> body_of(const Json& payload) {
  std::string body = text_at(payload, {"body"});
  if (!flag_at(payload, "isBase64Encoded")) return body;
  auto bytes = from_base64(body);
  if (!bytes) return no_request("the body is no base64");
  return *std::move(bytes);
}

}  // namespace

Result<HttpCall> http_call_from(const Json& payload) {
  if (text_at(payload, {"version"}) != "2.0") return no_request("version");
  HttpCall call{.request = {.method = text_at(payload, {"requestContext", "http", "method"}), .path = text_at(payload, {"rawPath"})},
                .request_id = text_at(payload, {"requestContext", "requestId"}),
                .client = text_at(payload, {"requestContext", "http", "sourceIp"})};
  Request& request = call.request;
  if (request.method.empty() || request.path.empty() || call.request_id.empty()) return no_request("method, path or request id");
  request.query = TRY(decode_target(request.path + '?' + text_at(payload, {"rawQueryString"}))).query;
  request.headers = headers_of(payload);
  request.cookies = cookies_of(payload);
  request.body = TRY(body_of(payload));
  return call;
}

Json http_answer(Response response) {
  Json headers = Json::object(), cookies = Json::array();
  TextMap joined;
  for (auto& [name, value] : response.headers) {
    if (name == "set-cookie") {
      cookies.push(std::move(value));
    } else if (const auto [place, added] = joined.emplace(name, value); !added) {
      place->second += ", " + value;
    }
  }
  for (auto& [name, value] : joined) headers.set(name, std::move(value));
  const bool text = is_utf8(response.body);
  return Json::object({{"statusCode", response.status},
                       {"headers", std::move(headers)},
                       {"cookies", std::move(cookies)},
                       {"body", text ? std::move(response.body) : to_base64(response.body)},
                       {"isBase64Encoded", !text}});
}

}  // namespace satchel::lambda
