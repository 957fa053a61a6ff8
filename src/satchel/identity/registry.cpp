// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/registry.hpp"

#include "satchel/identity/makers.hpp"

namespace satchel {
namespace {

constexpr std::string_view kGroup = "identity";

using enum Port;
using F = Family;

/// A hash of a password holds a processor for a good while, and waits for one.
constexpr Duration kHashing{20'000};

std::vector<Row> protocol_rows() {
  return {
      {.name = "openid_configuration", .trigger = Route{"GET", "/auth/.well-known/openid-configuration"}, .access = Access::open, .group = kGroup,
       .make = identity::make::openid_configuration},
      {.name = "jwks", .trigger = Route{"GET", "/auth/jwks.json"}, .access = Access::open, .group = kGroup, .ports = {table_reader, vault},
       .make = identity::make::jwks},
      {.name = "authorize", .trigger = Route{"GET", "/auth/authorize"}, .access = Access::open, .group = kGroup, .ports = {table_reader, vault},
       .writes = {F::session, F::code}, .make = identity::make::authorize},
      {.name = "token", .trigger = Route{"POST", "/auth/token"}, .access = Access::open, .group = kGroup, .ports = {table_reader, vault},
       .writes = {F::session, F::refresh, F::code}, .make = identity::make::token},
      {.name = "revoke_token", .trigger = Route{"POST", "/auth/revoke"}, .access = Access::open, .group = kGroup, .ports = {table_reader, vault},
       .writes = {F::session, F::refresh}, .make = identity::make::revoke_token},
      {.name = "userinfo", .trigger = Route{"GET", "/auth/userinfo"}, .access = Access::user, .group = kGroup, .make = identity::make::userinfo},
      {.name = "logout", .trigger = Route{"GET", "/auth/logout"}, .access = Access::open, .group = kGroup, .ports = {table_reader, vault},
       .writes = {F::session, F::refresh}, .make = identity::make::logout},
      {.name = "logout_post", .trigger = Route{"POST", "/auth/logout"}, .access = Access::open, .group = kGroup, .ports = {table_reader, vault},
       .writes = {F::session, F::refresh}, .make = identity::make::logout},
  };
}

std::vector<Row> page_rows() {
  return {
      {.name = "sign_in", .trigger = Route{"POST", "/auth/api/sign-in"}, .access = Access::open, .group = kGroup,
       .ports = {table_reader, vault, password_hasher}, .writes = {F::session, F::refresh, F::rate, F::user, F::outbox}, .timeout = kHashing,
       .make = identity::make::sign_in},
      {.name = "sign_out", .trigger = Route{"POST", "/auth/api/sign-out"}, .access = Access::open, .group = kGroup, .ports = {table_reader, vault},
       .writes = {F::session, F::refresh}, .make = identity::make::sign_out},
      {.name = "get_setup", .trigger = Route{"GET", "/auth/api/setup"}, .access = Access::open, .group = kGroup, .ports = {table_reader, vault},
       .make = identity::make::get_setup},
      {.name = "set_up", .trigger = Route{"POST", "/auth/api/setup"}, .access = Access::open, .group = kGroup,
       .ports = {table_reader, vault, password_hasher},
       .writes = {F::user, F::email, F::space, F::node, F::key, F::session, F::outbox}, .timeout = kHashing, .make = identity::make::set_up},
      {.name = "check_invitation", .trigger = Route{"POST", "/auth/api/invitation/check"}, .access = Access::open, .group = kGroup,
       .ports = {table_reader, vault}, .make = identity::make::check_invitation},
      {.name = "accept_invitation", .trigger = Route{"POST", "/auth/api/invitation"}, .access = Access::open, .group = kGroup,
       .ports = {table_reader, vault, password_hasher},
       .writes = {F::user, F::email, F::space, F::node, F::key, F::session, F::invitation, F::rate, F::outbox}, .timeout = kHashing,
       .make = identity::make::accept_invitation},
      {.name = "reset_password", .trigger = Route{"POST", "/auth/api/reset"}, .access = Access::open, .group = kGroup,
       .ports = {table_reader, vault, password_hasher}, .writes = {F::user, F::key, F::invitation, F::rate, F::outbox}, .timeout = kHashing,
       .make = identity::make::reset_password},
      {.name = "request_reset", .trigger = Route{"POST", "/auth/api/reset-request"}, .access = Access::open, .group = kGroup,
       .ports = {table_reader, mailer}, .writes = {F::rate, F::outbox}, .make = identity::make::request_reset},
      {.name = "sign_up", .trigger = Route{"POST", "/auth/api/sign-up"}, .access = Access::open, .group = kGroup,
       .ports = {table_reader, mailer}, .writes = {F::rate, F::outbox}, .make = identity::make::sign_up},
  };
}

std::vector<Row> personal_rows() {
  return {
      {.name = "change_password", .trigger = Route{"POST", "/auth/api/password"}, .group = kGroup, .ports = {table_reader, vault, password_hasher},
       .writes = {F::user, F::session, F::rate, F::outbox}, .timeout = kHashing, .make = identity::make::change_password},
      {.name = "list_sessions", .trigger = Route{"GET", "/auth/api/sessions"}, .group = kGroup, .ports = {table_reader, vault},
       .make = identity::make::list_sessions},
      {.name = "end_session", .trigger = Route{"DELETE", "/auth/api/sessions/{id}"}, .group = kGroup, .ports = {table_reader},
       .writes = {F::session, F::refresh}, .make = identity::make::end_session},
      {.name = "end_all_sessions", .trigger = Route{"POST", "/auth/api/sessions/end-all"}, .group = kGroup, .ports = {table_reader},
       .writes = {F::user, F::outbox}, .make = identity::make::end_all_sessions},
      {.name = "get_settings", .trigger = Route{"GET", "/api/v1/settings"}, .access = Access::admin, .group = kGroup, .ports = {table_reader},
       .make = identity::make::get_settings},
      {.name = "change_settings", .trigger = Route{"PATCH", "/api/v1/settings"}, .access = Access::admin, .group = kGroup, .ports = {table_reader},
       .writes = {F::key, F::outbox}, .make = identity::make::change_settings},
  };
}

std::vector<Row> background_rows() {
  return {
      {.name = "mail_reset", .trigger = OnEvent{"reset.requested"}, .group = kGroup, .ports = {table_reader, vault, mailer},
       .writes = {F::invitation, F::consumed}, .timeout = Duration{30'000}, .make = identity::make::mail_reset},
      {.name = "mail_sign_up", .trigger = OnEvent{"sign_up.requested"}, .group = kGroup, .ports = {table_reader, vault, mailer},
       .writes = {F::invitation, F::consumed}, .timeout = Duration{30'000}, .make = identity::make::mail_sign_up},
      {.name = "tend_signing_keys", .trigger = Every{std::chrono::hours{1}}, .group = kGroup, .ports = {table_reader, vault}, .writes = {F::key},
       .make = identity::make::tend_signing_keys},
      {.name = "sweep", .trigger = Every{std::chrono::hours{1}}, .group = kGroup, .ports = {table_reader},
       .writes = {F::session, F::refresh, F::code, F::invitation, F::rate, F::cursor}, .timeout = Duration{60'000}, .make = identity::make::sweep},
  };
}

}  // namespace

std::vector<Row> identity_rows() {
  std::vector<Row> rows;
  for (auto part : {protocol_rows(), page_rows(), personal_rows(), background_rows()}) {
    for (Row& row : part) rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Row> rows_beside_outside_issuer() {
  std::vector<Row> rows = identity_rows();
  std::erase_if(rows, [](const Row& row) {
    const auto* route = std::get_if<Route>(&row.trigger);
    const bool mails = std::holds_alternative<OnEvent>(row.trigger);  // of invitations and resets
    return mails || (route && route->path.starts_with("/auth/")) || row.name == "tend_signing_keys";
  });
  return rows;
}

}  // namespace satchel
