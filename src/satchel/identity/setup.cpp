// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/setup.hpp"

#include <fmt/format.h>

#include "satchel/base/crypto.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {

std::string Setup::token_of(const Item& item) const { return vault_->keyed_hash("set-up token", item.text("nonce")); }

Result<bool> Setup::is_open(const Call& call) const { return !TRY(reader_->get(call, keys::administrators())); }

Result<std::optional<std::string>> Setup::token(const Call& call, TableWriter writer, Random& random) const {
  Item item{keys::setup(), {}};
  item.set("nonce", random_secret(random));
  for (int attempt = 0; attempt < 4; ++attempt) {
    if (!TRY(is_open(call))) return std::nullopt;
    if (const auto known = TRY(reader_->get(call, keys::setup()))) return std::optional(token_of(*known));
    // Whichever process was first has made it; the next look finds it.
    TRY(write_again(writer, call, {Put{item, Condition::absent()}, Check{keys::administrators(), Condition::absent()}}));
  }
  return moving();
}

Result<void> Setup::check(const Call& call, std::string_view token) const {
  const auto items = TRY(reader_->batch_get(call, {keys::administrators(), keys::setup()}));
  if (items[0] || !items[1] || !equal_constant_time(token_of(*items[1]), token)) return setup_closed();
  return {};
}

Transaction Setup::close() {
  Update first{.key = keys::administrators(), .condition = Condition::absent()};
  first.set.emplace("count", std::int64_t{1});
  return {std::move(first), Delete{keys::setup(), Condition::exists()}};
}

std::unexpected<Error> setup_closed() {
  return fail(ErrorCode::gone, "This set-up link is not right, or Satchel is set up already. Sign in, or take the link that the server printed last.", {},
              "setup_closed");
}

std::string setup_url(std::string_view public_url, std::string_view token) { return fmt::format("{}/setup#{}", public_url, token); }

}  // namespace satchel::identity
