// SPDX-License-Identifier: Apache-2.0
// T1 for the identity provider: each thing a person does, with every fault at every call of table and hasher, then a restart and the
// person trying again. Afterwards the accounts must be whole and the thing must have happened once. The count of runs is printed.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <set>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/identity/accounts.hpp"
#include "satchel/identity/browser.hpp"
#include "satchel/identity/clients.hpp"
#include "satchel/identity/directory.hpp"
#include "satchel/identity/registry.hpp"
#include "satchel/identity/setup.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/name.hpp"
#include "tests/support/faults.hpp"

namespace satchel::identity {
namespace {

constexpr std::string_view kUrl = "http://localhost:8420", kOld = "a horse of many colours", kNew = "another good password";
constexpr std::string_view kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The provider over decorated adapters, and a person who does not give up.
class World {
 public:
  World() { restart(); }

  /// The process anew: what was only in memory is gone.
  void restart() { registry_.emplace(identity_rows(), ports_); }
  Call now() const { return {clock.now(), clock.now() + std::chrono::seconds{20}}; }
  Context context() { return {.call = now(), .principal = Anonymous{}, .request_id = "r", .client = {}, .random = random, .logger = *logger_, .clock = &clock}; }

  Response once(std::string_view method, std::string_view path, Request request, Principal who = Anonymous{}) {
    const auto match = registry_->match(method, path);
    request.method = method;
    request.parameters = match.parameters;
    Context made{context()};
    made.principal = std::move(who);
    auto result = match.bound->function->handle(made, request);
    return result ? *std::move(result) : problem(result.error(), "r");
  }
  /// Again where the answer is that it may pass.
  Response insist(std::string_view method, std::string_view path, const Request& request, const Principal& who = Anonymous{}) {
    for (int i = 0; i < 10; ++i) {
      Response response = once(method, path, request, who);
      if (response.status != 503) return response;
    }
    return {.status = 599, .headers = {}, .body = {}};
  }
  Response post(std::string_view path, const Json& body, const Principal& who = Anonymous{}) {
    return insist("POST", path, {.headers = {{"satchel-request", "1"}}, .cookies = cookies, .body = body.text()}, who);
  }
  Response form(std::string_view path, const TextMap& members) {
    return insist("POST", path, {.headers = {{"content-type", "application/x-www-form-urlencoded"}}, .body = to_query(members)});
  }
  Response sign_in(std::string_view email, std::string_view password) {
    Response response = post("/auth/api/sign-in", Json::object({{"email", email}, {"password", password}}));
    for (const auto& [name, value] : response.headers) {
      if (name == "set-cookie") cookies.insert_or_assign("satchel_session", value.substr(value.find('=') + 1, value.find(';') - value.find('=') - 1));
    }
    return response;
  }
  std::string code() {
    const Response response = insist("GET", "/auth/authorize",
                                     {.query = {{"response_type", "code"}, {"client_id", std::string(kWebClient)}, {"redirect_uri", std::string(kUrl) + "/callback"},
                                                {"scope", "openid"}, {"code_challenge", to_base64url(sha256(kVerifier))}, {"code_challenge_method", "S256"}},
                                      .cookies = cookies});
    for (const auto& [name, value] : response.headers) {
      const auto begin = value.find("?code=");
      if (name == "location" && begin != value.npos) return value.substr(begin + 6, 43);
    }
    return {};
  }
  std::string tokens() {
    return text(form("/auth/token", {{"grant_type", "authorization_code"}, {"client_id", std::string(kWebClient)}, {"redirect_uri", std::string(kUrl) + "/callback"},
                                     {"code", code()}, {"code_verifier", std::string(kVerifier)}}),
                "refresh_token");
  }
  std::string refresh(std::string_view token) {
    return text(form("/auth/token", {{"grant_type", "refresh_token"}, {"client_id", std::string(kWebClient)}, {"refresh_token", std::string(token)}}), "refresh_token");
  }
  static std::string text(const Response& response, std::string_view name) {
    const auto body = Json::parse(response.body);
    const Json* member = body ? body->find(name) : nullptr;
    return member && member->as<std::string>() ? *member->as<std::string>() : std::string();
  }
  /// Calls until it has an answer that is not `unavailable`.
  template <class Ask>
  auto insist_on(Ask ask) {
    auto result = ask();
    for (int i = 0; i < 10 && !result && result.error().code == ErrorCode::unavailable; ++i) result = ask();
    return result;
  }
  User add(std::string_view email, Role role) {
    return add_account(*table, now(), random, email, "Somebody", role, hasher->hash(now(), kOld).value(), 1000).value();
  }
  User user(std::string_view email) { return find_account(*table, now(), email).value().value().user; }
  std::string setup_token() { return Setup(*table, *vault).token(now(), TableWriter(*table, {Family::key}), random).value().value_or(""); }
  Registry& registry() { return *registry_; }

  ManualClock clock;
  SeededRandom random{1};
  std::unique_ptr<MemoryTable> table = memory_table();
  std::unique_ptr<Vault> vault = memory_vault();
  std::unique_ptr<PasswordHasher> hasher = memory_password_hasher();
  MemoryMailer mailer;
  Faults faults;
  FaultyTable faulty{*table, faults};
  AccountDirectory directory{faulty, *vault, random, 1000};
  TextMap cookies;
  std::map<std::string, std::string> notes;

 private:
  FaultyPasswordHasher faulty_hasher_{*hasher, faults};
  FaultyMailer faulty_mailer_{mailer, faults};
  std::unique_ptr<MemoryObjectStore> objects_ = memory_object_store(clock, random);
  std::unique_ptr<Logger> logger_ = null_logger();
  Settings settings_{.public_url = std::string(kUrl), .default_quota = 1000, .version = "1"};
  Ports ports_{faulty, *objects_, directory, faulty_mailer_, *vault, faulty_hasher_, settings_};
  std::optional<Registry> registry_;
};

struct Scenario {
  std::string name;
  std::function<void(World&)> prepare;
  std::function<void(World&)> act;
  std::function<bool(World&)> holds;
};

bool signs_in(World& w, std::string_view email, std::string_view password) { return w.sign_in(email, password).status == 200; }

Scenario set_up() {
  return {"set_up", [](World& w) { w.notes["token"] = w.setup_token(); },
          [](World& w) { w.post("/auth/api/setup", Json::object({{"token", w.notes["token"]}, {"email", "ann@example.org"}, {"name", "Ann"}, {"password", kOld}})); },
          [](World& w) { return signs_in(w, "ann@example.org", kOld) && w.user("ann@example.org").role == Role::admin && w.setup_token().empty(); }};
}

Scenario print_setup_link() {
  return {"print_setup_link", [](World&) {},
          [](World& w) {
            const auto token = w.insist_on([&] { return Setup(w.faulty, *w.vault).token(w.now(), TableWriter(w.faulty, {Family::key}), w.random); });
            if (token && *token) w.notes["token"] = **token;
          },
          [](World& w) { return !w.notes["token"].empty() && w.setup_token() == w.notes["token"]; }};
}

Scenario invite_and_come() {
  return {"invite_and_come", [](World& w) { w.add("root@example.org", Role::admin); },
          [](World& w) {
            const auto invitation = w.insist_on([&] { return w.directory.invite(w.now(), "bob@example.org", "Bob", Role::admin); });
            if (invitation) w.post("/auth/api/invitation", Json::object({{"token", invitation->token}, {"password", kOld}}));
          },
          [](World& w) { return signs_in(w, "bob@example.org", kOld) && !w.user("bob@example.org").invited; }};
}

Scenario sign_in() {
  return {"sign_in", [](World& w) { w.add("ann@example.org", Role::member); }, [](World& w) { w.sign_in("ann@example.org", kOld); },
          [](World& w) { return !w.code().empty() && signs_in(w, "ann@example.org", kOld); }};
}

Scenario get_tokens() {
  return {"get_tokens",
          [](World& w) {
            w.add("ann@example.org", Role::member);
            w.sign_in("ann@example.org", kOld);
          },
          [](World& w) {
            w.notes["token"] = w.tokens();
            if (w.notes["token"].empty()) w.notes["token"] = w.tokens();  // the code was spent by an answer that was lost
          },
          [](World& w) { return !w.refresh(w.notes["token"]).empty(); }};
}

Scenario rotate() {
  return {"rotate",
          [](World& w) {
            w.add("ann@example.org", Role::member);
            w.sign_in("ann@example.org", kOld);
            w.notes["token"] = w.tokens();
          },
          [](World& w) {
            const std::string next = w.refresh(w.notes["token"]);
            if (!next.empty()) w.notes["token"] = next;
          },
          [](World& w) {
            w.clock.advance(std::chrono::minutes{4});
            return !w.refresh(w.notes["token"]).empty();
          }};
}

Scenario sign_out() {
  return {"sign_out",
          [](World& w) {
            w.add("ann@example.org", Role::member);
            w.sign_in("ann@example.org", kOld);
            w.notes["token"] = w.tokens();
          },
          [](World& w) { w.post("/auth/api/sign-out", Json::object()); },
          [](World& w) { return w.code().empty() && w.refresh(w.notes["token"]).empty(); }};
}

Scenario change_password() {
  return {"change_password", [](World& w) { w.add("ann@example.org", Role::member); },
          [](World& w) {
            w.post("/auth/api/password", Json::object({{"old", kOld}, {"new", kNew}}), SignedIn{.user = w.user("ann@example.org")});
          },
          [](World& w) {
            w.clock.advance(std::chrono::minutes{1});
            return signs_in(w, "ann@example.org", kNew) && !signs_in(w, "ann@example.org", kOld) && w.user("ann@example.org").epoch == 1;
          }};
}

Scenario reset() {
  return {"reset",
          [](World& w) {
            const User ann = w.add("ann@example.org", Role::member);
            w.notes["token"] = w.directory.start_reset(w.now(), ann.id)->token;
          },
          [](World& w) { w.post("/auth/api/reset", Json::object({{"token", w.notes["token"]}, {"password", kNew}})); },
          [](World& w) { return signs_in(w, "ann@example.org", kNew) && w.user("ann@example.org").epoch == 1; }};
}

Scenario mail_a_reset() {
  return {"mail_a_reset",
          [](World& w) {
            w.add("ann@example.org", Role::member);
            w.post("/auth/api/reset-request", Json::object({{"email", "ann@example.org"}}));
          },
          [](World& w) {
            for (const Item& item : w.table->items()) {
              if (!item.key.partition.starts_with("OB#") || event_from(item).type != "reset.requested") continue;
              const Event event = event_from(item);
              (void)w.insist_on([&] { return w.registry().consumers(event.type)[0]->function->on_event(w.context(), event); });
            }
          },
          [](World& w) {
            std::set<std::string> texts;
            for (const Mail& mail : w.mailer.sent()) texts.insert(mail.text);
            if (texts.size() != 1) return false;
            const std::string& text = *texts.begin();
            const auto begin = text.find('#') + 1;
            return w.post("/auth/api/reset", Json::object({{"token", text.substr(begin, text.find('\n', begin) - begin)}, {"password", kNew}})).status == 204;
          }};
}

Scenario hand_over() {
  return {"hand_over",
          [](World& w) {
            w.add("ann@example.org", Role::admin);
            w.add("bob@example.org", Role::member);
          },
          [](World& w) {
            (void)w.insist_on([&] { return w.directory.set_role(w.now(), w.user("bob@example.org").id, Role::admin); });
            (void)w.insist_on([&] { return w.directory.set_disabled(w.now(), w.user("ann@example.org").id, true); });
          },
          [](World& w) { return w.user("bob@example.org").role == Role::admin && w.user("ann@example.org").disabled; }};
}

Scenario end_everything() {
  return {"end_everything",
          [](World& w) {
            w.add("ann@example.org", Role::member);
            w.sign_in("ann@example.org", kOld);
            w.notes["token"] = w.tokens();
          },
          [](World& w) { w.post("/auth/api/sessions/end-all", Json::object(), SignedIn{.user = w.user("ann@example.org")}); },
          [](World& w) { return w.code().empty() && w.refresh(w.notes["token"]).empty(); }};
}

std::vector<Scenario> scenarios() {
  return {set_up(), print_setup_link(), invite_and_come(), sign_in(), get_tokens(), rotate(), sign_out(), change_password(), reset(), mail_a_reset(), hand_over(), end_everything()};
}

/// What must hold of the table whatever happened: empty, or what is wrong.
std::string broken(const World& w) {
  std::map<Key, Item> items;
  for (const Item& item : w.table->items()) items.emplace(item.key, item);
  const auto there = [&](const Key& key) { return items.contains(key); };
  std::int64_t administrators = 0;
  for (const auto& [key, item] : items) {
    if (key.partition.starts_with("U#") && key.sort == "PROFILE") {
      const User user = user_from(item);
      administrators += user.role == Role::admin && !user.disabled && !user.invited;
      const Key address = keys::email(fold_email(user.email).value());
      if (!there(address) || items.at(address).text("user") != user.id.str()) return "an account without its address";
      if (!there(keys::quota(user.space)) || !there(keys::tree_guard(user.space)) || !there(keys::entry(user.root))) return "an account without its space";
      if (user.invited == there(keys::password(user.id))) return "an invited person with a password, or one without";
    }
    if (key.partition.starts_with("EM#") && !there(keys::user(UserId(item.text("user"))))) return "an address without its account";
    if (key.partition.starts_with("RF#") && !there(keys::session_family(item.text("session"), item.text("id")))) return "a family that no sign-out would find";
    if (key.partition.starts_with("SE#") && key.sort != "META" && !there(keys::refresh(item.text("family")))) return "the place of a family that is not there";
  }
  const auto count = items.find(keys::administrators());
  if ((count == items.end() ? 0 : count->second.number("count")) != administrators) return "the count of administrators is wrong";
  return {};
}

void lend_keys(World& w) {
  static const std::vector<Item> made = [&] {
    const auto table = memory_table();
    EXPECT_TRUE(SigningKeys(*table, *w.vault).tend(w.now(), TableWriter(*table, {Family::key}), w.random));
    return table->items();
  }();
  for (const Item& item : made) EXPECT_TRUE(w.table->write(w.now(), {Put{item, {}}}));
}

int& runs() {
  static int count = 0;
  return count;
}
class Sum : public testing::Environment {
 public:
  void TearDown() override { std::fputs(fmt::format("T1 identity: {} runs of {} scenarios\n", runs(), scenarios().size()).c_str(), stdout); }
};
[[maybe_unused]] const auto* const sum = testing::AddGlobalTestEnvironment(new Sum);  // GoogleTest owns it

class IdentityFaults : public testing::TestWithParam<Scenario> {
 protected:
  std::unique_ptr<World> fresh() {
    auto world = std::make_unique<World>();
    lend_keys(*world);
    GetParam().prepare(*world);
    world->faults.reset();
    return world;
  }
  static void act(World& world, const Scenario& scenario) {
    try {
      scenario.act(world);
    } catch (const Crash&) {
      world.restart();
      act(world, scenario);
    }
  }
  void check(World& world, std::string_view what) {
    ++runs();
    world.faults.reset();
    EXPECT_EQ(broken(world), "") << what;
    EXPECT_TRUE(GetParam().holds(world)) << what;
    EXPECT_EQ(broken(world), "") << what;
  }
};
INSTANTIATE_TEST_SUITE_P(Scenarios, IdentityFaults, testing::ValuesIn(scenarios()), [](const auto& scenario) { return scenario.param.name; });

TEST_P(IdentityFaults, EveryFaultAtEveryCall) {
  const auto learn = fresh();
  act(*learn, GetParam());
  const auto trace = learn->faults.trace();
  check(*learn, "without a fault");
  ASSERT_FALSE(trace.empty());
  for (std::size_t call = 1; call <= trace.size(); ++call) {
    for (const FaultMode mode : kFaultModes) {
      const auto world = fresh();
      world->faults.arm(call, mode);
      act(*world, GetParam());
      check(*world, fmt::format("{} at call {} ({})", to_string(mode), call, trace[call - 1]));
    }
  }
}

TEST_P(IdentityFaults, AFaultInTheRecovery) {
  const auto learn = fresh();
  act(*learn, GetParam());
  const std::size_t calls = learn->faults.calls();
  for (std::size_t first = 1; first <= calls; ++first) {
    for (std::size_t second = first + 1; second <= first + calls; second += 2) {
      const auto world = fresh();
      world->faults.arm(first, FaultMode::crash_after);
      world->faults.arm(second, FaultMode::unknown);
      act(*world, GetParam());
      check(*world, fmt::format("crash after call {}, then no answer at call {}", first, second));
    }
  }
}

}  // namespace
}  // namespace satchel::identity
