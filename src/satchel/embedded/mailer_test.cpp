// SPDX-License-Identifier: Apache-2.0
// Against a server of a few lines that plays its part of RFC 5321.
#include "satchel/embedded/mailer.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>
#include <thread>

#include "satchel/memory/random.hpp"

namespace satchel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Answers = std::map<std::string, std::string>;

/// Takes one connection on loopback; answers each command as told, else with 250.
class SmtpSink {
 public:
  explicit SmtpSink(Answers answers = {}) : answers_(std::move(answers)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    socklen_t length = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~SmtpSink() {
    wait();
    close(listener_);
  }
  void wait() {
    if (thread_.joinable()) thread_.join();
  }
  int port() const { return port_; }

  std::vector<std::string> commands;  // after wait()
  std::string message;

 private:
  static bool readable(int socket) {
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    return poll(&ready, 1, 10'000) == 1;
  }
  void say(const std::string& line) const { EXPECT_GT(send(peer_, (line + "\r\n").data(), line.size() + 2, MSG_NOSIGNAL), 0); }
  bool read_line(std::string& line) {
    while (buffer_.find("\r\n") == buffer_.npos) {
      std::array<char, 4096> bytes;
      const auto got = readable(peer_) ? recv(peer_, bytes.data(), bytes.size(), 0) : 0;
      if (got <= 0) return false;
      buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    }
    line = buffer_.substr(0, buffer_.find("\r\n"));
    buffer_.erase(0, line.size() + 2);
    return true;
  }
  void take_message() {
    std::string line;
    while (read_line(line) && line != ".") message += (line.starts_with('.') ? line.substr(1) : line) + "\n";
    say("250 taken");
  }
  void serve() {
    if (!readable(listener_)) return;
    peer_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    say("220 sink");
    std::string line;
    while (read_line(line)) {
      commands.push_back(line);
      const std::string verb = line.substr(0, 4);
      const auto answer = answers_.find(verb);
      say(answer == answers_.end() ? (verb == "DATA" ? "354 go on" : "250 sink") : answer->second);
      if (verb == "DATA" && answer == answers_.end()) take_message();
      if (verb == "QUIT") break;
    }
    close(peer_);
  }

  Answers answers_;
  int listener_ = -1, peer_ = -1, port_ = 0;
  std::string buffer_;
  std::jthread thread_;
};

class MailerTest : public testing::Test {
 protected:
  std::unique_ptr<Mailer> mailer(int port, SmtpOptions::Tls tls = SmtpOptions::Tls::none) {
    return smtp_mailer({.host = "127.0.0.1", .port = port, .tls = tls, .from = "Satchel <satchel@example.org>"}, *clock_, random_).value();
  }
  Call soon() const { return {clock_->now(), clock_->now() + std::chrono::seconds{10}}; }

  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{1};
};

TEST_F(MailerTest, SendsAMail) {
  SmtpSink sink;
  const auto sent = mailer(sink.port())->send(soon(), {.to = "ann@example.org", .subject = "Set a new password", .text = "Open this:\n.\n\nhttps://x/reset#T\n"});
  ASSERT_TRUE(sent) << sent.error().detail;
  sink.wait();
  EXPECT_THAT(sink.commands, ElementsAre(HasSubstr("EHLO"), HasSubstr("MAIL FROM:<satchel@example.org>"), "RCPT TO:<ann@example.org>", "DATA", "QUIT"));
  EXPECT_THAT(sink.message, HasSubstr("From: Satchel <satchel@example.org>\nTo: ann@example.org\nSubject: Set a new password\n"));
  EXPECT_THAT(sink.message, HasSubstr("\n\nOpen this:\n.\n\nhttps://x/reset#T\n"));
  EXPECT_THAT(sink.message, HasSubstr("+0000\n"));
}

TEST_F(MailerTest, LettersBeyondAsciiArriveWhole) {
  SmtpSink sink;
  ASSERT_TRUE(mailer(sink.port())->send(soon(), {.to = "ann@example.org", .subject = "Grüße aus Zürich, mit vielen Wörtern und noch mehr Umläuten", .text = "Schöne Grüße\n"}));
  sink.wait();
  EXPECT_THAT(sink.message, HasSubstr("Subject: =?UTF-8?B?R3LDvMOfZSBhdXMg"));
  EXPECT_THAT(sink.message, HasSubstr("Content-Transfer-Encoding: base64\n\nU2Now7ZuZSBHcsO8w59lDQo=\n"));
}

TEST_F(MailerTest, ARefusedAddressStaysRefusedAndABusyServerMayBeAskedAgain) {
  SmtpSink refusing(Answers{{"RCPT", "550 nobody here"}});
  EXPECT_EQ(mailer(refusing.port())->send(soon(), {.to = "x@example.org", .subject = "s", .text = "t"}).error().code, ErrorCode::invalid);
  SmtpSink busy(Answers{{"RCPT", "451 later"}});
  EXPECT_EQ(mailer(busy.port())->send(soon(), {.to = "x@example.org", .subject = "s", .text = "t"}).error().code, ErrorCode::unavailable);
}

TEST_F(MailerTest, SendsNothingInTheClearWhereTlsIsDemanded) {
  SmtpSink sink;  // does not offer STARTTLS
  EXPECT_EQ(mailer(sink.port(), SmtpOptions::Tls::starttls)->send(soon(), {.to = "x@example.org", .subject = "s", .text = "t"}).error().code, ErrorCode::unavailable);
  sink.wait();
  EXPECT_THAT(sink.commands, Not(testing::Contains(HasSubstr("MAIL"))));
}

TEST_F(MailerTest, ASecondHeaderCannotBeSlippedIn) {
  const auto unused = mailer(1);
  EXPECT_EQ(unused->send(soon(), {.to = "x@example.org\r\nRCPT TO:<y@example.org>", .subject = "s", .text = "t"}).error().code, ErrorCode::invalid);
  EXPECT_EQ(unused->send(soon(), {.to = "x@example.org", .subject = "s\r\nBcc: y@example.org", .text = "t"}).error().code, ErrorCode::invalid);
  EXPECT_EQ(unused->send(soon(), {.to = "x@example.org>,<y@example.org", .subject = "s", .text = "t"}).error().code, ErrorCode::invalid);
}

TEST_F(MailerTest, WithoutAHostThereIsNoMail) {
  const auto none = smtp_mailer({}, *clock_, random_).value();
  EXPECT_FALSE(none->enabled());
  EXPECT_EQ(none->send(soon(), {.to = "x@example.org", .subject = "s", .text = "t"}).error().code, ErrorCode::unsupported);
  EXPECT_EQ(smtp_mailer({.host = "mail", .from = "nobody"}, *clock_, random_).error().code, ErrorCode::invalid);
}

TEST_F(MailerTest, AServerThatIsNotThereIsUnavailable) {
  EXPECT_EQ(mailer(1)->send(soon(), {.to = "x@example.org", .subject = "s", .text = "t"}).error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace satchel
