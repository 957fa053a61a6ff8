// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/links.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

/// What the request says; nothing: leave it, an empty inner value: take it away.
struct Wanted {
  std::optional<std::optional<Time>> expires;
  std::optional<std::string> password;  // hashed; empty: none
  std::optional<std::optional<std::int64_t>> max_downloads;
};

class ChangeLink final : public Function {
 public:
  explicit ChangeLink(const Wiring& wiring)
      : table_(wiring.reader()), writer_(wiring.writer()), vault_(wiring.vault()), hasher_(wiring.hasher()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(link_of_mine(context, table_, request));  // before the hash, which is dear
    const Wanted wanted = TRY(read(context, request));
    const Link link = TRY(attempt(context, [&] { return change(context, request, wanted); }));
    return Response::json(TRY(link_json(context.call, table_, vault_, settings_, link)));
  }

 private:
  Result<Wanted> read(const Context& context, const Request& request) {
    auto body = TRY(JsonReader::parse(request.body));
    Wanted wanted;
    if (body.has("expires")) {
      auto expires = TRY(body.optional_time("expires"));
      if (expires) expires = TRY(check_expiry(*expires, context.call.now));
      wanted.expires = expires;
    }
    const bool has_password = body.has("password");
    auto password = TRY(body.optional_text("password"));
    if (password) password = TRY(check_link_password(*std::move(password)));
    if (body.has("max_downloads")) {
      auto limit = TRY(body.optional_number("max_downloads"));
      if (limit) limit = TRY(check_download_limit(*limit));
      wanted.max_downloads = limit;
    }
    TRY(body.finish());
    if (has_password) wanted.password = password ? TRY(hasher_.hash(context.call, *password)) : std::string();
    return wanted;
  }

  Result<Link> change(const Context& context, const Request& request, const Wanted& wanted) {
    const Link before = TRY(link_of_mine(context, table_, request));
    if (before.revoked) return fail(ErrorCode::gone, "This link has been withdrawn. Make a new one.", {}, "link_revoked");
    Link after = before;
    after.version = before.version + 1;
    if (wanted.expires) after.expires = *wanted.expires;
    if (wanted.password) after.password = *wanted.password;
    if (wanted.max_downloads) after.max_downloads = *wanted.max_downloads;
    after.left = after.max_downloads.value_or(0) - after.downloads;
    Transaction transaction;
    if (!before.listed && state_of(after, context.call.now) != LinkState::expired) {
      transaction = list_operations(TRY(allow(context, table_, Action::share, before.entry)).entry.meta, before.id);
      after.listed = true;
    }
    // The counters as they were read: a download that has begun meanwhile must not be forgotten.
    transaction.emplace_back(Put{to_item(after), Condition::equals("version", before.version)
                                                     .and_equals("downloads", before.downloads)
                                                     .and_equals("opened", before.opened)});
    transaction.push_back(event_operation(context, "link.changed", before.id.str(), {{"entry", before.entry.str()}, {"space", before.space.str()}}));
    if (!TRY(writer_.write(context.call, transaction)).committed()) return moved_on();
    return after;
  }

  const TableReader& table_;
  TableWriter writer_;
  const Vault& vault_;
  PasswordHasher& hasher_;
  const Settings& settings_;
};

}  // namespace

make::Made make::change_link(const Wiring& wiring) { return std::make_unique<ChangeLink>(wiring); }

}  // namespace satchel
