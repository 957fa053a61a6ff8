// SPDX-License-Identifier: Apache-2.0
// GET and PATCH /api/v1/settings: what administrators can switch. Until somebody has moved the switch for self
// sign-up, it is where the installation puts it; with an outside issuer it lets in whoever that lets sign in.
#include "satchel/identity/makers.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/self_signup.hpp"

namespace satchel::identity {
namespace {

Result<Response> show(const TableReader& reader, const Settings& settings, const Call& call) {
  const auto item = TRY(reader.get(call, keys::provider_settings()));
  return Response::json(Json::object({{"self_signup", self_signup_is_on(item, settings.self_signup_at_first)}}));
}

class GetSettings final : public Function {
 public:
  explicit GetSettings(const Wiring& wiring) : reader_(&wiring.reader()), settings_(&wiring.settings()) {}
  Result<Response> handle(const Context& context, const Request&) override { return show(*reader_, *settings_, context.call); }

 private:
  const TableReader* reader_;
  const Settings* settings_;
};

class ChangeSettings final : public Function {
 public:
  explicit ChangeSettings(const Wiring& wiring) : reader_(&wiring.reader()), writer_(wiring.writer()), settings_(&wiring.settings()) {}
  Result<Response> handle(const Context& context, const Request& request) override {
    auto body = TRY(JsonReader::parse(request.body));
    const auto self_signup = TRY(body.optional_flag("self_signup"));
    TRY(body.finish());
    if (self_signup) {
      Update update{.key = keys::provider_settings()};
      update.set.emplace(keys::kSelfSignup, *self_signup);
      TRY(write_again(writer_, context.call, {std::move(update), event_of(context.call, context.random, "settings.changed", actor_of(context.principal), "settings")}));
    }
    return show(*reader_, *settings_, context.call);
  }

 private:
  const TableReader* reader_;
  TableWriter writer_;
  const Settings* settings_;
};

}  // namespace

namespace make {
Made get_settings(const Wiring& wiring) { return std::make_unique<GetSettings>(wiring); }
Made change_settings(const Wiring& wiring) { return std::make_unique<ChangeSettings>(wiring); }
}  // namespace make

}  // namespace satchel::identity
