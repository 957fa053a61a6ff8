// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/http_api.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "satchel/base/encoding.hpp"
#include "satchel/lambda/payload.hpp"
#include "satchel/runtime/decode.hpp"

namespace satchel::lambda {
namespace {

std::unexpected<Error> no_request(std::string_view what) {
  return fail(ErrorCode::internal, "The event is no request of an HTTP API in payload format 2.0.", std::string(what));
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

/// "%25", "%2F": what stays encoded in a path that is decoded otherwise.
std::size_t length_of_kept(std::string_view path) { return path.starts_with("%25") || path.starts_with("%2F") || path.starts_with("%2f") ? 3 : 0; }

/// An HTTP API decodes the path before it hands it on, whatever `rawPath` says: what was sent is lost, and each character stands for itself. So
/// it is encoded again as a client would have, and nothing in it can be taken for a query or be decoded twice. A percent sign is one, but for
/// "%25": emulators of API Gateway leave that as it is, as our own host does, and a name that has it is rarer than a name with "%" alone. And
/// "%2F" is a slash within a segment, which our own host alone tells apart; a name with a slash is refused anyway.
std::string encoded_again(std::string_view path) {
  std::string encoded;
  while (!path.empty()) {
    const std::size_t kept = length_of_kept(path), length = std::max<std::size_t>(kept, 1);
    encoded += kept > 0 ? std::string(path.substr(0, kept)) : percent_encode(path.substr(0, 1), /*keep_slash=*/true);
    path.remove_prefix(length);
  }
  return encoded;
}

Result<std::string> body_of(const Json& payload) {
  std::string body = text_at(payload, {"body"});
  if (!flag_at(payload, "isBase64Encoded")) return body;
  auto bytes = from_base64(body);
  if (!bytes) return no_request("the body is no base64");
  return *std::move(bytes);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Each proxy adds at the end whom it heard, API Gateway last; what stands before was written by whoever asked.
std::string client_of(const Json& payload, std::string_view forwarded, int proxies) {
  const std::string heard = text_at(payload, {"requestContext", "http", "sourceIp"});
  if (proxies == 0) return heard;
  for (int n = 0; n < proxies; ++n) {
    const std::size_t comma = forwarded.rfind(',');
    if (comma == std::string_view::npos) return heard;
    forwarded = forwarded.substr(0, comma);
  }
  return std::string(trimmed(forwarded.substr(forwarded.rfind(',') + 1)));  // npos + 1: all of it
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// The authorizer's context; API Gateway gives its values as strings.
std::optional<Found> found_in(const Json& payload) {
  const Json* context = at(payload, {"requestContext", "authorizer", "lambda"});
  if (!context) return std::nullopt;
  if (std::string refused = text_at(*context, {"refused"}); !refused.empty()) return Found{.user = {}, .epoch = 0, .session = {}, .token = {}, .refused = std::move(refused)};
  Found found{.user = UserId(text_at(*context, {"user"})), .epoch = 0, .session = text_at(*context, {"session"}), .token = TokenId(text_at(*context, {"token"}))};
  const auto epoch = whole_number(text_at(*context, {"epoch"}));
  if (found.user.empty() || !epoch) return std::nullopt;
  found.epoch = *epoch;
  if (const std::string end = text_at(*context, {"expires"}); !end.empty()) {
    const auto expires = whole_number(end);
    if (!expires) return std::nullopt;
    found.expires = from_millis(*expires);
  }
  return found;
}

}  // namespace

Result<HttpCall> http_call_from(const Json& payload, int proxies) {
  if (text_at(payload, {"version"}) != "2.0") return no_request("version");
  HttpCall call{.request = {.method = text_at(payload, {"requestContext", "http", "method"}), .path = encoded_again(text_at(payload, {"rawPath"}))},
                .request_id = text_at(payload, {"requestContext", "requestId"}),
                .client = {},
                .found = found_in(payload)};
  Request& request = call.request;
  if (request.method.empty() || request.path.empty() || call.request_id.empty()) return no_request("method, path or request id");
  TRY(decode_target(request.path));
  request.query = TRY(decode_query(text_at(payload, {"rawQueryString"})));
  request.headers = headers_of(payload);
  call.client = client_of(payload, request.header("x-forwarded-for"), proxies);
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
