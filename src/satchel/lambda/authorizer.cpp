// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/authorizer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "satchel/lambda/group.hpp"
#include "satchel/lambda/payload.hpp"

namespace satchel::lambda {
namespace {

std::string admitted(Json context) { return Json::object({{"isAuthorized", true}, {"context", std::move(context)}}).text(); }

std::string text_of(Time end) { return end == Time::max() ? std::string() : std::to_string(to_millis(end)); }

bool is_refusal(const Error& error) { return error.code == ErrorCode::unauthenticated || error.code == ErrorCode::forbidden; }

Result<std::string> authorization_in(const Json& payload) {
  if (text_at(payload, {"version"}) != "2.0" || text_at(payload, {"type"}) != "REQUEST") {
    return fail(ErrorCode::internal, "The authorizer takes requests in payload format 2.0. Check AuthorizerPayloadFormatVersion.", "version or type");
  }
  const auto& sources = array_at(payload, "identitySource");
  const auto* text = sources.empty() ? nullptr : sources.front().as<std::string>();
  return text ? *text : std::string();
}

}  // namespace

Result<std::string> Authorizer::answer(const Invocation& invocation) {
  const std::string authorization = TRY(authorization_in(TRY(parse_payload(invocation.payload))));
  const auto found = gate_->admit({clock_->now(), latest_of(invocation)}, authorization);
  // Whoever cannot be judged now fails: an answer would be kept for a minute, and be wrong as soon as issuer and table are back.
  if (!found && !is_refusal(found.error())) return std::unexpected(found.error());
  if (!found) return admitted(Json::object({{"refused", found.error().type}}));
  return admitted(Json::object({{"user", found->person.user.id.str()},
                                {"epoch", std::to_string(found->person.user.epoch)},
                                {"session", found->found.session},
                                {"token", found->found.token.str()},
                                {"expires", text_of(found->found.expires)},
                                {"scopes", fmt::format("{}", fmt::join(found->person.scopes, " "))}}));
}

}  // namespace satchel::lambda
