// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/links.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/request_reading.hpp"

namespace satchel {
namespace {

constexpr std::size_t kKeysAtOnce = 100;
constexpr std::size_t kIdLength = 43;  // base64url of 32 bytes
constexpr std::size_t kLongestPassword = 1024;
constexpr std::int64_t kHighestLimit = 1'000'000'000;
constexpr std::string_view kPointerPrefix = "L#";

bool is_link_id(std::string_view text) {
  return text.size() == kIdLength && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

/// Those that are there, keyed for 100 at a time.
Result<std::vector<std::optional<Item>>> get_all(const Call& call, const TableReader& table, const std::vector<Key>& keys) {
  std::vector<std::optional<Item>> items;
  for (std::size_t begin = 0; begin < keys.size(); begin += kKeysAtOnce) {
    const auto end = std::min(keys.size(), begin + kKeysAtOnce);
    auto some = TRY(table.batch_get(call, {keys.begin() + static_cast<std::ptrdiff_t>(begin), keys.begin() + static_cast<std::ptrdiff_t>(end)}));
    std::ranges::move(some, std::back_inserter(items));
  }
  return items;
}

/// META with the mark set or taken away; each write of a pointer goes through here, so that two cannot overlook each other.
Operation mark(const Item& meta, bool shared) {
  Update update{.key = meta.key, .condition = unchanged(meta)};
  update.add.emplace("edit", 1);
  if (shared) {
    update.set.emplace("shared", true);
  } else {
    update.remove.emplace_back("shared");
  }
  return update;
}

/// The same in the folder's listing, where the entry stands in one.
void mark_listing(const Item& meta, bool shared, Transaction& transaction) {
  if (meta.text("state") != kLive || meta.text("parent").empty() || meta.flag("shared") == shared) return;
  Update update{.key = directory_key(meta), .condition = Condition::equals("id", meta.text("id"))};
  if (shared) {
    update.set.emplace("shared", true);
  } else {
    update.remove.emplace_back("shared");
  }
  transaction.emplace_back(std::move(update));
}

Json to_json(const Vault& vault, const Settings& settings, const Link& link, const std::optional<Item>& meta) {
  const auto token = vault.open(kLinkPurpose, link.sealed_token, link.id.str());
  auto json = Json::object({{"id", link.id.str()},
                            {"url", fmt::format("{}/s/{}", settings.public_url, token.value_or(""))},
                            {"entry", link.entry.str()},
                            {"kind", link.kind},
                            {"name", meta ? meta->text("name") : link.name},
                            {"created", link.created}});
  if (link.expires) json.set("expires", *link.expires);
  json.set("has_password", !link.password.empty());
  if (link.max_downloads) json.set("max_downloads", *link.max_downloads);
  json.set("downloads", link.downloads);
  json.set("opened", link.opened);
  if (link.revoked) json.set("revoked", *link.revoked);
  return json;
}

}  // namespace

std::unexpected<Error> no_such_link() { return fail(ErrorCode::not_found, "There is no such link. Check that its address is complete."); }

Result<Link> load_link(const Call& call, const TableReader& table, const LinkId& id) {
  if (!is_link_id(id.str())) return no_such_link();
  const auto item = TRY(table.get(call, keys::link(id)));
  if (!item) return no_such_link();
  return link_from(*item);
}

Result<Link> link_of_mine(const Context& context, const TableReader& table, const Request& request) {
  const SignedIn* who = TRY(person(context));
  Link link = TRY(load_link(context.call, table, LinkId(std::string(request.parameter("id")))));
  if (link.owner != who->user.id) return no_such_link();
  return link;
}

Result<std::vector<LinkId>> links_of(const Call& call, const TableReader& table, const EntryId& entry, std::size_t most) {
  Query query{.partition = keys::entry(entry).partition, .prefix = std::string(kPointerPrefix)};
  std::vector<LinkId> ids;
  do {
    const Page page = TRY(table.query(call, query));
    for (const Item& pointer : page.items) {
      ids.emplace_back(pointer.key.sort.substr(kPointerPrefix.size()));
      if (ids.size() == most) return ids;
    }
    query.cursor = page.cursor;
  } while (!query.cursor.empty());
  return ids;
}

Result<std::vector<Link>> load_links(const Call& call, const TableReader& table, const std::vector<LinkId>& ids) {
  std::vector<Key> keys;
  for (const LinkId& id : ids) keys.push_back(keys::link(id));
  std::vector<Link> links;
  for (const auto& item : TRY(get_all(call, table, keys))) {
    if (item) links.push_back(link_from(*item));
  }
  return links;
}

Transaction list_operations(const Item& meta, const LinkId& link) {
  Item pointer{keys::entry_link(EntryId(meta.text("id")), link), {}};
  pointer.set("link", link.str());
  Transaction transaction{mark(meta, /*shared=*/true), Put{std::move(pointer), Condition::none()}};
  mark_listing(meta, /*shared=*/true, transaction);
  return transaction;
}

Result<Transaction> unlist_operations(const Call& call, const TableReader& table, const Link& link) {
  const auto meta = TRY(table.get(call, keys::entry(link.entry)));  // before its pointers: a link made meanwhile changes it
  Transaction transaction{Delete{keys::entry_link(link.entry, link.id), Condition::none()}};
  if (!meta) return transaction;
  const auto ids = TRY(links_of(call, table, link.entry, 2));
  const bool others = std::ranges::any_of(ids, [&](const LinkId& id) { return id != link.id; });
  transaction.push_back(mark(*meta, others));
  mark_listing(*meta, others, transaction);
  return transaction;
}

Result<Transaction> revoke_operations(const Context& context, const TableReader& table, const Link& link) {
  Link after = link;
  after.revoked = context.call.now;
  after.version = link.version + 1;
  after.listed = false;
  Update update{.key = keys::link(link.id), .condition = Condition::equals("version", link.version)};
  const Item item = to_item(after);
  for (const std::string_view name : {std::string_view("revoked"), std::string_view("version"), std::string_view("listed"), kGsi2Partition, kGsi2Sort}) {
    update.set.emplace(std::string(name), item.attributes.find(name)->second);
  }
  Transaction transaction{std::move(update)};
  if (link.listed) std::ranges::move(TRY(unlist_operations(context.call, table, link)), std::back_inserter(transaction));
  transaction.push_back(event_operation(context, "link.revoked", link.id.str(), {{"entry", link.entry.str()}, {"space", link.space.str()}}));
  return transaction;
}

Result<Json> links_json(const Call& call, const TableReader& table, const Vault& vault, const Settings& settings, const std::vector<Link>& links) {
  std::vector<Key> keys;
  for (const Link& link : links) {
    const Key key = keys::entry(link.entry);
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  const auto metas = TRY(get_all(call, table, keys));
  Json array = Json::array();
  for (const Link& link : links) {
    const auto place = std::ranges::find(keys, keys::entry(link.entry)) - keys.begin();
    array.push(to_json(vault, settings, link, metas[static_cast<std::size_t>(place)]));
  }
  return array;
}

Result<Json> link_json(const Call& call, const TableReader& table, const Vault& vault, const Settings& settings, const Link& link) {
  return to_json(vault, settings, link, TRY(table.get(call, keys::entry(link.entry))));
}

Result<Time> check_expiry(Time expires, Time now) {
  if (expires > now) return expires;
  return fail(ErrorCode::invalid, "This moment has passed. Choose one in the future.", {}, "expires_in_the_past");
}

Result<std::string> check_link_password(std::string password) {
  if (password.empty()) return fail(ErrorCode::invalid, "The password is empty. Leave it out for a link without one.");
  if (password.size() > kLongestPassword) return fail(ErrorCode::invalid, "The password is longer than 1,024 bytes. Choose a shorter one.");
  return password;
}

Result<std::int64_t> check_download_limit(std::int64_t limit) {
  if (limit >= 1 && limit <= kHighestLimit) return limit;
  return fail(ErrorCode::invalid, "'max_downloads' must be a whole number from 1 to 1000000000. Leave it out for no limit.");
}

}  // namespace satchel
