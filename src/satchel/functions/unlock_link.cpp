// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/guesses.hpp"
#include "satchel/functions/link_door.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/runtime/gate_misses.hpp"

namespace satchel {
namespace {

constexpr Duration kTicketLife = std::chrono::hours{1};

std::vector<GuessLimit> limits_for(const Context& context, const Link& link) {
  std::vector<GuessLimit> limits{{.subject = "link:" + link.id.str()}};
  if (!context.client.empty()) limits.push_back({.subject = "client:" + network_of(context.client), .free = 30, .most = 30});
  return limits;
}

class UnlockLink final : public Function {
 public:
  explicit UnlockLink(const Wiring& wiring)
      : table_(wiring.reader()), writer_(wiring.writer()), hasher_(wiring.hasher()), door_(wiring.reader(), wiring.vault()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    auto body = TRY(JsonReader::parse(request.body));
    const std::string password = TRY(body.text("password"));
    TRY(body.finish());
    const Visitor visitor = TRY(door_.find(context, request, LinkDoor::Spent::refuse));
    if (!visitor.link.password.empty()) {
      const auto limits = limits_for(context, visitor.link);
      const Duration wait = TRY(admit_guess(context, table_, writer_, limits));
      if (wait > Duration{0}) return wait_and_try(context, wait);
      TRY(judge(visitor, password, limits));
    }
    const Time expires = context.call.now + kTicketLife;
    return Response::json(Json::object({{"ticket", door_.ticket(visitor.link, expires)}, {"expires", expires}}));
  }

 private:
  Result<void> judge(const Visitor& visitor, const std::string& password, const std::vector<GuessLimit>& limits) {
    const Context& context = visitor.context;
    const Result<bool> fits = hasher_.verify(context.call, visitor.link.password, password);
    if (fits && !*fits) return fail(ErrorCode::unauthenticated, "This is not the password. Check it and try again.", {}, "wrong_password");
    Transaction after = forgive_guess(context, limits);
    if (fits) {
      after.emplace_back(Update{.key = keys::link(visitor.link.id), .set = {}, .add = {{"opened", 1}}, .remove = {}, .condition = Condition::exists()});
      after.push_back(event_operation(context, "link.unlocked", visitor.link.id.str(), {{"entry", visitor.link.entry.str()}}));
    }
    // Whoever gave the right password comes in, whether or not that could be noted.
    const auto noted = writer_.write(context.call, after);
    if (!noted) context.logger.warn("link.unlock_unnoted", {{"code", to_string(noted.error().code)}});
    if (!fits) return std::unexpected(fits.error());
    return {};
  }

  const TableReader& table_;
  TableWriter writer_;
  PasswordHasher& hasher_;
  LinkDoor door_;
};

}  // namespace

make::Made make::unlock_link(const Wiring& wiring) { return std::make_unique<UnlockLink>(wiring); }

}  // namespace satchel
