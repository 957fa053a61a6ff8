// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/links.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"

namespace satchel {
namespace {

class CreateLink final : public Function {
 public:
  explicit CreateLink(const Wiring& wiring)
      : table_(wiring.reader()), writer_(wiring.writer()), vault_(wiring.vault()), hasher_(wiring.hasher()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const SignedIn* who = TRY(person(context));
    auto body = TRY(JsonReader::parse(request.body));
    const std::string entry = TRY(body.text("entry"));
    const std::string token = random_id(context.random);
    Link link{.id = LinkId(vault_.keyed_hash(kLinkPurpose, token)), .owner = who->user.id, .entry = EntryId(entry), .created = context.call.now};
    link.sealed_token = vault_.seal(kLinkPurpose, token, link.id.str());
    const auto password = TRY(read_terms(context, body, link));
    const Located wanted = TRY(allow(context, table_, Action::share, link.entry)).entry;  // before the hash, which is dear
    if (wanted.parent().empty()) return fail(ErrorCode::invalid, "The top folder holds everything you have and cannot be shared. Share a folder in it.", {}, "top_folder");
    if (password) link.password = TRY(hasher_.hash(context.call, *password));
    TRY(attempt(context, [&] { return put(context, link); }));
    return Response::json(TRY(link_json(context.call, table_, vault_, settings_, link)), 201);
  }

 private:
  static Result<std::optional<std::string>> read_terms(const Context& context, JsonReader& body, Link& link) {
    if (const auto expires = TRY(body.optional_time("expires"))) link.expires = TRY(check_expiry(*expires, context.call.now));
    auto password = TRY(body.optional_text("password"));
    if (password) password = TRY(check_link_password(*std::move(password)));
    if (const auto limit = TRY(body.optional_number("max_downloads"))) {
      link.max_downloads = TRY(check_download_limit(*limit));
      link.left = *limit;
    }
    TRY(body.finish());
    return password;
  }

  Result<void> put(const Context& context, Link& link) {
    const Located entry = TRY(allow(context, table_, Action::share, link.entry)).entry;
    if (TRY(table_.get(context.call, keys::link(link.id)))) return {};  // by an attempt whose answer was lost
    if (TRY(links_of(context.call, table_, link.entry, kMostLinksOfEntry)).size() == kMostLinksOfEntry) {
      return fail(ErrorCode::conflict, "This has 100 links already. Withdraw one of them first.", {}, "too_many_links");
    }
    link.space = entry.resource.space;
    link.kind = entry.meta.text("kind");
    link.name = entry.meta.text("name");
    Transaction transaction = list_operations(entry.meta, link.id);
    transaction.emplace_back(Put{to_item(link), Condition::absent()});
    transaction.push_back(event_operation(context, "link.created", link.id.str(),
                                          {{"entry", link.entry.str()}, {"space", link.space.str()}, {"kind", link.kind}}));
    if (!TRY(writer_.write(context.call, transaction)).committed()) return moved_on();
    return {};
  }

  const TableReader& table_;
  TableWriter writer_;
  const Vault& vault_;
  PasswordHasher& hasher_;
  const Settings& settings_;
};

}  // namespace

make::Made make::create_link(const Wiring& wiring) { return std::make_unique<CreateLink>(wiring); }

}  // namespace satchel
