// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/people.hpp"

namespace satchel {
namespace {

class ResetUser final : public Function {
 public:
  explicit ResetUser(const Wiring& wiring) : directory_(wiring.directory()), mailer_(wiring.mailer()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const User user = TRY(find_person(context.call, directory_, UserId(std::string(request.parameter("id")))));
    const Invitation invitation = TRY(directory_.start_reset(context.call, user.id));
    return Response::json(hand_out(context, mailer_, settings_, user, invitation,
                                   {"reset", "Choose a new password", "An administrator lets you choose a new password. Do it here:"}));
  }

 private:
  Directory& directory_;
  Mailer& mailer_;
  const Settings& settings_;
};

}  // namespace

make::Made make::reset_user(const Wiring& wiring) { return std::make_unique<ResetUser>(wiring); }

}  // namespace satchel
