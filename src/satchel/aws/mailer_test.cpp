// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/mailer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/aws/imposter.hpp"
#include "satchel/aws/json_client.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::aws {
namespace {

using testing::HasSubstr;

Reply refusal(int status, const std::string& type, const std::string& message = "No.") {
  return {.status = status, .body = Json::object({{"message", message}}).text(), .fields = {{"x-amzn-ErrorType", type}}};
}

class SesMailerTest : public testing::Test {
 protected:
  Result<void> send(const Imposter& imposter, const Mail& mail, std::string from = "Satchel <satchel@example.org>") {
    auto mailer = ses_mailer({imposter.url(), "eu-central-1", std::move(from), "", fixed_credential({"AKID", "secret"})}, *clock_, random_);
    EXPECT_TRUE((*mailer)->enabled());
    return (*mailer)->send({clock_->now(), clock_->now() + std::chrono::seconds{20}}, mail);
  }

  const Mail mail_{.to = "ann@example.org", .subject = "Grüße", .text = "Line\nand \"more\"."};
  std::unique_ptr<Clock> clock_ = system_clock();
  SeededRandom random_{1};
};

TEST_F(SesMailerTest, SendsSimpleContent) {
  Imposter imposter({{.body = R"({"MessageId":"m"})"}});
  ASSERT_TRUE(send(imposter, mail_));
  ASSERT_TRUE(send(imposter, mail_, "Sätchel <satchel@example.org>"));
  const auto asked = imposter.asked();
  EXPECT_EQ(asked[0].target, "/v2/email/outbound-emails");
  EXPECT_THAT(asked[0].field("authorization"), HasSubstr("/eu-central-1/ses/aws4_request"));
  const Json body = Json::parse(asked[0].body).value();
  EXPECT_EQ(text_in(body, "FromEmailAddress"), "Satchel <satchel@example.org>");
  EXPECT_EQ(body.find("Destination")->text(), R"({"ToAddresses":["ann@example.org"]})");
  const Json* simple = body.find("Content")->find("Simple");
  EXPECT_EQ(text_in(*simple->find("Subject"), "Data"), "Grüße");
  EXPECT_EQ(text_in(*simple->find("Body")->find("Text"), "Data"), mail_.text);
  EXPECT_EQ(text_in(Json::parse(asked[1].body).value(), "FromEmailAddress"), "=?UTF-8?B?U8OkdGNoZWw=?= <satchel@example.org>");
}

TEST_F(SesMailerTest, RefusesWhatEveryMailerRefuses) {
  Imposter imposter({{.body = "{}"}});
  EXPECT_EQ(send(imposter, {.to = "ann", .subject = "s", .text = "t"}).error().code, ErrorCode::invalid);
  EXPECT_EQ(send(imposter, {.to = "ann@example.org", .subject = "s\r\nBcc: x@y.z", .text = "t"}).error().code, ErrorCode::invalid);
  EXPECT_EQ(imposter.asked().size(), 0u);
  EXPECT_EQ(ses_mailer({.from = "nobody"}, *clock_, random_).error().code, ErrorCode::invalid);
  const auto off = ses_mailer({}, *clock_, random_);
  EXPECT_FALSE((*off)->enabled());
  EXPECT_EQ((*off)->send({}, mail_).error().code, ErrorCode::unsupported);
}

TEST_F(SesMailerTest, SaysWhatIsNotSetUp) {
  struct Case {
    Reply reply;
    ErrorCode code;
    std::string type, sentence;
  };
  for (const Case& c : std::vector<Case>{
           {refusal(400, "MessageRejected", "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: satchel@example.org"), ErrorCode::internal, "mail_not_set_up", "SATCHEL_MAIL_FROM"},
           {refusal(400, "MessageRejected", "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: ann@example.org"), ErrorCode::internal, "mail_not_set_up", "sandbox"},
           {refusal(400, "MailFromDomainNotVerifiedException"), ErrorCode::internal, "mail_not_set_up", "verify the address or its domain"},
           {refusal(400, "SendingPausedException"), ErrorCode::internal, "mail_not_set_up", "paused"},
           {refusal(400, "BadRequestException", "Missing final '@domain'"), ErrorCode::invalid, "mail_refused", "Check the address"},
           {refusal(403, "AccessDeniedException"), ErrorCode::internal, "AccessDeniedException", "ses:SendEmail"}}) {
    Imposter imposter({c.reply});
    const auto sent = send(imposter, mail_);
    EXPECT_EQ(sent.error().code, c.code) << c.reply.body;
    EXPECT_EQ(sent.error().type, c.type);
    EXPECT_THAT(sent.error().message, HasSubstr(c.sentence));
    EXPECT_EQ(imposter.asked().size(), 1u);
  }
}

TEST_F(SesMailerTest, SendsAgainOnlyWhatWasRefusedForNow) {
  Imposter throttled({refusal(429, "TooManyRequestsException"), refusal(429, "TooManyRequestsException"), {.body = "{}"}});
  EXPECT_TRUE(send(throttled, mail_));
  Imposter busy({refusal(429, "TooManyRequestsException")});
  EXPECT_EQ(send(busy, mail_).error().code, ErrorCode::too_many);
  Imposter hanging({hang_up(), {.body = "{}"}});
  EXPECT_EQ(send(hanging, mail_).error().code, ErrorCode::unavailable);
  EXPECT_EQ(hanging.asked().size(), 1u) << "it may have been sent";
}

}  // namespace
}  // namespace satchel::aws
