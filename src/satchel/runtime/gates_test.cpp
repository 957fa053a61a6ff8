// SPDX-License-Identifier: Apache-2.0
// Every kind of caller at every kind of row, and what never gets past the gates.
#include "satchel/runtime/gates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/runtime/access_log.hpp"
#include "satchel/runtime/gate_authorise.hpp"

namespace satchel {
namespace {

int calls = 0;
std::function<Result<Response>(const Context&, const Request&)> behaviour;

class Counting final : public Function {
 public:
  Result<Response> handle(const Context& context, const Request& request) override {
    ++calls;
    return behaviour ? behaviour(context, request) : Result<Response>(Response::json(Json::object({{"ok", true}})));
  }
};
std::unique_ptr<Function> counting(const Wiring&) { return std::make_unique<Counting>(); }

class OneKey final : public KeySource {
 public:
  Result<std::optional<RsaPublicKey>> find(const Call&, std::string_view kid) const override {
    return kid == "k1" ? std::optional(key().public_key()) : std::nullopt;
  }
  static const RsaPrivateKey& key() {
    static const RsaPrivateKey one = RsaPrivateKey::generate();
    return one;
  }
};

class TextLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
    text += event;
    for (const LogField& field : fields) {
      if (const auto* value = std::get_if<std::string_view>(&field.value)) (text += ' ') += *value;
    }
    text += '\n';
  }
  std::string text;
};

class GatesTest : public testing::Test {
 protected:
  void SetUp() override {
    calls = 0;
    behaviour = {};
    ASSERT_TRUE(table_->write(call(), {Put{Item{keys::session("session"), {}}, {}}}));
    put(member_);
    put(admin_);
  }
  void put(const User& user) { ASSERT_TRUE(table_->write(call(), {Put{to_item(user), {}}})); }
  Call call() { return {clock_.now(), clock_.now() + std::chrono::seconds{10}}; }

  static std::vector<Row> rows() {
    return {{.name = "open", .trigger = Route{"GET", "/open"}, .access = Access::open, .group = "g", .make = counting},
            {.name = "link", .trigger = Route{"GET", "/links/{token}"}, .access = Access::open, .group = "g", .make = counting},
            {.name = "user", .trigger = Route{"POST", "/user"}, .scope = "files:write", .group = "g", .body_limit = 10, .make = counting},
            {.name = "person", .trigger = Route{"POST", "/person"}, .group = "g", .make = counting},
            {.name = "admin", .trigger = Route{"POST", "/admin"}, .access = Access::admin, .group = "g", .make = counting},
            {.name = "head_only", .trigger = Route{"PUT", "/put"}, .scope = "files:write", .group = "g", .body_limit = 0, .make = counting},
            {.name = "one", .trigger = Route{"GET", "/one"}, .access = Access::open, .group = "g", .concurrency = 1, .make = counting}};
  }

  std::string access_token(const User& user, std::int64_t epoch, const std::string& session = "session") {
    const auto now = to_millis(clock_.now()) / 1000;
    return "Bearer " + sign_token(OneKey::key(), "k1", "at+jwt",
                                  Json::object({{"iss", "http://i/auth"}, {"aud", "satchel"}, {"sub", user.id.str()}, {"iat", now}, {"exp", now + 300}, {"sid", session}, {"epoch", epoch}}));
  }
  std::string api_token(const User& user, Scopes scopes, Duration life = std::chrono::hours{1}, std::int64_t behind = 0) {
    const std::string text = new_api_token(random_);
    const ApiToken token{.id = TokenId(vault_->keyed_hash("token", text)), .user = user.id, .epoch = user.epoch - behind, .name = "t", .scopes = std::move(scopes), .created = clock_.now(), .expires = clock_.now() + life};
    EXPECT_TRUE(table_->write(call(), {Put{to_item(token), {}}}));
    return "Bearer " + text;
  }
  Response pass(const std::string& method, const std::string& path, const std::string& authorization, const std::string& body = {}) {
    const auto match = registry_.match(method, path);
    Request request{.method = method, .path = path, .parameters = match.parameters, .body = body};
    if (!authorization.empty()) request.headers.emplace("authorization", authorization);
    auto passage = gates_.pass(*match.bound, std::move(request), {.at = clock_.now(), .request_id = "r1", .client = "192.0.2.1"});
    actor_ = passage.actor;
    return passage.response;
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [known, value] : response.headers) {
      if (known == name) return value;
    }
    return {};
  }
  static std::string type(const Response& response) {
    const auto document = Json::parse(response.body);
    const Json* found = document ? document->find("type") : nullptr;
    return found ? *found->as<std::string>() : "";
  }

  User member_{.id = UserId("member"), .email = "canary@example.org", .epoch = 4};
  User admin_{.id = UserId("admin"), .email = "a@example.org", .role = Role::admin, .epoch = 1};
  ManualClock clock_;
  SeededRandom random_{1};
  TextLogger logger_;
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::unique_ptr<MemoryObjectStore> objects_ = memory_object_store(clock_, random_);
  MemoryDirectory directory_{random_};
  MemoryMailer mailer_;
  std::unique_ptr<Vault> vault_ = memory_vault();
  std::unique_ptr<PasswordHasher> hasher_ = memory_password_hasher();
  Settings settings_;
  Ports ports_{*table_, *objects_, directory_, mailer_, *vault_, *hasher_, settings_};
  Registry registry_{rows(), ports_};
  OneKey keys_;
  TrustedIssuer issuer_{keys_, "http://i/auth"};
  Gates gates_{{registry_, *table_, *vault_, &issuer_, clock_, random_, logger_}, {.burst = 3, .per_second = 1, .addresses = 10}};
  std::string actor_;

  /// Behind an authorizer, which has found so much.
  int pass_behind(const std::optional<Found>& found, const std::string& path = "/user") {
    Gates behind{{registry_, *table_, *vault_, nullptr, clock_, random_, logger_}};
    const auto match = registry_.match("POST", path);
    const Request request{.method = "POST", .path = path, .parameters = {}, .headers = {{"authorization", access_token(admin_, 1)}}};
    const auto passage = behind.pass(*match.bound, request, {.at = clock_.now(), .request_id = "r1", .client = "192.0.2.1", .found = found});
    actor_ = passage.actor;
    return passage.response.status;
  }
};

TEST_F(GatesTest, LetEachCallerThroughWhereItMayAndNowhereElse) {
  struct Caller {
    std::string name, authorization;
    int open, user, person, admin;
  };
  const User ghost{.id = UserId("ghost")};
  const std::vector<Caller> callers = {
      {"nobody", "", 200, 401, 401, 401},
      {"another scheme", "Basic YTpi", 200, 401, 401, 401},
      {"an empty bearer", "Bearer ", 200, 401, 401, 401},
      {"nonsense", "Bearer a.b.c", 200, 401, 401, 401},
      {"two spaces", "Bearer  " + access_token(member_, 4).substr(7), 200, 401, 401, 401},
      {"an unknown token", "Bearer " + new_api_token(random_), 200, 401, 401, 401},
      {"an unknown user", access_token(ghost, 0), 200, 401, 401, 401},
      {"a member", access_token(member_, 4), 200, 200, 200, 403},
      {"a member of an earlier epoch", access_token(member_, 3), 200, 401, 401, 401},
      {"an administrator", access_token(admin_, 1), 200, 200, 200, 200},
      {"a token that writes", api_token(member_, {"files:write"}), 200, 200, 403, 403},
      {"a token that reads", api_token(member_, {"files:read"}), 200, 403, 403, 403},
      {"an administrator's token", api_token(admin_, {"files:write", "account"}), 200, 200, 403, 403},
      {"an expired token", api_token(member_, {"files:write"}, Duration{0}), 200, 401, 401, 401},
  };
  int expected_calls = 0;
  for (const Caller& caller : callers) {
    clock_.advance(std::chrono::seconds{10});  // what was missed is forgiven
    EXPECT_EQ(pass("GET", "/open", caller.authorization).status, caller.open) << caller.name;
    EXPECT_EQ(pass("POST", "/user", caller.authorization).status, caller.user) << caller.name;
    EXPECT_EQ(pass("POST", "/person", caller.authorization).status, caller.person) << caller.name;
    EXPECT_EQ(pass("POST", "/admin", caller.authorization).status, caller.admin) << caller.name;
    for (const int status : {caller.open, caller.user, caller.person, caller.admin}) expected_calls += status == 200 ? 1 : 0;
  }
  EXPECT_EQ(calls, expected_calls) << "a refused request reached a function";
}

TEST_F(GatesTest, VoidEverythingOfADisabledPersonAtOnce) {
  const std::string session = access_token(member_, 4), token = api_token(member_, {"files:write"});
  ASSERT_EQ(pass("POST", "/user", session).status, 200);
  member_.disabled = true;
  put(member_);
  EXPECT_EQ(pass("POST", "/user", session).status, 401);
  EXPECT_EQ(pass("POST", "/user", token).status, 401);
}

TEST_F(GatesTest, VoidAnAccessTokenWhenItIsOver) {
  const std::string session = access_token(member_, 4);
  clock_.advance(std::chrono::seconds{361});
  EXPECT_EQ(pass("POST", "/user", session).status, 401);
}

TEST_F(GatesTest, TellHowToSignIn) {
  EXPECT_EQ(header(pass("POST", "/user", ""), "www-authenticate"), R"(Bearer realm="satchel")");
  EXPECT_EQ(header(pass("POST", "/user", "Bearer x"), "www-authenticate"), R"(Bearer realm="satchel", error="invalid_token")");
  EXPECT_NE(header(pass("POST", "/user", api_token(member_, {"files:read"})), "www-authenticate").find("insufficient_scope"), std::string::npos);
}

TEST_F(GatesTest, KeepAnswersOutOfCachesUnlessTheFunctionSaysOtherwise) {
  EXPECT_EQ(header(pass("GET", "/open", ""), "cache-control"), "no-store");
  EXPECT_EQ(header(pass("POST", "/user", ""), "cache-control"), "no-store");
  behaviour = [](const Context&, const Request&) { return Response{.headers = {{"cache-control", "max-age=300"}}}; };
  EXPECT_EQ(header(pass("GET", "/open", ""), "cache-control"), "max-age=300");
}

TEST_F(GatesTest, RefuseABodyOverTheRowsLimit) {
  const std::string session = access_token(member_, 4);
  EXPECT_EQ(pass("POST", "/user", session, std::string(11, 'x')).status, 413);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(pass("POST", "/user", session, std::string(10, 'x')).status, 200);
  EXPECT_TRUE(check_size(registry_.match("PUT", "/put").bound->row, std::uint64_t{1} << 40)) << "a body that is left unread has no limit";
}

TEST_F(GatesTest, KeepOneFunctionFromTakingEveryThread) {
  behaviour = [&](const Context&, const Request&) -> Result<Response> {
    if (calls == 1) {
      EXPECT_EQ(pass("GET", "/one", "").status, 503);
    }
    return Response{};
  };
  EXPECT_EQ(pass("GET", "/one", "").status, 200);
  EXPECT_EQ(calls, 1) << "the second never ran";
  EXPECT_EQ(pass("GET", "/one", "").status, 200) << "the place is given back";
}

TEST_F(GatesTest, DoNotStartWhatCanNoLongerEndInTime) {
  const auto match = registry_.match("GET", "/open");
  const Arrival late{.at = clock_.now() - std::chrono::seconds{10}, .request_id = "r1"};
  EXPECT_EQ(gates_.pass(*match.bound, {.method = "GET", .path = "/open"}, late).response.status, 503);
  EXPECT_EQ(calls, 0);
}

TEST_F(GatesTest, TurnErrorsAndExceptionsIntoProblemsWithTheRequestId) {
  behaviour = [](const Context&, const Request&) -> Result<Response> { return fail(ErrorCode::conflict, "The name is taken.", "secret detail", "name_taken"); };
  const Response taken = pass("GET", "/open", "");
  EXPECT_EQ(taken.status, 409);
  EXPECT_EQ(type(taken), "name_taken");
  EXPECT_NE(taken.body.find(R"("request_id":"r1")"), std::string::npos);
  EXPECT_EQ(taken.body.find("secret detail"), std::string::npos);
  behaviour = [](const Context&, const Request&) -> Result<Response> { throw std::runtime_error("disk /dev/sda"); };
  const Response thrown = pass("GET", "/open", "");
  EXPECT_EQ(thrown.status, 500);
  EXPECT_EQ(thrown.body.find("/dev/sda"), std::string::npos);
  EXPECT_NE(logger_.text.find("/dev/sda"), std::string::npos);
  behaviour = [](const Context&, const Request&) -> Result<Response> { throw 1; };
  EXPECT_EQ(pass("GET", "/open", "").status, 500);
}

TEST_F(GatesTest, MakeGuessingTokensDear) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pass("POST", "/user", "Bearer " + new_api_token(random_)).status, 401);
  EXPECT_EQ(pass("POST", "/user", "Bearer " + new_api_token(random_)).status, 429);
  EXPECT_EQ(pass("POST", "/user", access_token(member_, 4)).status, 200) << "nobody guesses a signature: people are not locked out";
  EXPECT_EQ(pass("POST", "/user", api_token(member_, {"files:write"})).status, 200) << "nor does a good token pay for its neighbours";
  EXPECT_EQ(pass("GET", "/links/abc", "").status, 200) << "nor a good link";
  behaviour = [](const Context&, const Request&) -> Result<Response> { return fail(ErrorCode::not_found, "There is no such link."); };
  EXPECT_EQ(pass("GET", "/links/abc", "").status, 429) << "one budget for all kinds of tokens";
  clock_.advance(std::chrono::seconds{1});
  EXPECT_EQ(pass("POST", "/user", "Bearer " + new_api_token(random_)).status, 401) << "what was missed is forgiven";
}

TEST_F(GatesTest, TakeNoAccessTokenOfASessionThatHasEnded) {
  EXPECT_EQ(pass("POST", "/person", access_token(member_, 4)).status, 200);
  EXPECT_EQ(pass("POST", "/person", access_token(member_, 4, "another")).status, 401);
  ASSERT_TRUE(table_->write(call(), {Delete{keys::session("session"), {}}}));
  EXPECT_EQ(pass("POST", "/person", access_token(member_, 4)).status, 401);
}

TEST_F(GatesTest, TakeNoApiTokenFromBeforeANewPasswordOrSigningOutEverywhere) {
  EXPECT_EQ(pass("POST", "/user", api_token(member_, {"files:write"})).status, 200);
  EXPECT_EQ(pass("POST", "/user", api_token(member_, {"files:write"}, std::chrono::hours{1}, 1)).status, 401);
}

TEST_F(GatesTest, CountUnknownLinksAsGuesses) {
  behaviour = [](const Context&, const Request&) -> Result<Response> { return fail(ErrorCode::not_found, "There is no such link."); };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(pass("GET", "/links/abc", "").status, 404);
  EXPECT_EQ(pass("GET", "/links/abc", "").status, 429);
  EXPECT_EQ(pass("GET", "/open", "").status, 404) << "a path without a secret is no guess";
}

TEST_F(GatesTest, RememberWhenATokenWasUsed) {
  const std::string token = api_token(member_, {"files:write"});
  const Key key = keys::token(TokenId(vault_->keyed_hash("token", token.substr(7))));
  ASSERT_EQ(pass("POST", "/user", token).status, 200);
  const Time first = clock_.now();
  clock_.advance(std::chrono::minutes{10});
  ASSERT_EQ(pass("POST", "/user", token).status, 200);
  EXPECT_EQ(api_token_from(*table_->get(call(), key).value()).last_used, first) << "at most once an hour";
}

TEST_F(GatesTest, AnswerHeadAsGet) {
  std::string seen;
  behaviour = [&](const Context&, const Request& request) { return seen = request.method, Response{.body = "12345"}; };
  EXPECT_EQ(pass("HEAD", "/open", "").body.size(), 5U);
  EXPECT_EQ(seen, "GET");
}

TEST_F(GatesTest, PutNoTokenAndNoAddressIntoTheLog) {
  const std::string token = api_token(member_, {"files:read"});
  const std::string unknown = new_api_token(random_);
  pass("POST", "/user", token);
  pass("POST", "/user", "Bearer " + unknown);
  pass("POST", "/user", access_token(member_, 2));
  EXPECT_NE(logger_.text.find("unknown API token"), std::string::npos);
  for (const std::string& secret : {token.substr(7), unknown, std::string("eyJ"), std::string("canary@")}) {
    EXPECT_EQ(logger_.text.find(secret), std::string::npos) << secret;
  }
}

TEST(BearerToken, StandsBehindItsSchemeAndOneSpace) {
  for (const char* good : {"Bearer a.b-c_d~e+f/g=", "bearer a.b-c_d~e+f/g=", "BEARER a.b-c_d~e+f/g="}) EXPECT_EQ(bearer_token(good), "a.b-c_d~e+f/g=") << good;
  // Each other way to write it would be another entry of a cache by header, and another key of what counts requests by it.
  for (const char* bad : {"", "Bearer", "Bearer ", "Bearer  x", "Bearer   x", " Bearer x", "Bearer\tx", "Bearer \tx", "Bearer x ", "Bearer x y", "Bearer x,y", "Bearerx", "Basic x"}) EXPECT_EQ(bearer_token(bad), "") << bad;
}

TEST(AccessLog, ShowsTheTemplateWhereATokenOrANameStands) {
  EXPECT_EQ(loggable_path(Route{"GET", "/api/v1/public/links/{token}"}, {{"token", "secret"}}), "/api/v1/public/links/{token}");
  EXPECT_EQ(loggable_path(Route{"PUT", "/api/v1/put/{name}"}, {{"name", "diary.txt"}}), "/api/v1/put/{name}");
  EXPECT_EQ(loggable_path(Route{"GET", "/api/v1/entries/{id}"}, {{"id", "0123456789abcdefABCDEF"}}), "/api/v1/entries/0123456789abcdefABCDEF");
  EXPECT_EQ(loggable_path(Route{"GET", "/api/v1/entries/{id}"}, {{"id", "x"}}), "/api/v1/entries/{id}");
  EXPECT_EQ(loggable_path(Route{"GET", "/api/v1/links/{id}"}, {{"id", "0123456789abcdefABCDEF"}}), "/api/v1/links/{id}");
  EXPECT_EQ(loggable_path("/s/secret"), "/s…");
  EXPECT_EQ(loggable_path("/signin"), "/signin");
  EXPECT_EQ(loggable_path("/" + std::string(50, 'x')), "/" + std::string(31, 'x') + "…");
}

TEST(MissGate, TakesANetworkForOneClient) {
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
  EXPECT_EQ(network_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.7");
}

TEST(MissGate, ManyAddressesDoNotAbsolveTheOneThatGuesses) {
  MissGate gate({.burst = 5, .per_second = 1, .addresses = 10});
  const Time now = from_millis(1'000'000);
  for (int i = 0; i < 8; ++i) gate.count("guesser", now);
  for (int i = 0; i < 100; ++i) gate.count("a" + std::to_string(i), now);
  EXPECT_FALSE(gate.check("guesser", now));
  EXPECT_TRUE(gate.check("a99", now));
  EXPECT_TRUE(gate.check("guesser", now + std::chrono::seconds{9}));
}

TEST_F(GatesTest, BehindAnAuthorizerOnlyWhatItFoundCounts) {
  const Found member{.user = member_.id, .epoch = 4, .session = "session", .token = {}};
  EXPECT_EQ(pass_behind(member), 200);
  EXPECT_EQ(actor_, "member") << "and not the administrator of the header";
  EXPECT_EQ(pass_behind(member, "/admin"), 403);
  EXPECT_EQ(pass_behind(std::nullopt), 401) << "a header that nobody has read is nothing";
  EXPECT_EQ(pass_behind(Found{}), 401);
  EXPECT_EQ(pass_behind({{.user = member_.id, .epoch = 3, .session = "session", .token = {}}}), 401) << "an earlier epoch";
  EXPECT_EQ(pass_behind({{.user = member_.id, .epoch = 4, .session = "ended", .token = {}}}), 401);
  EXPECT_EQ(pass_behind({{.user = member_.id, .epoch = 4, .session = {}, .token = {}}}), 200) << "another issuer's session is not ours to end";
  member_.disabled = true;
  put(member_);
  EXPECT_EQ(pass_behind(member), 401);
  EXPECT_EQ(calls, 2);
}

TEST_F(GatesTest, BehindAnAuthorizerATokenIsReadAgain) {
  const std::string text = api_token(member_, {"files:write"}).substr(std::string("Bearer ").size());
  const TokenId id(vault_->keyed_hash("token", text));
  const Found found{.user = admin_.id, .epoch = 1, .session = {}, .token = id};
  EXPECT_EQ(pass_behind(found), 200);
  EXPECT_EQ(actor_, "member") << "whose it is, says the table";
  EXPECT_EQ(pass_behind(found, "/person"), 403) << "and what it may";
  ASSERT_TRUE(table_->write(call(), {Delete{keys::token(id), Condition::exists()}}));
  EXPECT_EQ(pass_behind(found), 401);
}

}  // namespace
}  // namespace satchel
