// SPDX-License-Identifier: Apache-2.0
// GET and POST /auth/api/setup: whether the first administrator is still to be made, and making them with the printed token. One
// conditional transaction: of two who try at once, one is the first.
#include "satchel/identity/accounts.hpp"
#include "satchel/identity/makers.hpp"
#include "satchel/identity/password_rules.hpp"
#include "satchel/identity/sessions.hpp"
#include "satchel/identity/setup.hpp"
#include "satchel/identity/signed_in_answer.hpp"
#include "satchel/identity/writing.hpp"

namespace satchel::identity {
namespace {

class GetSetup final : public Function {
 public:
  explicit GetSetup(const Wiring& wiring) : setup_(wiring.reader(), wiring.vault()) {}
  Result<Response> handle(const Context& context, const Request&) override {
    const bool open = TRY(setup_.is_open(context.call));
    return Response::json(Json::object({{"open", open}}));
  }

 private:
  Setup setup_;
};

class SetUp final : public Function {
 public:
  explicit SetUp(const Wiring& wiring)
      : setup_(wiring.reader(), wiring.vault()), writer_(wiring.writer()), vault_(&wiring.vault()), hasher_(&wiring.hasher()), settings_(&wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(check_own_page(request, settings_->public_url));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string token = TRY(body.text("token")), email = TRY(body.text("email")), name = TRY(body.text("name"));
    const std::string written = TRY(body.text("password"));
    TRY(body.finish());
    TRY(setup_.check(context.call, token));
    const User user = new_user(context.call, context.random, email, TRY(check_person_name(name)), Role::admin);
    Transaction operations = TRY(creation(user, settings_->default_quota));
    const std::string password = TRY(check_new_password(written, email));
    const std::string hash = TRY(hasher_->hash(context.call, password));

    NewSession session = begin_session(*vault_, context.call, context.random, user, request.header("user-agent"));
    for (Operation& operation : Setup::close()) operations.push_back(std::move(operation));
    operations.push_back(put_password(context.call, user.id, hash));
    operations.push_back(std::move(session.put));
    operations.push_back(event_of(context.call, context.random, "user.created", user.id.str(), user.id.str()));
    const WriteOutcome outcome = TRY(write_again(writer_, context.call, operations));
    if (outcome.failed == 0) return address_taken();
    if (!outcome.committed()) return setup_closed();
    context.logger.info("setup.done", {{"user", user.id.str()}});
    return signed_in_answer(settings_->public_url, user, session.secret);
  }

 private:
  Setup setup_;
  TableWriter writer_;
  const Vault* vault_;
  PasswordHasher* hasher_;
  const Settings* settings_;
};

}  // namespace

namespace make {
Made get_setup(const Wiring& wiring) { return std::make_unique<GetSetup>(wiring); }
Made set_up(const Wiring& wiring) { return std::make_unique<SetUp>(wiring); }
}  // namespace make

}  // namespace satchel::identity
