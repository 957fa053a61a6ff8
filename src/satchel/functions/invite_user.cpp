// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/people.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

constexpr std::size_t kLongestName = 100;

class InviteUser final : public Function {
 public:
  explicit InviteUser(const Wiring& wiring)
      : table_(wiring.reader()), directory_(wiring.directory()), mailer_(wiring.mailer()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    auto body = TRY(JsonReader::parse(request.body));
    const std::string email = TRY(body.text("email"));
    const std::string name = TRY(body.optional_text("name")).value_or("");
    const Role role = TRY(role_from(TRY(body.optional_text("role")).value_or("member")));
    TRY(body.finish());
    TRY(fold_email(email));
    if (name.size() > kLongestName) return fail(ErrorCode::invalid, "The name is longer than 100 bytes. Shorten it.");
    const Invitation invitation = TRY(directory_.invite(context.call, email, name, role));
    const auto user = TRY(directory_.find_by_email(context.call, email));
    if (!user) return fail(ErrorCode::unavailable, "The invitation was made, but its person cannot be read yet. Try again.");
    const Json way = hand_out(context, mailer_, settings_, *user, invitation,
                              {"invite", "You are invited to share files", "You have been invited. Choose your password here:"});
    const Json person = TRY(person_json(context.call, table_, *user));
    return Response::json(Json::object({{"user", person}, {"invitation", way}}), 201);
  }

 private:
  const TableReader& table_;
  Directory& directory_;
  Mailer& mailer_;
  const Settings& settings_;
};

}  // namespace

make::Made make::invite_user(const Wiring& wiring) { return std::make_unique<InviteUser>(wiring); }

}  // namespace satchel
