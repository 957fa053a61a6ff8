// SPDX-License-Identifier: Apache-2.0
// What every Mailer promises before anything is sent. What goes over the wire has tests beside each adapter.
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "satchel/aws/imposter.hpp"
#include "satchel/aws/mailer.hpp"
#include "satchel/embedded/mailer.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::contract {
namespace {

struct MailerAdapter {
  std::string name;
  std::function<std::unique_ptr<Mailer>(bool enabled, const std::string& origin, Clock&, Random&)> make;
};

class MailerContract : public testing::TestWithParam<MailerAdapter> {
 protected:
  std::unique_ptr<Mailer> mailer(bool enabled = true) { return GetParam().make(enabled, server_.url(), *clock_, random_); }
  Call call() const { return {clock_->now(), clock_->now() + std::chrono::seconds{20}}; }

  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{1};
  aws::Imposter server_{{{.body = "{}"}}};
};

TEST_P(MailerContract, RefusesWhatIsNoAddressOrNoSubject) {
  const auto good = mailer();
  EXPECT_TRUE(good->enabled());
  for (const char* to : {"", "ann", "@example.org", "ann@", "ann@example.org, bob@example.org", "Ann <ann@example.org>", "ann@example.org\r\nRCPT TO:<bob@example.org>"}) {
    EXPECT_EQ(good->send(call(), {.to = to, .subject = "Hello", .text = "text"}).error().code, ErrorCode::invalid) << to;
  }
  for (const char* subject : {"", "Hello\r\nBcc: bob@example.org", "Hello\nyou"}) {
    EXPECT_EQ(good->send(call(), {.to = "ann@example.org", .subject = subject, .text = "text"}).error().code, ErrorCode::invalid) << subject;
  }
  EXPECT_EQ(server_.asked().size(), 0u);
}

TEST_P(MailerContract, SaysWhereItIsNotSetUp) {
  const auto off = mailer(false);
  EXPECT_FALSE(off->enabled());
  EXPECT_EQ(off->send(call(), {.to = "ann@example.org", .subject = "Hello", .text = "text"}).error().code, ErrorCode::unsupported);
}

INSTANTIATE_TEST_SUITE_P(
    Adapters, MailerContract,
    testing::Values(MailerAdapter{"Memory", [](bool enabled, const std::string&, Clock&, Random&) { return std::make_unique<MemoryMailer>(enabled); }},
                    MailerAdapter{"Smtp", [](bool enabled, const std::string&, Clock& clock, Random& random) {
                      return *smtp_mailer({.host = enabled ? "127.0.0.1" : "", .port = 1, .tls = SmtpOptions::Tls::none, .from = "satchel@example.org"}, clock, random);
                    }},
                    MailerAdapter{"Ses", [](bool enabled, const std::string& origin, Clock& clock, Random& random) {
                      return *aws::ses_mailer({origin, "eu-central-1", enabled ? "satchel@example.org" : "", "", aws::fixed_credential({"AKID", "secret"})}, clock, random);
                    }}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace satchel::contract
