// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/people.hpp"

namespace satchel {
namespace {

constexpr std::int64_t kHighestQuota = 9'007'199'254'740'991;  // what JSON's readers keep exactly

/// Role, quota and disabling follow each other; each is idempotent, so a call that was cut is simply made again.
class ChangeUser final : public Function {
 public:
  explicit ChangeUser(const Wiring& wiring) : table_(wiring.reader()), writer_(wiring.writer()), directory_(wiring.directory()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    auto body = TRY(JsonReader::parse(request.body));
    const auto role_text = TRY(body.optional_text("role"));
    const auto role = role_text ? std::optional(TRY(role_from(*role_text))) : std::nullopt;
    const auto disabled = TRY(body.optional_flag("disabled"));
    const auto limit = TRY(body.optional_number("limit"));
    TRY(body.finish());
    if (limit && (*limit < 0 || *limit > kHighestQuota)) return fail(ErrorCode::invalid, "'limit' must be a number of bytes, 0 or more.");
    User user = TRY(find_person(context.call, directory_, UserId(std::string(request.parameter("id")))));
    if (role) user = TRY(attempt(context, [&] { return directory_.set_role(context.call, user.id, *role); }));
    if (disabled) user = TRY(attempt(context, [&] { return directory_.set_disabled(context.call, user.id, *disabled); }));
    if (limit) TRY(attempt(context, [&] { return set_limit(context, user, *limit); }));
    return Response::json(TRY(person_json(context.call, table_, user)));
  }

 private:
  /// Below what is used is fine: then nothing more fits.
  Result<void> set_limit(const Context& context, const User& user, std::int64_t limit) {
    const auto quota = TRY(table_.get(context.call, keys::quota(user.space)));
    if (!quota) return fail(ErrorCode::internal, "Something went wrong here.", "a space without a quota");
    const std::int64_t before = quota->number("limit");
    if (before == limit) return {};
    Update update{.key = keys::quota(user.space), .condition = Condition::equals("limit", before)};
    update.set.emplace("limit", limit);
    update.add.emplace("avail", limit - before);
    const auto written = TRY(writer_.write(context.call, {std::move(update), event_operation(context, "quota.changed", user.space.str(),
                                                                                            {{"limit", std::to_string(limit)}})}));
    if (!written.committed()) return moved_on();
    return {};
  }

  const TableReader& table_;
  TableWriter writer_;
  Directory& directory_;
};

}  // namespace

make::Made make::change_user(const Wiring& wiring) { return std::make_unique<ChangeUser>(wiring); }

}  // namespace satchel
