// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/mail_server.hpp"

#include <gtest/gtest.h>

namespace satchel {
namespace {

Result<SmtpOptions> options(std::string url) { return smtp_options({.smtp_url = std::move(url), .smtp_password = "p", .mail_from = "a@b"}); }

TEST(MailServer, IsReadFromItsUrl) {
  const SmtpOptions one = options("smtp://ada@example.org@mail.example.org:2525").value();
  EXPECT_EQ(one.user, "ada@example.org");
  EXPECT_EQ(one.host, "mail.example.org");
  EXPECT_EQ(one.port, 2525);
  EXPECT_EQ(one.tls, SmtpOptions::Tls::starttls);
  EXPECT_EQ(options("smtps://h").value().port, 465);
  EXPECT_EQ(options("smtp+plain://localhost").value().tls, SmtpOptions::Tls::none);
  EXPECT_EQ(options("").value().host, "");
}

TEST(MailServer, IsRefusedWhereItIsNone) {
  for (const char* bad : {"mail.example.org", "http://x", "smtp://", "smtp://h:0", "smtp://h:x", "smtp://h:99999", "smtp://h/path", "smtp://u@"}) EXPECT_FALSE(options(bad)) << bad;
}

}  // namespace
}  // namespace satchel
