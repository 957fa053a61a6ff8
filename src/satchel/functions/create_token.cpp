// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"
#include "satchel/functions/tokens.hpp"

namespace satchel {
namespace {

constexpr Duration kLongestLife = std::chrono::days{366};
constexpr Duration kUsualLife = std::chrono::days{90};
constexpr std::size_t kLongestName = 100;

Result<std::string> check_token_name(std::string name) {
  const bool plain = std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (!name.empty() && name.size() <= kLongestName && plain) return name;
  return fail(ErrorCode::invalid, "Name the token with 1 to 100 bytes of text, so that you know it again.");
}

/// What the person wants, or everything but the account.
Result<Scopes> check_scopes(const std::optional<std::vector<std::string>>& wanted) {
  if (!wanted) return Scopes{"files:read", "files:write", "links:write"};
  if (wanted->empty()) return fail(ErrorCode::invalid, "Give the token at least one scope.");
  for (const std::string& scope : *wanted) {
    if (std::ranges::find(kApiTokenScopes, scope) == std::end(kApiTokenScopes)) {
      return fail(ErrorCode::invalid, fmt::format("There is no scope '{}'. Choose among files:read, files:write, links:write and account.", scope));
    }
  }
  return Scopes(wanted->begin(), wanted->end());
}

Result<Time> check_token_expiry(std::optional<Time> wanted, Time now) {
  const Time expires = wanted.value_or(now + kUsualLife);
  if (expires > now && expires <= now + kLongestLife) return expires;
  return fail(ErrorCode::invalid, "A token expires in the future, at most 366 days ahead.", {}, "bad_expiry");
}

class CreateToken final : public Function {
 public:
  explicit CreateToken(const Wiring& wiring) : table_(wiring.reader()), writer_(wiring.writer()), vault_(wiring.vault()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const SignedIn* who = TRY(person(context));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string name = TRY(check_token_name(TRY(body.text("name"))));
    ApiToken token{.user = who->user.id, .epoch = who->user.epoch, .name = name, .created = context.call.now};
    token.scopes = TRY(check_scopes(TRY(body.optional_texts("scopes"))));
    token.expires = TRY(check_token_expiry(TRY(body.optional_time("expires")), context.call.now));
    TRY(body.finish());
    const std::string secret = new_api_token(context.random);
    token.id = TokenId(vault_.keyed_hash(kApiTokenPurpose, secret));
    TRY(attempt(context, [&] { return put(context, token); }));
    Json answer = token_json(token);
    answer.set("token", secret);
    return Response::json(answer, 201);
  }

 private:
  Result<void> put(const Context& context, const ApiToken& token) {
    const auto written = TRY(writer_.write(context.call, {Put{to_item(token), Condition::absent()},
                                                          event_operation(context, "token.created", token.id.str(), {{"user", token.user.str()}})}));
    // The id is ours alone: where it is taken, an attempt whose answer was lost has taken it.
    if (!written.committed() && !TRY(table_.get(context.call, keys::token(token.id)))) return moved_on();
    return {};
  }

  const TableReader& table_;
  TableWriter writer_;
  const Vault& vault_;
};

}  // namespace

make::Made make::create_token(const Wiring& wiring) { return std::make_unique<CreateToken>(wiring); }

}  // namespace satchel
