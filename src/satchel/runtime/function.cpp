// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/function.hpp"

namespace satchel {
namespace {

std::unexpected<Error> not_for_this() { return fail(ErrorCode::internal, "Something went wrong here.", "a function was started by a trigger that its row does not have"); }

std::string_view title(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "The request is not right";
    case ErrorCode::unauthenticated: return "Sign in first";
    case ErrorCode::forbidden: return "Not allowed";
    case ErrorCode::not_found: return "Not found";
    case ErrorCode::gone: return "No longer there";
    case ErrorCode::conflict: return "Changed or taken meanwhile";
    case ErrorCode::too_large: return "Too large";
    case ErrorCode::too_many: return "Too many requests";
    case ErrorCode::deadline_exceeded: return "That took too long";
    case ErrorCode::unavailable: return "Not available right now";
    case ErrorCode::unsupported: return "Not offered";
    case ErrorCode::internal: return "Something went wrong here";
  }
  return {};
}

}  // namespace

Response Response::json(const Json& value, int status) {
  return {.status = status, .headers = {{"content-type", "application/json"}}, .body = value.text()};
}

Response Response::redirect(std::string location, int status) {
  return {.status = status, .headers = {{"location", std::move(location)}}, .body = {}};
}

Response problem(const Error& error, std::string_view request_id, const Json::Object& extra) {
  const int status = http_status(error.code);
  auto document = Json::object({{"type", error.type.empty() ? std::string(to_string(error.code)) : error.type},
                                {"title", title(error.code)},
                                {"status", status},
                                {"detail", error.message},
                                {"request_id", request_id}});
  for (const auto& [name, value] : extra) document.set(name, value);
  Response response{.status = status, .headers = {{"content-type", "application/problem+json"}}, .body = document.text()};
  if (is_retryable(error.code) && error.code != ErrorCode::conflict) response.headers.emplace_back("retry-after", "1");
  return response;
}

Result<Response> Function::handle(const Context&, const Request&) { return not_for_this(); }
Result<void> Function::on_event(const Context&, const Event&) { return not_for_this(); }
Result<void> Function::on_schedule(const Context&) { return not_for_this(); }

}  // namespace satchel
