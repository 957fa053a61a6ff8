// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/cognito.hpp"

#include <algorithm>

#include "satchel/lambda/group.hpp"
#include "satchel/lambda/payload.hpp"
#include "satchel/model/self_signup.hpp"
#include "satchel/net/http.hpp"

namespace satchel::lambda {
namespace {

// Where anybody may have an account. Cognito names such a user "<provider>_<subject>", in the providers' own spelling.
constexpr std::string_view kSocial[] = {"facebook", "google", "loginwithamazon", "signinwithapple"};

bool is_social(std::string_view user_name) { return std::ranges::find(kSocial, net::to_lower(user_name.substr(0, user_name.find('_')))) != std::end(kSocial); }

/// Whether the switch decides.
Result<bool> comes_unasked(const Json& event) {
  const std::string source = text_at(event, {"triggerSource"});
  if (source == "PreSignUp_AdminCreateUser") return false;
  if (source == "PreSignUp_ExternalProvider") return is_social(text_at(event, {"userName"}));
  if (source == "PreSignUp_SignUp") return true;
  return fail(ErrorCode::internal, "Only the pre sign-up trigger of a user pool is answered here. Check the pool's triggers.", source);
}

}  // namespace

bool is_vouched_for(std::string_view user_name) { return user_name.contains('_') && !is_social(user_name); }

Result<std::string> SignUps::answer(const Invocation& invocation) {
  Json event = TRY(parse_payload(invocation.payload));
  if (!TRY(comes_unasked(event))) return event.text();
  const auto settings = TRY(table_->get({clock_->now(), latest_of(invocation)}, keys::provider_settings()));
  if (self_signup_is_on(settings, at_first_)) return event.text();
  return fail(ErrorCode::forbidden, "People are invited here. Ask an administrator for an invitation.", {}, "signup_closed");
}

}  // namespace satchel::lambda
