// SPDX-License-Identifier: Apache-2.0
// The gateway behind a real socket: what a client sees, byte by byte.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>

#include "satchel/gateway/gateway.hpp"
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
using testing::StartsWith;

std::atomic<int> reached = 0;

class Reached final : public Function {
 public:
  Result<Response> handle(const Context&, const Request& request) override {
    ++reached;
    auto reader = TRY(JsonReader::parse(request.body));
    TRY(reader.optional_text("name"));
    TRY(reader.finish());
    return Response::json(Json::object({{"bytes", static_cast<std::int64_t>(request.body.size())}}));
  }
};
std::unique_ptr<Function> make(const Wiring&) { return std::make_unique<Reached>(); }

class NoKeys final : public KeySource {
 public:
  Result<std::optional<RsaPublicKey>> find(const Call&, std::string_view) const override { return std::nullopt; }
};

class TextLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view event, std::initializer_list<LogField> fields) override {
    const std::scoped_lock lock(mutex_);
    text_ += event;
    for (const LogField& field : fields) {
      if (const auto* value = std::get_if<std::string_view>(&field.value)) ((text_ += ' ') += *value);
    }
    text_ += '\n';
  }
  std::string text() {
    const std::scoped_lock lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

constexpr Asset kSite[] = {{.path = "/index.html", .type = "text/html; charset=utf-8", .digest = "i", .plain = "<app>", .gzip = "", .brotli = ""}};

class GatewayServerTest : public testing::Test {
 protected:
  void SetUp() override {
    reached = 0;
    token_ = new_api_token(random_);
    const Time now = clock_->now();
    ASSERT_TRUE(table_->write({now, now + Duration{9000}}, {Put{to_item(User{.id = UserId("u1"), .email = "canary@example.org"}), {}},
                                                            Put{to_item(ApiToken{.id = TokenId(vault_->keyed_hash("token", token_)), .user = UserId("u1"), .scopes = {"files:write"}, .expires = now + std::chrono::hours{1}}), {}}}));
    server_ = net::Server::start({.loops = 1}, gateway_, logger_).value();
  }
  void TearDown() override { server_->stop(clock_->now() + Duration{5000}); }

  /// Sends the bytes and gives everything that comes until the server closes.
  std::string exchange(const std::string& bytes) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(server_->port()), .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    std::string answer;
    std::array<char, 4096> piece{};
    for (ssize_t got; (got = recv(fd, piece.data(), piece.size(), 0)) > 0;) answer.append(piece.data(), static_cast<std::size_t>(got));
    close(fd);
    return answer;
  }
  std::string post(const std::string& headers, const std::string& body) {
    return exchange("POST /api/v1/things HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  std::string bearer() const { return "Authorization: Bearer " + token_ + "\r\n"; }

  static std::vector<Row> rows() { return {{.name = "make_thing", .trigger = Route{"POST", "/api/v1/things"}, .scope = "files:write", .group = "g", .body_limit = 100, .make = make}}; }

  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{11};
  TextLogger logger_;
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::unique_ptr<MemoryObjectStore> objects_ = memory_object_store(*clock_, random_);
  MemoryDirectory directory_{random_};
  MemoryMailer mailer_;
  std::unique_ptr<Vault> vault_ = memory_vault();
  std::unique_ptr<PasswordHasher> hasher_ = memory_password_hasher();
  Settings settings_;
  Ports ports_{*table_, *objects_, directory_, mailer_, *vault_, *hasher_, settings_};
  Registry registry_{rows(), ports_};
  NoKeys keys_;
  TrustedIssuer issuer_{keys_, "http://i/auth"};
  Gates gates_{{registry_, *table_, *vault_, &issuer_, *clock_, random_, logger_}};
  Gateway gateway_{{.origins = {}, .proxies = {}, .metrics_token = {}, .pages = {}, .pool = {.threads = 2, .queue = 8}}, {registry_, gates_, *clock_, random_, logger_, kSite, {}, {}, {}}};
  std::unique_ptr<net::Server> server_;
  std::string token_;
};

TEST_F(GatewayServerTest, AnswersWhoMay) {
  const std::string answer = post(bearer(), R"({"name":"x"})");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(answer, HasSubstr("\r\n\r\n{\"bytes\":12}"));
  EXPECT_THAT(answer, HasSubstr("x-content-type-options: nosniff"));
  EXPECT_THAT(answer, HasSubstr("cache-control: no-store"));
  EXPECT_EQ(reached, 1);
}

TEST_F(GatewayServerTest, NoStrangerAndNothingMalformedReachesAFunction) {
  const std::string head = "POST /api/v1/things HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + bearer();
  const std::pair<std::string, int> refused[] = {
      {post("", "{}"), 401},
      {post("Authorization: Bearer st_" + std::string(43, 'a') + "\r\n", "{}"), 401},
      {post(bearer() + bearer(), "{}"), 400},
      {post(bearer(), std::string(101, ' ')), 413},
      {exchange(head + "Content-Length: 99999999999\r\nExpect: 100-continue\r\n\r\n"), 413},
      {exchange(head + "Transfer-Encoding: chunked\r\n\r\n" + "65\r\n" + std::string(101, ' ') + "\r\n0\r\n\r\n"), 413},
      {exchange(head + "Transfer-Encoding: chunked\r\n\r\nnonsense"), 400},
      {exchange(head + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"), 400},
      {exchange("POST /api/v1/../v1/things HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"), 400},
      {exchange("GET /%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), 400},
      {exchange("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), 400},
      {exchange("\x16\x03\x01 this is no HTTP\r\n\r\n"), 400},
      {exchange("GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 431},
      {exchange("DELETE /api/v1/things HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), 405},
      {exchange("GET /api/v1/nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"), 404},
  };
  int number = 0;
  for (const auto& [answer, status] : refused) {
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(status) + " ")) << number;
    EXPECT_THAT(answer, HasSubstr("application/problem+json")) << number;
    EXPECT_THAT(answer, HasSubstr("\"request_id\":")) << number;
    ++number;
  }
  EXPECT_EQ(reached, 0);
}

TEST_F(GatewayServerTest, RefusesJsonThatAFunctionDoesNotTake) {
  for (const char* body : {"{", "[1]", R"({"name":1})", R"({"name":"a","name":"b"})", R"({"owner":"me"})"}) EXPECT_THAT(post(bearer(), body), StartsWith("HTTP/1.1 400 ")) << body;
}

TEST_F(GatewayServerTest, AnswersHeadWithTheHeadersOfGetAndNoBody) {
  const std::string answer = exchange("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 5\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(GatewayServerTest, KeepsSecretsOutOfTheLog) {
  post(bearer(), R"({"name":"c4nary-name"})");
  post("Authorization: Bearer st_" + std::string(43, 'Z') + "\r\n", "{}");
  exchange("GET /s/c4narytoken HTTP/1.1\r\nHost: h\r\nConnection: close\r\nCookie: satchel_session=c4nary\r\n\r\n");
  exchange("GET /x?password=c4nary HTTP/1.1\r\nHost: h\r\nConnection: close\r\nUser-Agent: c4nary\r\n\r\n");
  exchange("GET /bad c4nary\r\n\r\n");
  server_->stop(clock_->now() + Duration{5000});
  const std::string log = logger_.text();
  EXPECT_THAT(log, HasSubstr("/api/v1/things"));
  for (const std::string& secret : {token_, std::string(43, 'Z'), std::string("c4nary"), std::string("canary@")}) EXPECT_THAT(log, Not(HasSubstr(secret)));
}

}  // namespace
}  // namespace satchel::gateway
