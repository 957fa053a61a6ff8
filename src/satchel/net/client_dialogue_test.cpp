// SPDX-License-Identifier: Apache-2.0
// The client against our server: kept connections, streams, refusals in the middle, TLS.
#include "satchel/net/client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>
#include <vector>

#include "satchel/base/encoding.hpp"
#include "satchel/net/server_fixture.hpp"
#include "satchel/net/test_certificate.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::net {
namespace {

using testing::HasSubstr;

class ClientDialogue : public ServerTest {
 protected:
  ClientRequest to(const std::string& target, const std::string& method = "GET") {
    return {.method = method, .url = {.secure = secure_, .host = "127.0.0.1", .port = server_->port(), .target = target}};
  }
  void serve_tls(const char* names, FunctionHandler::Function function) {
    write_certificate(folder_.path(), "server", names);
    secure_ = true;
    start(std::move(function), {.certificate_file = folder_.path() + "/server.pem", .key_file = folder_.path() + "/server.key"});
    trust("server");
  }
  void trust(const std::string& name) { client_ = Client::create({.ca_file = folder_.path() + "/" + name + ".pem"}, *clock_); }
  /// A file of that size whose bytes follow from their place.
  std::shared_ptr<const int> file_of(std::size_t size) {
    content_.resize(size);
    for (std::size_t i = 0; i < size; ++i) content_[i] = static_cast<char>(i * 2654435761U >> 13);
    std::ofstream(folder_.path() + "/file", std::ios::binary) << content_;
    return {new int(::open((folder_.path() + "/file").c_str(), O_RDONLY | O_CLOEXEC)), [](const int* number) {
              ::close(*number);
              delete number;
            }};
  }
  static void count(std::unique_ptr<Exchange> exchange) { count_body(std::move(exchange)); }

  TemporaryFolder folder_;
  std::string content_;
  bool secure_ = false;
  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Client> client_ = Client::create({}, *clock_);
};

TEST_F(ClientDialogue, SendsRequestsOverOneConnection) {
  start(echo_target);
  for (int i = 0; i < 5; ++i) {
    const auto response = client_->send(to("/" + std::to_string(i)), in_ms(5000));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, "GET /" + std::to_string(i));
  }
  EXPECT_EQ(server_->counters().connections, 1U);
}

TEST_F(ClientDialogue, KnowsThatAnAnswerToHeadHasNoBody) {
  start(echo_target);
  for (int i = 0; i < 2; ++i) {
    const auto response = client_->send(to("/x", "HEAD"), in_ms(5000));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->fields.find("content-length"), "7");
    EXPECT_EQ(response->body, "");
  }
  EXPECT_EQ(server_->counters().connections, 1U);
}

TEST_F(ClientDialogue, StreamsABodyEachWay) {
  constexpr std::size_t size = 10'000'000;
  start([file = file_of(size)](std::unique_ptr<Exchange> exchange) {
    if (exchange->head().method == "PUT") return count(std::move(exchange));
    exchange->respond({200, {}}, std::vector<FileSlice>{{file, 0, size}});
  });
  ClientRequest request = to("/", "PUT");
  request.body_length = size;
  request.body_reader = [&, at = std::size_t{0}](std::span<std::byte> room) mutable -> Result<std::size_t> {
    const std::size_t part = std::min(room.size(), size - at);
    std::memcpy(room.data(), content_.data() + at, part);
    at += part;
    return part;
  };
  const auto sent = client_->send(request, in_ms(20'000));
  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->body, std::to_string(size));

  std::string got;
  const auto response = client_->send(to("/"), in_ms(20'000), [&](std::span<const std::byte> bytes) -> Result<void> {
    got.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  });
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_TRUE(got == content_);
  EXPECT_EQ(response->body, "");
}

TEST_F(ClientDialogue, HearsARefusalInTheMiddleOfAnUpload) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({403, {}}, "not for you"); });
  ClientRequest request = to("/", "PUT");
  request.body_length = 1'000'000'000'000;
  request.body_reader = [](std::span<std::byte> room) -> Result<std::size_t> { return room.size(); };
  const auto response = client_->send(request, in_ms(20'000));
  ASSERT_TRUE(response) << response.error().message << response.error().detail;
  EXPECT_EQ(response->status, 403);
  EXPECT_EQ(response->body, "not for you");
}

TEST_F(ClientDialogue, ReadsChunksAndKeepsTheConnection) {
  struct Source final : BodySource {
    int left = 3;
    void next(Callback callback) override { callback(left-- > 0 ? std::string(50'000, 'c') : std::string()); }
  };
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({200, {}}, std::make_unique<Source>(), std::nullopt); });
  for (int i = 0; i < 2; ++i) {
    const auto response = client_->send(to("/"), in_ms(5000));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, std::string(150'000, 'c'));
  }
  EXPECT_EQ(server_->counters().connections, 1U);
}

TEST_F(ClientDialogue, ReplacesAKeptConnectionThatDied) {
  start(echo_target, {.idle_deadline = Duration(50)});
  ASSERT_TRUE(client_->send(to("/1"), in_ms(5000)));
  // The server closes it; a watcher of our own tells when.
  auto watcher = connect();
  EXPECT_TRUE(watcher.is_closed());
  const auto second = client_->send(to("/2"), in_ms(5000));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->body, "GET /2");
}

TEST_F(ClientDialogue, EndsAtTheDeadline) {
  std::vector<std::unique_ptr<Exchange>> kept;
  start([&](std::unique_ptr<Exchange> exchange) { kept.push_back(std::move(exchange)); }, {.loops = 1});
  EXPECT_EQ(client_->send(to("/"), in_ms(100)).error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(client_->send(to("/"), in_ms(-1)).error().code, ErrorCode::deadline_exceeded);
  client_ = Client::create({.stall_deadline = Duration(100)}, *clock_);
  EXPECT_EQ(client_->send(to("/"), in_ms(60'000)).error().code, ErrorCode::deadline_exceeded);
  server_->stop(in_ms(0));
}

TEST_F(ClientDialogue, SaysThatNobodyListens) {
  start(echo_target);
  const auto request = to("/");
  server_->stop(in_ms(0));
  EXPECT_EQ(client_->send(request, in_ms(5000)).error().code, ErrorCode::unavailable);
}

TEST_F(ClientDialogue, HoldsNoMoreThanItsLimitAndGivesTheSinksError) {
  start([](std::unique_ptr<Exchange> exchange) { exchange->respond({200, {}}, std::string(100'000, 'x')); });
  client_ = Client::create({.body_limit = 99'999}, *clock_);
  EXPECT_EQ(client_->send(to("/"), in_ms(5000)).error().code, ErrorCode::too_large);
  const auto stopped = client_->send(to("/"), in_ms(5000), [](auto) -> Result<void> { return fail(ErrorCode::conflict, "enough"); });
  EXPECT_EQ(stopped.error().code, ErrorCode::conflict);
}

TEST_F(ClientDialogue, SpeaksTls) {
  serve_tls("DNS:localhost,IP:127.0.0.1", [](std::unique_ptr<Exchange> exchange) {
    std::string text = exchange->head().secure ? "secure" : "plain";
    exchange->respond({200, {}}, std::move(text));
  });
  for (int i = 0; i < 3; ++i) {
    const auto response = client_->send(to("/"), in_ms(5000));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "secure");
  }
  EXPECT_EQ(server_->counters().connections, 1U);
  auto by_name = to("/");
  by_name.url.host = "localhost";
  EXPECT_EQ(client_->send(by_name, in_ms(5000))->body, "secure");
}

TEST_F(ClientDialogue, StreamsOverTlsBothWays) {
  constexpr std::size_t size = 20'000'000;
  std::promise<Sent> sent;
  const auto file = file_of(size);
  serve_tls("IP:127.0.0.1", [&](std::unique_ptr<Exchange> exchange) {
    if (exchange->head().method == "PUT") return count(std::move(exchange));
    exchange->respond({200, {}}, std::vector<FileSlice>{{file, 0, size}}, [&](Sent what) { sent.set_value(what); });
  });
  auto request = to("/", "PUT");
  request.body = content_;
  EXPECT_EQ(client_->send(request, in_ms(20'000))->body, std::to_string(size));
  std::string got;
  const auto response = client_->send(to("/"), in_ms(20'000), [&](std::span<const std::byte> bytes) -> Result<void> {
    got.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  });
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_TRUE(got == content_);
  const auto what = sent.get_future().get();
  EXPECT_TRUE(what.complete);
  EXPECT_EQ(what.body_bytes, size);
}

TEST_F(ClientDialogue, RefusesACertificateForAnotherNameOrOfNobodyItTrusts) {
  serve_tls("DNS:other.example", echo_target);
  EXPECT_EQ(client_->send(to("/"), in_ms(5000)).error().code, ErrorCode::invalid);
  auto by_name = to("/");
  by_name.url.host = "localhost";
  EXPECT_EQ(client_->send(by_name, in_ms(5000)).error().code, ErrorCode::invalid);

  serve_tls("IP:127.0.0.1", echo_target);
  EXPECT_TRUE(client_->send(to("/"), in_ms(5000)));
  write_certificate(folder_.path(), "stranger", "IP:127.0.0.1");
  trust("stranger");
  const auto refused = client_->send(to("/"), in_ms(5000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("certificate"));
}

TEST_F(ClientDialogue, AndServerEachNoticeThatTheOtherSpeaksNoTls) {
  start(echo_target);
  secure_ = true;
  EXPECT_EQ(client_->send(to("/"), in_ms(5000)).error().code, ErrorCode::invalid);
  serve_tls("IP:127.0.0.1", echo_target);
  secure_ = false;
  EXPECT_FALSE(client_->send(to("/"), in_ms(5000)));
}

TEST_F(ClientDialogue, FilesOfACertificateThatCannotBeReadAreSaidAtTheStart) {
  FunctionHandler handler(echo_target);
  const auto missing = Server::start({.certificate_file = "/nowhere.pem", .key_file = "/nowhere.key"}, handler, *logger_);
  EXPECT_EQ(missing.error().code, ErrorCode::invalid);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere.pem"));
  EXPECT_EQ(Server::start({.certificate_file = "/nowhere.pem"}, handler, *logger_).error().code, ErrorCode::invalid);
}

/// Answers each connection with the next of its scripts, whatever is asked, and closes it.
class Imposter {
 public:
  explicit Imposter(std::vector<std::string> scripts) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
    ::listen(socket_, 10);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, scripts = std::move(scripts)] {
      for (const auto& script : scripts) {
        const int one = ::accept(socket_, nullptr, nullptr);
        if (one < 0) return;
        char bytes[4096];
        if (::recv(one, bytes, sizeof bytes, 0) > 0) ::send(one, script.data(), script.size(), MSG_NOSIGNAL);
        ::close(one);
        ++answered;
      }
    });
  }
  ~Imposter() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    ::close(socket_);
  }
  Imposter(const Imposter&) = delete;
  Imposter& operator=(const Imposter&) = delete;
  ClientRequest request() const { return {.url = {.host = "127.0.0.1", .port = port_, .target = "/"}}; }
  std::atomic<int> answered = 0;

 private:
  int socket_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST_F(ClientDialogue, PassesOverInterimAnswers) {
  const Imposter imposter({"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"});
  EXPECT_EQ(client_->send(imposter.request(), in_ms(5000))->body, "ok");
}

TEST_F(ClientDialogue, RefusesBrokenAnswers) {
  const std::vector<std::string> scripts = {
      "SSH-2.0-OpenSSH\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
      "HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'a'),
      "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  };
  Imposter imposter(scripts);
  for (const auto& script : scripts) EXPECT_EQ(client_->send(imposter.request(), in_ms(5000)).error().code, ErrorCode::invalid) << script.substr(0, 60);
}

}  // namespace
}  // namespace satchel::net
