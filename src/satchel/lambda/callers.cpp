// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/callers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "satchel/base/encoding.hpp"
#include "satchel/lambda/queue.hpp"

namespace satchel::lambda {
namespace {

constexpr std::string_view kSentence = "Something went wrong here. Try again; if it stays, tell an administrator the request id.";

std::unexpected<Error> no_answer(std::string_view what) { return fail(ErrorCode::internal, std::string(kSentence), fmt::format("a function's answer that is none: {}", what), "function_failed"); }

std::string query_text(const TextMap& query) {
  std::string text;
  for (const auto& [name, value] : query) text += fmt::format("{}{}={}", text.empty() ? "" : "&", percent_encode(name), percent_encode(value));
  return text;
}

/// As an HTTP API hands it on: decoded. Two signs stay as they were sent, so that http_call_from() reads the same path again.
std::string decoded_path(std::string_view path) {
  std::string decoded;
  while (!path.empty()) {
    const auto sign = path.starts_with('%') ? percent_decode(path.substr(0, 3)) : std::nullopt;
    if (!sign) decoded += path.front();
    else if (*sign == "%" || *sign == "/") decoded += percent_encode(*sign);
    else decoded += *sign;
    path.remove_prefix(sign ? 3 : 1);
  }
  return decoded;
}

Json headers_json(const TextMap& headers) {
  Json json = Json::object();
  for (const auto& [name, value] : headers) {
    if (name != "cookie") json.set(name, value);
  }
  return json;
}

/// API Gateway gives an authorizer's values as strings.
Json authorizer_json(const Found& found) {
  return Json::object({{"user", found.user.str()}, {"epoch", fmt::to_string(found.epoch)}, {"session", found.session}, {"token", found.token.str()}});
}

Json context_json(const HttpCall& call, const Passage& passage) {
  const Request& request = call.request;
  Json context = Json::object({{"accountId", "000000000000"},
                               {"apiId", "local"},
                               {"domainName", passage.domain},
                               {"http", Json::object({{"method", request.method},
                                                      {"path", decoded_path(request.path)},
                                                      {"protocol", "HTTP/1.1"},
                                                      {"sourceIp", call.client},
                                                      {"userAgent", request.header("user-agent")}})},
                               {"requestId", call.request_id},
                               {"routeKey", passage.route},
                               {"stage", "$default"},
                               {"timeEpoch", to_millis(passage.at)}});
  if (call.found) context.set("authorizer", Json::object({{"lambda", authorizer_json(*call.found)}}));
  return context;
}

/// The texts of an object; error where one is none.
Result<std::vector<std::pair<std::string, std::string>>> texts_in(const Json& answer, std::string_view name) {
  std::vector<std::pair<std::string, std::string>> texts;
  const Json* found = answer.find(name);
  if (!found || found->is_null()) return texts;
  const auto* members = found->as<Json::Object>();
  if (!members) return no_answer(name);
  for (const auto& [key, value] : *members) {
    const auto* text = value.as<std::string>();
    if (!text) return no_answer(key);
    texts.emplace_back(key, *text);
  }
  return texts;
}

Result<std::string> body_in(const Json& answer) {
  const Json* found = answer.find("body");
  const auto* body = found ? found->as<std::string>() : nullptr;
  if (!body) return found && !found->is_null() ? Result<std::string>(no_answer("body")) : Result<std::string>(std::string());
  const Json* encoded = answer.find("isBase64Encoded");
  if (!encoded || !encoded->as<bool>() || !*encoded->as<bool>()) return *body;
  auto bytes = from_base64(*body);
  if (!bytes) return no_answer("the body is no base64");
  return *std::move(bytes);
}

/// S3's word of a new object, as EventBridge brings it.
std::string object_created(const Event& event) {
  const auto size = event.data.find("size");
  std::int64_t bytes = 0;
  if (size != event.data.end()) std::from_chars(size->second.data(), size->second.data() + size->second.size(), bytes);
  return Json::object({{"version", "0"},
                       {"id", event.id},
                       {"detail-type", "Object Created"},
                       {"source", "aws.s3"},
                       {"account", "000000000000"},
                       {"time", event.time},
                       {"region", "us-east-1"},
                       {"detail", Json::object({{"version", "0"}, {"bucket", Json::object({{"name", "satchel"}})}, {"object", Json::object({{"key", event.subject}, {"size", bytes}})}})}})
      .text();
}

}  // namespace

Json http_event(const HttpCall& call, const Passage& passage) {
  const Request& request = call.request;
  Json cookies = Json::array();
  for (const auto& [name, value] : request.cookies) cookies.push(fmt::format("{}={}", name, value));
  const bool text = is_utf8(request.body);
  return Json::object({{"version", "2.0"},
                       {"routeKey", passage.route},
                       {"rawPath", decoded_path(request.path)},
                       {"rawQueryString", query_text(request.query)},
                       {"cookies", std::move(cookies)},
                       {"headers", headers_json(request.headers)},
                       {"requestContext", context_json(call, passage)},
                       {"body", text ? request.body : to_base64(request.body)},
                       {"isBase64Encoded", !text}});
}

Result<Response> http_response_from(std::string_view answer) {
  const auto document = Json::parse(answer);
  if (!document) return no_answer("no JSON");
  const Json* found = document->find("statusCode");
  const auto* status = found ? found->as<std::int64_t>() : nullptr;
  if (!status || *status < 200 || *status > 599) return no_answer("no status");
  Response response{.status = static_cast<int>(*status), .headers = {}, .body = {}};
  response.headers = TRY(texts_in(*document, "headers"));
  response.body = TRY(body_in(*document));
  const Json* cookies = document->find("cookies");
  if (!cookies) return response;
  const auto* list = cookies->as<Json::Array>();
  if (!list) return no_answer("cookies");
  for (const Json& cookie : *list) {
    const auto* text = cookie.as<std::string>();
    if (!text) return no_answer("a cookie");
    response.headers.emplace_back("set-cookie", *text);
  }
  return response;
}

Json queue_event(std::string_view consumer, const Event& event, std::string_view group) {
  const std::string body = event.type == kObjectCreated ? object_created(event) : message_for(consumer, event);
  const std::string time = fmt::to_string(to_millis(event.time));
  return Json::object({{"Records", Json::Array{Json::object(
                                       {{"messageId", event.id},
                                        {"receiptHandle", event.id},
                                        {"body", body},
                                        {"attributes", Json::object({{"ApproximateReceiveCount", "1"}, {"SentTimestamp", time}, {"SenderId", "satchel"}, {"ApproximateFirstReceiveTimestamp", time}})},
                                        {"messageAttributes", Json::object()},
                                        {"eventSource", "aws:sqs"},
                                        {"eventSourceARN", fmt::format("arn:aws:sqs:us-east-1:000000000000:satchel-{}", group)},
                                        {"awsRegion", "us-east-1"}})}}});
}

Result<void> queue_outcome(std::string_view answer, const Event& event) {
  const auto document = Json::parse(answer);
  if (!document) return no_answer("no JSON");
  const Json* failures = document->find("batchItemFailures");
  if (!failures) return {};
  const auto* list = failures->as<Json::Array>();
  if (!list) return no_answer("batchItemFailures");
  if (list->empty()) return {};
  return fail(ErrorCode::unavailable, "The event could not be handled now.", fmt::format("the function reports event {} as failed; why, its own lines in the log say", event.id), "function_failed");
}

Json schedule_event(std::string_view function) { return Json::object({{"schedule", function}}); }

}  // namespace satchel::lambda
