// SPDX-License-Identifier: Apache-2.0
// The gateway over exchanges that no socket is behind: where each request goes, and what never gets to a function.
#include "satchel/gateway/gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"

namespace satchel::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Answered {
  net::ResponseHead head;
  std::string body;
  bool body_was_read = false;

  std::string field(std::string_view name) const { return std::string(head.fields.find(name).value_or("")); }
};

/// One request with its whole body; the answer comes out of a future, from whatever thread gives it.
class FakeExchange final : public net::Exchange {
 public:
  FakeExchange(net::RequestHead head, std::string body, std::promise<Answered> promise)
      : head_(std::move(head)), body_(std::move(body)), promise_(std::move(promise)) {}

  const net::RequestHead& head() const override { return head_; }
  void read(ReadCallback callback) override { callback(net::Buffer()); }
  void read_all(std::size_t limit, std::move_only_function<void(Result<std::string>)> callback) override {
    answered_.body_was_read = true;
    if (body_.size() > limit) return callback(fail(ErrorCode::too_large, "too large"));
    callback(body_);
  }
  void respond(net::ResponseHead head, std::string body, SentCallback done) override {
    answered_.head = std::move(head);
    answered_.body = std::move(body);
    if (done) done({.body_bytes = answered_.body.size(), .complete = true});
    promise_.set_value(std::move(answered_));
  }
  void respond(net::ResponseHead, std::vector<net::FileSlice>, SentCallback) override { FAIL(); }
  void respond(net::ResponseHead, std::unique_ptr<net::BodySource>, std::optional<std::uint64_t>, SentCallback) override { FAIL(); }

 private:
  net::RequestHead head_;
  std::string body_;
  Answered answered_;
  std::promise<Answered> promise_;
};

std::atomic<int> calls = 0;
Request seen;

class Echo final : public Function {
 public:
  Result<Response> handle(const Context&, const Request& request) override {
    ++calls;
    seen = request;
    if (!request.body.empty()) {
      auto reader = TRY(JsonReader::parse(request.body));
      TRY(reader.text("name"));
      TRY(reader.finish());
    }
    return Response::json(Json::object({{"id", request.parameter("id")}}));
  }
};
std::unique_ptr<Function> echo(const Wiring&) { return std::make_unique<Echo>(); }

class Gone final : public Function {
 public:
  Result<Response> handle(const Context&, const Request& request) override {
    if (request.parameter("token") == "good") return Response::json(Json::object());
    return fail(request.parameter("token") == "old" ? ErrorCode::gone : ErrorCode::not_found, "There is no such link.");
  }
};
std::unique_ptr<Function> gone(const Wiring&) { return std::make_unique<Gone>(); }

class NoKeys final : public KeySource {
 public:
  Result<std::optional<RsaPublicKey>> find(const Call&, std::string_view) const override { return std::nullopt; }
};

class Mounted final : public net::Handler {
 public:
  void handle(std::unique_ptr<net::Exchange> exchange) override {
    exchange->respond({.status = 200, .fields = {{"content-security-policy", "sandbox"}}}, "bytes of " + exchange->head().target);
  }
  std::string problem(int, std::string_view) override { return {}; }
};

class TextLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
    const std::scoped_lock lock(mutex);
    text += event;
    for (const LogField& field : fields) {
      if (const auto* value = std::get_if<std::string_view>(&field.value)) ((text += ' ') += *value);
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) text += " " + std::to_string(*number);
    }
    text += '\n';
  }
  std::mutex mutex;
  std::string text;
};

constexpr Asset kSite[] = {
    {.path = "/index.html", .type = "text/html; charset=utf-8", .digest = "i", .plain = "<app>", .gzip = "", .brotli = "br"},
    {.path = "/link.html", .type = "text/html; charset=utf-8", .digest = "l", .plain = "<link>", .gzip = "", .brotli = ""},
    {.path = "/assets/a-1.js", .type = "text/javascript", .digest = "a", .plain = "js", .gzip = "", .brotli = ""},
};

class GatewayTest : public testing::Test {
 protected:
  explicit GatewayTest(std::string public_url = "https://files.example.org") : public_url_(std::move(public_url)) {}
  void SetUp() override {
    calls = 0;
    seen = {};
    gateway_.mount("/objects", mounted_);
    token_ = new_api_token(random_);
    ASSERT_TRUE(table_->write(call(), {Put{to_item(User{.id = UserId("u1"), .email = "canary@example.org"}), {}},
                                       Put{to_item(ApiToken{.id = TokenId(vault_->keyed_hash("token", token_)), .user = UserId("u1"), .scopes = {"files:read", "files:write"},
                                                            .expires = clock_.now() + std::chrono::hours{1}}), {}}}));
  }
  Call call() { return {clock_.now(), clock_.now() + std::chrono::seconds{10}}; }

  Answered send(net::RequestHead head, std::string body = {}) {
    if (!body.empty() && !head.chunked) head.content_length = body.size();
    if (head.peer.empty()) head.peer = "127.0.0.1";
    std::promise<Answered> promise;
    auto answer = promise.get_future();
    gateway_.handle(std::make_unique<FakeExchange>(std::move(head), std::move(body), std::move(promise)));
    return answer.get();
  }
  Answered get(std::string target, net::Fields fields = {}) { return send({.method = "GET", .target = std::move(target), .fields = std::move(fields)}); }
  net::Fields bearer() { return {{"authorization", "Bearer " + token_}}; }
  Answered post(std::string body, net::Fields fields) { return send({.method = "POST", .target = "/api/v1/things", .fields = std::move(fields)}, std::move(body)); }

  static std::vector<Row> rows() {
    return {{.name = "get_thing", .trigger = Route{"GET", "/api/v1/things/{id}"}, .scope = "files:read", .group = "g", .make = echo},
            {.name = "make_thing", .trigger = Route{"POST", "/api/v1/things"}, .scope = "files:write", .group = "g", .body_limit = 100, .make = echo},
            {.name = "make_things", .trigger = Route{"POST", "/api/v1/many"}, .scope = "files:write", .group = "g", .body_limit = 1'000'000, .make = echo},
            {.name = "put_thing", .trigger = Route{"PUT", "/api/v1/put/{name}"}, .scope = "files:write", .group = "g", .body_limit = 0, .make = echo},
            {.name = "open_link", .trigger = Route{"GET", "/api/v1/public/links/{token}"}, .access = Access::open, .group = "g", .make = gone}};
  }

  std::string public_url_;
  ManualClock clock_;
  SeededRandom random_{7};
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
  NoKeys keys_;
  TrustedIssuer issuer_{keys_, "http://i/auth"};
  Gates gates_{{registry_, *table_, *vault_, &issuer_, clock_, random_, logger_}, {.burst = 5, .per_second = 1, .addresses = 10}};
  bool ready_ = true;
  Mounted mounted_;
  std::string token_;
  Gateway gateway_{{.origins = {.public_url = public_url_, .content_url = "https://content.example.net"}, .proxies = {}, .metrics_token = "", .pages = {"files", "signin"}, .pool = {.threads = 2, .queue = 8}},
                   {registry_, gates_, clock_, random_, logger_, kSite, [](const Call&) -> Result<Json> { return Json::object({{"api", "/api/v1"}}); },
                    {{"table", [this](const Call&) -> Result<void> { return ready_ ? Result<void>() : fail(ErrorCode::unavailable, "x", "secret path"); }}},
                    [] { return std::string("more 1\n"); }}};
};

TEST_F(GatewayTest, BringsARequestToItsFunctionDecoded) {
  auto fields = bearer();
  fields.add("cookie", "a=1; b=2");
  const Answered answer = get("/api/v1/things/a%20b?x=1%262", fields);
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_EQ(answer.body, R"({"id":"a b"})");
  EXPECT_EQ(seen.query.at("x"), "1&2");
  EXPECT_EQ(seen.cookie("b"), "2");
  EXPECT_EQ(answer.field("cache-control"), "no-store");
  EXPECT_EQ(answer.field("x-request-id").size(), 22U);
}

TEST_F(GatewayTest, RefusesASecondAuthorizationAndJoinsWhatIsAList) {
  auto fields = bearer();
  for (const auto& [name, value] : std::initializer_list<net::Field>{{"accept", "a"}, {"accept", "b"}, {"cookie", "x=1"}, {"cookie", "y=2"}}) fields.add(name, value);
  EXPECT_EQ(get("/api/v1/things/1", fields).head.status, 200);
  EXPECT_EQ(seen.header("accept"), "a, b");
  EXPECT_EQ(seen.header("cookie"), "x=1; y=2");
  fields.add("authorization", "Bearer b");
  EXPECT_EQ(get("/api/v1/things/1", fields).head.status, 400);
}

TEST_F(GatewayTest, NoStrangerReachesAFunction) {
  for (const std::string authorization : {"", "Bearer x", "Basic YTpi", "Bearer st_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    const net::Fields fields = authorization.empty() ? net::Fields{} : net::Fields{{"authorization", authorization}};
    EXPECT_EQ(get("/api/v1/things/1", fields).head.status, 401);
    EXPECT_EQ(post(R"({"name":"x"})", fields).head.status, 401);
    EXPECT_EQ(send({.method = "HEAD", .target = "/api/v1/things/1", .fields = fields}).head.status, 401);
  }
  EXPECT_EQ(calls, 0);
}

TEST_F(GatewayTest, RefusesWhatIsMalformedWithAProblemAndStartsNothing) {
  auto twice = bearer();
  twice.add("authorization", "Bearer other");
  struct Case {
    Answered answer;
    int status;
    std::string type;
  };
  const Case cases[] = {
      {get("/api/v1/things/%zz", bearer()), 400, "bad_path"},
      {get("/api/v1/things/..", bearer()), 400, "bad_path"},
      {get("/api/v1//things/x", bearer()), 400, "bad_path"},
      {get("/api/v1/things/x?a=1&a=2", bearer()), 400, "bad_query"},
      {get("/api/v1/things/x", twice), 400, "header_twice"},
      {get("/api/v1/nothing", bearer()), 404, "not_found"},
      {get("/auth/nothing"), 404, "not_found"},
      {send({.method = "DELETE", .target = "/api/v1/things/x", .fields = bearer()}), 405, "method_not_allowed"},
      {send({.method = "POST", .target = "/healthz"}), 405, "method_not_allowed"},
      {send({.method = "POST", .target = "/"}), 405, "method_not_allowed"},
      {post(std::string(101, 'x'), bearer()), 413, "body_too_large"},
      {send({.method = "POST", .target = "/api/v1/things", .fields = bearer(), .chunked = true}, std::string(101, 'x')), 413, "body_too_large"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(one.answer.head.status, one.status) << one.answer.body;
    EXPECT_EQ(one.answer.field("content-type"), "application/problem+json");
    const auto document = Json::parse(one.answer.body);
    ASSERT_TRUE(document) << one.answer.body;
    EXPECT_EQ(*document->find("type")->as<std::string>(), one.type);
    EXPECT_EQ(*document->find("status")->as<std::int64_t>(), one.status);
    EXPECT_EQ(*document->find("request_id")->as<std::string>(), one.answer.field("x-request-id"));
  }
  EXPECT_EQ(calls, 0);
}

TEST_F(GatewayTest, ADeclaredLengthIsRefusedBeforeItsBodyIsRead) {
  const Answered answer = send({.method = "POST", .target = "/api/v1/things", .fields = bearer(), .content_length = 1'000'000'000});
  EXPECT_EQ(answer.head.status, 413);
  EXPECT_FALSE(answer.body_was_read);
}

// Else whoever has no account fills the memory with bodies that trickle in.
TEST_F(GatewayTest, TakesALargeBodyOnlyFromSomebodyKnown) {
  for (const bool chunked : {false, true}) {
    net::RequestHead head{.method = "POST", .target = "/api/v1/many", .content_length = 100'000, .chunked = chunked};
    if (chunked) head.content_length = std::nullopt;
    const Answered refused = send(head);
    EXPECT_EQ(refused.head.status, 401);
    EXPECT_EQ(refused.field("www-authenticate"), R"(Bearer realm="satchel")");
    EXPECT_FALSE(refused.body_was_read);
    head.fields = bearer();
    EXPECT_TRUE(send(head, R"({"name":"x"})").body_was_read);
  }
  EXPECT_EQ(calls, 2);
}

TEST_F(GatewayTest, LeavesTheBodyOfAOneLineUploadWithItsSender) {
  const Answered answer = send({.method = "PUT", .target = "/api/v1/put/a.txt", .fields = bearer(), .content_length = 1'000'000'000'000, .expects_continue = true});
  EXPECT_EQ(answer.head.status, 200);
  EXPECT_FALSE(answer.body_was_read);
  EXPECT_TRUE(seen.body.empty());
}

TEST_F(GatewayTest, RefusesJsonThatIsWrong) {
  for (const char* body : {"{", "[]", R"({"name":1})", R"({})", R"({"name":"x","name":"y"})", R"({"name":"x","who":"me"})", "\xff"}) {
    const Answered answer = post(body, bearer());
    EXPECT_EQ(answer.head.status, 400) << body;
    EXPECT_THAT(answer.body, HasSubstr(R"("type":"invalid")"));
  }
}

TEST_F(GatewayTest, EveryAnswerProtectsItsReader) {
  for (const std::string target : {"/", "/assets/a-1.js", "/api/v1/things/1", "/nothing", "/objects/b/k", "/healthz", "/%zz", "/s/good"}) {
    const Answered answer = get(target);
    EXPECT_EQ(answer.field("x-content-type-options"), "nosniff") << target;
    EXPECT_EQ(answer.field("referrer-policy"), "no-referrer") << target;
    EXPECT_EQ(answer.field("cross-origin-opener-policy"), "same-origin") << target;
    EXPECT_EQ(answer.field("strict-transport-security"), "max-age=31536000") << target;
    EXPECT_THAT(answer.field("permissions-policy"), HasSubstr("camera=()")) << target;
    EXPECT_EQ(answer.head.fields.count("content-security-policy"), 1U) << target;
    EXPECT_FALSE(answer.field("cross-origin-resource-policy").empty()) << target;
    EXPECT_FALSE(answer.field("x-request-id").empty()) << target;
  }
  const std::string page = get("/").field("content-security-policy");
  EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'self'; style-src 'self'"));
  EXPECT_THAT(page, HasSubstr("require-trusted-types-for 'script'"));
  EXPECT_THAT(page, HasSubstr("img-src 'self' blob: https://content.example.net"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe")));
  EXPECT_THAT(get("/api/v1/things/1").field("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_EQ(get("/objects/b/k").field("content-security-policy"), "sandbox") << "the mount knows better what it sends";
}

TEST_F(GatewayTest, HandsAMountItsPathsAndNoOthers) {
  EXPECT_EQ(get("/objects/b/../%2F?x=1&x=2").body, "bytes of /objects/b/../%2F?x=1&x=2");
  EXPECT_EQ(get("/objectsx").head.status, 404);
}

TEST_F(GatewayTest, AnswersPagesOfTheFrontEnd) {
  for (const char* page : {"/", "/files", "/files/0123", "/signin?continue=x"}) {
    EXPECT_EQ(get(page).head.status, 200) << page;
    EXPECT_EQ(get(page).body, "<app>") << page;
  }
  EXPECT_EQ(get("/", {{"accept-encoding", "br"}}).body, "br");
  EXPECT_EQ(get("/", {{"if-none-match", "\"i\""}}).head.status, 304);
  EXPECT_EQ(get("/assets/a-1.js").field("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get("/assets/gone.js", {{"accept", "text/html"}}).head.status, 404);
  EXPECT_EQ(get("/assets/gone.js", {{"accept", "text/html"}}).field("content-type"), "application/problem+json");
  EXPECT_EQ(get("/index.html").head.status, 404) << "one address for one page";
  const Answered unknown = get("/nowhere", {{"accept", "text/html,*/*"}});
  EXPECT_EQ(unknown.head.status, 404);
  EXPECT_EQ(unknown.body, "<app>") << "a person gets a page that says so";
  EXPECT_EQ(get("/nowhere").field("content-type"), "application/problem+json");
}

TEST_F(GatewayTest, TheLinkPageTellsByItsStatusWhatTheLinkHasComeTo) {
  EXPECT_EQ(get("/s/good").head.status, 200);
  EXPECT_EQ(get("/s/good").body, "<link>");
  EXPECT_EQ(get("/s/old").head.status, 410);
  EXPECT_EQ(get("/s/none").head.status, 404);
  EXPECT_EQ(get("/s/none").body, "<link>");
  EXPECT_EQ(get("/s/none").field("cache-control"), "no-store");
  EXPECT_EQ(get("/s/good").field("x-robots-tag"), "noindex, nofollow");
  for (int i = 0; i < 5; ++i) get("/s/guess" + std::to_string(i));
  EXPECT_EQ(get("/s/guess").head.status, 429);
}

TEST_F(GatewayTest, TellsItsKeeperHowItIs) {
  EXPECT_EQ(get("/healthz").head.status, 200);
  EXPECT_EQ(get("/readyz").head.status, 200);
  EXPECT_EQ(get("/config.json").body, R"({"api":"/api/v1"})");
  ready_ = false;
  const Answered sick = get("/readyz");
  EXPECT_EQ(sick.head.status, 503);
  EXPECT_THAT(sick.body, HasSubstr("'table'"));
  EXPECT_THAT(sick.body, Not(HasSubstr("secret path")));
}

TEST_F(GatewayTest, ShowsNoMetricsOfAPublicInstallationWithoutAToken) {
  EXPECT_EQ(get("/metrics").head.status, 403) << "a proxy on this machine comes from loopback, too";
}

class LocalGatewayTest : public GatewayTest {
 protected:
  LocalGatewayTest() : GatewayTest("http://localhost:8420") {}
};

TEST_F(LocalGatewayTest, ShowsMetricsToTheMachineAlone) {
  get("/api/v1/things/1");
  const Answered local = get("/metrics");
  EXPECT_EQ(local.head.status, 200);
  EXPECT_THAT(local.body, HasSubstr(R"(satchel_http_requests_total{function="get_thing",status="401"} 1)"));
  EXPECT_THAT(local.body, HasSubstr("more 1"));
  EXPECT_EQ(get("/metrics", {{"x-forwarded-for", "127.0.0.1"}}).head.status, 403) << "it came through a proxy";
  EXPECT_EQ(send({.method = "GET", .target = "/metrics", .peer = "192.0.2.1"}).head.status, 403);
}

TEST_F(GatewayTest, LogsOneLineARequestAndNoSecret) {
  const std::string link = "L1nkT0kenL1nkT0kenL1nk";
  get("/api/v1/things/1?X-Amz-Signature=c4nary", bearer());
  get("/s/" + link);
  get("/api/v1/public/links/" + link);
  get("/S/" + link);
  get("/objects/satchel/blobs/k?X-Amz-Signature=c4nary");
  send({.method = "PUT", .target = "/api/v1/put/c4nary.txt", .fields = bearer()});
  post(R"({"name":"c4nary"})", bearer());
  EXPECT_EQ(std::ranges::count(logger_.text, '\n'), 7) << logger_.text;
  EXPECT_THAT(logger_.text, HasSubstr("GET /objects/satchel/blobs/k 200"));
  EXPECT_THAT(logger_.text, HasSubstr(" u1\n"));
  for (const std::string& secret : {token_, link, std::string("c4nary"), std::string("canary@")}) EXPECT_THAT(logger_.text, Not(HasSubstr(secret)));
}

TEST_F(GatewayTest, AFullQueueAnswersAtOnceThatItIsFull) {
  Gateway narrow({.origins = {}, .proxies = {}, .metrics_token = {}, .pages = {}, .pool = {.threads = 1, .queue = 0}}, {registry_, gates_, clock_, random_, logger_, kSite, {}, {}, {}});
  std::promise<Answered> promise;
  auto answer = promise.get_future();
  narrow.handle(std::make_unique<FakeExchange>(net::RequestHead{.method = "GET", .target = "/api/v1/things/1", .fields = bearer()}, "", std::move(promise)));
  EXPECT_EQ(answer.get().head.status, 503);
  EXPECT_EQ(calls, 0);
}

TEST_F(GatewayTest, GivesTheServerItsProblems) {
  const auto document = Json::parse(gateway_.problem(431, "The head of the request is too long.")).value();
  EXPECT_EQ(*document.find("status")->as<std::int64_t>(), 431);
  EXPECT_EQ(document.find("request_id")->as<std::string>()->size(), 22U);
}

TEST(SecurityHeaders, AnObjectStoreAndAnIssuerElsewhereMayBeReachedForWhatTheyAreFor) {
  const SecurityHeaders headers({.public_url = "https://files.example.org", .content_url = {}, .objects = "https://bytes.s3.example.net", .connect = {"https://id.example.net"}});
  const std::string& policy = headers.page_policy();
  for (const char* part : {"connect-src 'self' https://bytes.s3.example.net https://id.example.net;", "img-src 'self' blob: https://bytes.s3.example.net;", "media-src 'self' https://bytes.s3.example.net;",
                           "form-action 'self' https://bytes.s3.example.net;", "script-src 'self';", "frame-src 'self';"}) {
    EXPECT_THAT(policy, HasSubstr(part));
  }
  EXPECT_THAT(SecurityHeaders({.public_url = "https://files.example.org", .content_url = {}, .objects = {}, .connect = {}}).page_policy(), HasSubstr("form-action 'self';"));
}

}  // namespace
}  // namespace satchel::gateway
