// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/sessions.hpp"

#include <array>
#include <utility>

#include "satchel/identity/accounts.hpp"
#include "satchel/identity/lifetimes.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

constexpr int kMostListed = 100;
constexpr std::size_t kDeletesAtOnce = 50;

}  // namespace

bool Session::usable(Time now) const { return now < seen + kSessionIdle && now < begun + kSessionLife; }

Item to_item(const Session& session) {
  Item item{keys::session(session.id), {}};
  item.set("id", session.id);
  item.set("user", session.user.str());
  item.set("epoch", session.epoch);
  item.set("begun", to_millis(session.begun));
  item.set("seen", to_millis(session.seen));
  item.set("client", session.client);
  keys::index_mine(item, session.user, keys::kMySessions, session.begun);
  // Kept as long as a refresh family under it may live, so that it can be seen and ended.
  keys::index_due(item, session.begun + kSessionLife + kRefreshLife);
  return item;
}

Session session_from(const Item& item) {
  return {.id = item.text("id"), .user = UserId(item.text("user")), .epoch = item.number("epoch"), .begun = from_millis(item.number("begun")),
          .seen = from_millis(item.number("seen")), .client = item.text("client")};
}

std::string session_id(const Vault& vault, std::string_view secret) { return vault.keyed_hash("session", secret); }

Result<std::optional<SignedInSession>> find_session(const TableReader& reader, const Vault& vault, const Call& call, std::string_view secret) {
  if (secret.empty() || secret.size() > 128) return std::nullopt;
  const auto item = TRY(reader.get(call, keys::session(session_id(vault, secret))));
  if (!item) return std::nullopt;
  Session session = session_from(*item);
  if (!session.usable(call.now)) return std::nullopt;
  auto user = TRY(find_user(reader, call, session.user));
  if (!user || user->disabled || user->epoch != session.epoch) return std::nullopt;
  return SignedInSession{std::move(session), *std::move(user)};
}

NewSession begin_session(const Vault& vault, const Call& call, Random& random, const User& user, std::string_view user_agent) {
  std::string secret = random_secret(random);
  const Session session{.id = session_id(vault, secret), .user = user.id, .epoch = user.epoch, .begun = call.now, .seen = call.now,
                        .client = describe_agent(user_agent)};
  return {std::move(secret), Put{to_item(session), Condition::absent()}};
}

std::optional<Operation> touch_session(const Session& session, Time now) {
  if (now < session.seen + kSessionTouch) return std::nullopt;
  Update update{.key = keys::session(session.id), .condition = Condition::exists()};
  update.set.emplace("seen", to_millis(now));
  return update;
}

Result<void> end_session(const TableReader& reader, TableWriter& writer, const Call& call, std::string_view id) {
  const Key key = keys::session(id);
  Query query{.partition = key.partition, .prefix = std::string(keys::kFamilyPrefix)};
  Transaction operations{Delete{key, {}}};  // first: nothing more can be handed out in it
  do {
    const Page page = TRY(reader.query(call, query));
    for (const Item& item : page.items) {
      operations.emplace_back(Delete{keys::refresh(item.text("family")), {}});
      operations.emplace_back(Delete{item.key, {}});
      if (operations.size() < kDeletesAtOnce) continue;
      TRY(write_again(writer, call, std::exchange(operations, {})));
    }
    query.cursor = page.cursor;
  } while (!query.cursor.empty());
  if (!operations.empty()) TRY(write_again(writer, call, operations));
  return {};
}

Result<std::vector<Session>> list_sessions(const TableReader& reader, const Call& call, const User& user) {
  Query query{.index = Index::gsi1, .partition = keys::mine_partition(user.id, keys::kMySessions), .forward = false, .limit = kMostListed};
  std::vector<Session> sessions;
  do {
    const Page page = TRY(reader.query(call, query));
    for (const Item& item : page.items) {
      Session session = session_from(item);
      const bool live = session.epoch == user.epoch && call.now < session.seen + kRefreshIdle;
      if (live) sessions.push_back(std::move(session));
    }
    query.cursor = page.cursor;
  } while (!query.cursor.empty() && sessions.size() < kMostListed);
  return sessions;
}

std::string describe_agent(std::string_view user_agent) {
  using Known = std::pair<std::string_view, std::string_view>;
  // What names others, too, stands behind them: every Edge says Chrome, every Chrome says Safari.
  constexpr std::array<Known, 6> kBrowsers{Known{"satchel/", "Satchel"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"},
                                           {"Chrome/", "Chrome"}, {"Safari/", "Safari"}};
  constexpr std::array<Known, 6> kSystems{Known{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"},
                                          {"Mac OS", "macOS"}, {"Linux", "Linux"}};
  const auto find = [&](const auto& known) {
    for (const auto& [mark, name] : known) {
      if (user_agent.contains(mark)) return name;
    }
    return std::string_view{};
  };
  const auto browser = find(kBrowsers), system = find(kSystems);
  std::string text(browser.empty() ? std::string_view("Browser") : browser);
  return system.empty() ? text : text.append(" on ").append(system);
}

}  // namespace satchel::identity
