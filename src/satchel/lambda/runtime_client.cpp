// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/runtime_client.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "satchel/base/json.hpp"

namespace satchel::lambda {
namespace {

constexpr Duration kForEver = std::chrono::days{3650};  // a frozen sandbox does not count the days
constexpr Duration kPatience = std::chrono::seconds{10};
constexpr std::size_t kLargestEvent = 6 * 1024 * 1024 + 64 * 1024;  // the limit of a payload, and what wraps it

std::string text_of(const net::Fields& fields, std::string_view name) { return std::string(fields.find(name).value_or("")); }

std::unexpected<Error> broken(std::string detail) {
  return satchel::fail(ErrorCode::internal, "The Lambda runtime gave an answer that is none.", std::move(detail));
}

std::string report_of(const Failure& failure) {
  return Json::object({{"errorMessage", failure.message}, {"errorType", failure.type}, {"stackTrace", Json::array()}}).text();
}

net::Fields report_fields(const Failure& failure) {
  return {{"content-type", "application/json"}, {"lambda-runtime-function-error-type", failure.type}};
}

}  // namespace

RuntimeClient::RuntimeClient(std::string_view api, Clock& clock)
    : origin_(fmt::format("http://{}", api)),
      clock_(&clock),
      http_(net::Client::create({.user_agent = "satchel", .ca_file = {}, .body_limit = kLargestEvent, .stall_deadline = kForEver}, clock)) {}

Result<Invocation> RuntimeClient::next() {
  const net::ClientRequest request{.method = "GET", .url = TRY(net::Url::parse(origin_ + "/2018-06-01/runtime/invocation/next")), .fields = {}, .body = {}, .body_reader = {}, .body_length = 0};
  auto response = TRY(http_->send(request, clock_->now() + kForEver));
  if (response.status != 200) return satchel::fail(ErrorCode::unavailable, "The Lambda runtime gives no work.", fmt::format("next: status {}", response.status));
  Invocation invocation{.id = text_of(response.fields, "lambda-runtime-aws-request-id"),
                        .token = text_of(response.fields, "lambda-runtime-invocation-id"),
                        .function_arn = text_of(response.fields, "lambda-runtime-invoked-function-arn"),
                        .trace = text_of(response.fields, "lambda-runtime-trace-id"),
                        .payload = std::move(response.body)};
  if (invocation.id.empty()) return broken("next: no request id");
  const std::string deadline = text_of(response.fields, "lambda-runtime-deadline-ms");
  std::int64_t millis = 0;
  const auto [end, error] = std::from_chars(deadline.data(), deadline.data() + deadline.size(), millis);
  if (error != std::errc{} || end != deadline.data() + deadline.size()) return broken("next: no deadline");
  invocation.deadline = from_millis(millis);
  return invocation;
}

Result<void> RuntimeClient::respond(const Invocation& invocation, std::string payload) {
  net::Fields fields{{"content-type", "application/json"}};
  if (!invocation.token.empty()) fields.add("lambda-runtime-invocation-id", invocation.token);
  return post(fmt::format("invocation/{}/response", invocation.id), std::move(fields), std::move(payload));
}

Result<void> RuntimeClient::fail(const Invocation& invocation, const Failure& failure) {
  net::Fields fields = report_fields(failure);
  if (!invocation.token.empty()) fields.add("lambda-runtime-invocation-id", invocation.token);
  return post(fmt::format("invocation/{}/error", invocation.id), std::move(fields), report_of(failure));
}

Result<void> RuntimeClient::fail_start(const Failure& failure) { return post("init/error", report_fields(failure), report_of(failure)); }

Result<void> RuntimeClient::post(std::string path, net::Fields fields, std::string body) {
  const net::ClientRequest request{.method = "POST", .url = TRY(net::Url::parse(fmt::format("{}/2018-06-01/runtime/{}", origin_, path))), .fields = std::move(fields),
                                   .body = std::move(body), .body_reader = {}, .body_length = 0};
  const auto response = TRY(http_->send(request, clock_->now() + kPatience));
  if (response.status == 202) return {};
  std::string detail = fmt::format("{}: status {} {}", path, response.status, response.body.substr(0, 1024));
  if (response.status == 413) return satchel::fail(ErrorCode::too_large, "The answer is larger than Lambda takes. Ask for less at once.", std::move(detail));
  if (response.status >= 500) return satchel::fail(ErrorCode::unavailable, "The Lambda runtime cannot go on.", std::move(detail));
  return satchel::fail(ErrorCode::invalid, "The Lambda runtime did not take the answer.", std::move(detail));
}

}  // namespace satchel::lambda
