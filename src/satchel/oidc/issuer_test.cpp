// SPDX-License-Identifier: Apache-2.0
// An issuer of the test's own on loopback: what it serves, how often it is asked, and what happens when it falls silent.
#include "satchel/oidc/issuer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "satchel/net/server.hpp"

namespace satchel::oidc {
namespace {

/// Answers by path; counts what it was asked.
class Imposter final : public net::Handler {
 public:
  Imposter() { server_ = net::Server::start({.loops = 1}, *this, *log_).value(); }
  ~Imposter() override { server_->stop(system_clock()->now()); }

  void handle(std::unique_ptr<net::Exchange> exchange) override {
    const std::scoped_lock lock(mutex_);
    const std::string path = exchange->head().target;
    ++asked_[path];
    authorization = std::string(exchange->head().fields.find("authorization").value_or(""));
    const auto page = pages.find(path);
    const int status = page == pages.end() ? 404 : broken ? 503 : 200;
    exchange->respond({.status = status, .fields = {{"content-type", "application/json"}}}, status == 200 ? page->second : "{}");
  }
  std::string problem(int, std::string_view) override { return "{}"; }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/realm"; }
  int asked(const std::string& path) {
    const std::scoped_lock lock(mutex_);
    return asked_[path];
  }
  void discover(const std::string& issuer) {
    pages["/realm/.well-known/openid-configuration"] =
        Json::object({{"issuer", issuer}, {"authorization_endpoint", url() + "/authorize"}, {"token_endpoint", url() + "/token"}, {"jwks_uri", url() + "/keys"},
                      {"userinfo_endpoint", url() + "/me"}, {"scopes_supported", Json::Array{"openid", "email"}}}).text();
  }
  void serve_keys(const std::vector<std::pair<std::string, RsaPublicKey>>& keys) {
    Json list = Json::array();
    list.push(Json::object({{"kty", "EC"}, {"kid", "elliptic"}, {"crv", "P-256"}}));
    for (const auto& [kid, key] : keys) list.push(to_jwk(key, kid));
    const std::scoped_lock lock(mutex_);
    pages["/realm/keys"] = Json::object({{"keys", list}}).text();
  }

  std::map<std::string, std::string> pages;
  std::atomic<bool> broken = false;
  std::string authorization;

 private:
  std::mutex mutex_;
  std::map<std::string, int> asked_;
  std::unique_ptr<Logger> log_ = null_logger();
  std::unique_ptr<net::Server> server_;
};

/// Time for what expires; the network's own deadlines count from it, too.
class MovableClock final : public Clock {
 public:
  Time now() const override { return real_->now() + Duration{ahead}; }
  void sleep_until(Time time) override { real_->sleep_until(time - Duration{ahead}); }
  std::atomic<std::int64_t> ahead = 0;

 private:
  std::unique_ptr<Clock> real_ = system_clock();
};

class IssuerTest : public testing::Test {
 protected:
  void SetUp() override {
    imposter_.discover(imposter_.url());
    imposter_.serve_keys({{"one", key()}});
    issuer_ = open(imposter_.url());
  }
  static const RsaPublicKey& key() {
    static const RsaPublicKey one = RsaPrivateKey::generate().public_key();
    return one;
  }
  std::unique_ptr<Issuer> open(const std::string& url) { return Issuer::at({.url = url}, clock_, *log_).value(); }
  Call call() const { return {clock_.now(), clock_.now() + std::chrono::seconds{10}}; }
  bool knows(std::string_view kid) {
    const auto found = issuer_->find(call(), kid);
    EXPECT_TRUE(found) << found.error().message;
    return found && found->has_value();
  }
  void pass(Duration time) { clock_.ahead += time.count(); }

  MovableClock clock_;
  std::unique_ptr<Logger> log_ = null_logger();
  Imposter imposter_;
  std::unique_ptr<Issuer> issuer_;
};

TEST_F(IssuerTest, ItsDocumentSaysWhereItsEndpointsAre) {
  const auto provider = issuer_->provider(call());
  ASSERT_TRUE(provider) << provider.error().message;
  EXPECT_EQ(provider->token_endpoint, imposter_.url() + "/token");
  EXPECT_EQ(provider->scopes, (std::vector<std::string>{"openid", "email"}));
  EXPECT_EQ(provider->revocation_endpoint, "");
  EXPECT_LT(std::chrono::abs(issuer_->its_time(call()).value() - clock_.now()), std::chrono::minutes{1});
}

TEST_F(IssuerTest, AnIssuerThatNamesAnotherIsRefusedAndBothAreNamed) {
  imposter_.discover("https://another.example.org");
  const auto provider = issuer_->provider(call());
  ASSERT_FALSE(provider);
  EXPECT_EQ(provider.error().code, ErrorCode::invalid);
  EXPECT_TRUE(provider.error().message.contains("https://another.example.org")) << provider.error().message;
}

TEST_F(IssuerTest, ItsDocumentMayBeReadElsewhereAndNamesItAllTheSame) {
  imposter_.discover("https://id.example.org");
  const auto reached = [&](std::string url) { return Issuer::at({.url = std::move(url), .reached_at = imposter_.url()}, clock_, *log_).value(); };
  EXPECT_TRUE(reached("https://id.example.org")->find(call(), "one").value());
  EXPECT_EQ(reached("https://another.example.org")->provider(call()).error().code, ErrorCode::invalid);
  EXPECT_FALSE(Issuer::at({.url = "https://id.example.org", .reached_at = "http://id.example.org"}, clock_, *log_));
}

TEST_F(IssuerTest, NoDocumentAndNoAnswerAreToldApart) {
  const auto none = open(imposter_.url() + "/nowhere")->provider(call());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
  const auto silent = open("http://127.0.0.1:1/realm")->provider(call());
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(silent.error().message.contains("http://127.0.0.1:1/realm")) << silent.error().message;
}

TEST_F(IssuerTest, PlainHttpIsForLoopbackAlone) {
  for (const auto& [url, good] : std::initializer_list<std::pair<const char*, bool>>{
           {"https://id.example.org", true}, {"http://localhost:8080/realms/x", true}, {"http://[::1]:80", true}, {"http://id.example.org", false}, {"http://127.example.org", false}, {"ftp://x", false}, {"", false}}) {
    EXPECT_EQ(is_trustworthy(url), good) << url;
    EXPECT_EQ(Issuer::at({.url = url}, clock_, *log_).has_value(), good) << url;
  }
}

TEST_F(IssuerTest, KeysAreReadOnceWhileTheyAreFresh) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(knows("one"));
  EXPECT_EQ(imposter_.asked("/realm/keys"), 1);
  pass(std::chrono::minutes{11});
  EXPECT_TRUE(knows("one"));
  EXPECT_EQ(imposter_.asked("/realm/keys"), 2);
}

TEST_F(IssuerTest, AKeyThatIsNewIsFoundAndStrangersCannotHaveThemReadAtWill) {
  EXPECT_TRUE(knows("one"));
  imposter_.serve_keys({{"one", key()}, {"two", key()}});
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(knows("stranger" + std::to_string(i)));
  EXPECT_EQ(imposter_.asked("/realm/keys"), 1);
  pass(std::chrono::seconds{11});
  EXPECT_TRUE(knows("two"));
  EXPECT_EQ(imposter_.asked("/realm/keys"), 2);
  EXPECT_FALSE(knows("elliptic"));
}

TEST_F(IssuerTest, AKeyThatWasTakenAwayIsGoneOnceTheKeysAreReadAgain) {
  EXPECT_TRUE(knows("one"));
  imposter_.serve_keys({{"two", key()}});
  EXPECT_TRUE(knows("one"));
  pass(std::chrono::minutes{11});
  EXPECT_FALSE(knows("one"));
}

TEST_F(IssuerTest, WhileItIsSilentItsKeysServeForADayAndNoLonger) {
  EXPECT_TRUE(knows("one"));
  imposter_.broken = true;
  pass(std::chrono::hours{23});
  EXPECT_TRUE(knows("one"));
  EXPECT_TRUE(knows("one"));
  EXPECT_EQ(imposter_.asked("/realm/keys"), 2);  // not one a request
  pass(std::chrono::hours{2});
  const auto late = issuer_->find(call(), "one");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
  EXPECT_FALSE(issuer_->find(call(), "one"));
  imposter_.broken = false;
  pass(std::chrono::seconds{11});
  EXPECT_TRUE(knows("one"));
}

TEST_F(IssuerTest, ManyThreadsAtOnceReadOnce) {
  std::atomic<int> known = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i) threads.emplace_back([&] { known += knows("one"); });
  }
  EXPECT_EQ(known, 16);
  EXPECT_EQ(imposter_.asked("/realm/keys"), 1);
}

TEST_F(IssuerTest, ItTellsWhoATokenIsFor) {
  imposter_.pages["/realm/me"] = R"({"sub":"s1","email":"a@example.org","email_verified":"true"})";
  const auto person = issuer_->person(call(), "the-token");
  ASSERT_TRUE(person) << person.error().message;
  EXPECT_EQ(person->subject, "s1");
  EXPECT_TRUE(person->flag("email_verified"));
  EXPECT_EQ(imposter_.authorization, "Bearer the-token");
}

}  // namespace
}  // namespace satchel::oidc
