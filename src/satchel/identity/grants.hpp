// SPDX-License-Identifier: Apache-2.0
// What a client holds between sign-in and token: an authorization code (60 s, one use, bound to client, redirect and PKCE challenge)
// and a refresh family (a token that is replaced at each use; one that was replaced before ends the family). Any thread may call.
//
// A refresh token is FAMILY.COUNT.MAC: the MAC is keyed by the vault, so the table holds no secret, and a client whose answer was lost
// gets the very same next token again when it repeats the request within ten seconds. After that a token shown twice means that two
// hold it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/random.hpp"
#include "satchel/model/user.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"

namespace satchel::identity {

/// What a person has agreed to by signing in.
struct Authorization {
  UserId user;
  std::int64_t epoch = 0;
  std::string session;      // id
  Time authenticated{};     // when the person proved who they are
  std::string client;
  std::string scope;
};

struct Code {
  Authorization authorization;
  std::string redirect, challenge, nonce;
  Time expires{};
  std::string family;  // that was made of it; empty: not used yet
};

struct NewCode {
  std::string code;
  Operation put;
};
NewCode make_code(const Vault& vault, const Call& call, Random& random, Authorization authorization, std::string redirect, std::string challenge,
                  std::string nonce);
/// Also of one that was used or is over.
Result<std::optional<Code>> find_code(const TableReader& reader, const Vault& vault, const Call& call, std::string_view code);
/// Holds once.
Operation use_code(const Vault& vault, std::string_view code, std::string_view family);
/// RFC 7636 section 4.6, S256.
bool answers_challenge(std::string_view verifier, std::string_view challenge);
bool is_challenge(std::string_view text);

struct RefreshFamily {
  std::string id;
  Authorization authorization;
  std::int64_t count = 0;  // of the token that is good now
  Time rotated{};          // when it became that
  Time begun{};

  bool over(Time now) const;
};

/// The family and its place under its session, both absent before.
Transaction begin_family(const RefreshFamily& family);
std::string refresh_token(const Vault& vault, const RefreshFamily& family);

struct ShownToken {
  std::string family;
  std::int64_t count = 0;
};
/// Empty where the vault never made it.
std::optional<ShownToken> read_refresh_token(const Vault& vault, std::string_view token);
Result<std::optional<RefreshFamily>> find_family(const TableReader& reader, const Call& call, std::string_view id);
/// The next token is the good one from now on; holds for one writer only.
Operation rotate(const RefreshFamily& family, Time now);
Transaction end_family(const RefreshFamily& family);

}  // namespace satchel::identity
