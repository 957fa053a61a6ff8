// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.hpp"

namespace satchel {
namespace {

using testing::HasSubstr;

Sources sources(std::map<std::string, std::string, std::less<>> flags = {}, std::map<std::string, std::string> variables = {}) {
  return {.flags = std::move(flags),
          .environment = [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(std::string(name));
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          },
          .file = {}};
}

Configuration load(const Sources& from) { return load_configuration(from).value().configuration; }
std::string refusal(const Sources& from) {
  const auto loaded = load_configuration(from);
  return loaded ? "" : loaded.error().message;
}

TEST(Configuration, HasSensibleValuesBuiltIn) {
  const Configuration plain = load(sources());
  EXPECT_EQ(plain.data, "./satchel-data");
  EXPECT_EQ(plain.address, "127.0.0.1");
  EXPECT_EQ(plain.port, 8420);
  EXPECT_EQ(plain.public_url, "http://localhost:8420");
  EXPECT_EQ(plain.issuer(), "http://localhost:8420/auth");
  EXPECT_EQ(plain.quota, 1'000'000'000'000);
}

TEST(Configuration, FlagsWinOverTheEnvironmentAndThatOverTheFile) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() + "/satchel.conf") << "# ours\n\nlisten = 127.0.0.1:1\nquota=5GB\nlog_level = warn\n";
  const auto loaded = load_configuration(sources({{"data", folder.path()}, {"listen", "[::1]:3"}}, {{"SATCHEL_LISTEN", "127.0.0.1:2"}, {"SATCHEL_QUOTA", "6 GB"}})).value();
  EXPECT_EQ(loaded.configuration.address, "::1");
  EXPECT_EQ(loaded.configuration.port, 3);
  EXPECT_EQ(loaded.configuration.quota, 6'000'000'000);
  EXPECT_EQ(loaded.configuration.log_level, LogLevel::warn);
  EXPECT_EQ(loaded.configuration.public_url, "http://localhost:3");
  std::map<std::string, std::string> from;
  for (const Shown& shown : loaded.shown) from[shown.key] = shown.source;
  EXPECT_EQ(from["listen"], "--listen");
  EXPECT_EQ(from["quota"], "SATCHEL_QUOTA");
  EXPECT_EQ(from["log_level"], folder.path() + "/satchel.conf");
  EXPECT_EQ(from["tls_key"], "built in");
  EXPECT_EQ(from["public_url"], "from listen");
}

TEST(Configuration, RunsFunctionsInProcessesWhereItIsTold) {
  EXPECT_FALSE(load(sources()).functions_in_processes);
  const Configuration told = load(sources({{"functions", "process"}}, {{"SATCHEL_BOOTSTRAP", "/opt/satchel/bootstrap"}}));
  EXPECT_TRUE(told.functions_in_processes);
  EXPECT_EQ(told.bootstrap, "/opt/satchel/bootstrap");
  EXPECT_THAT(refusal(sources({{"functions", "threads"}})), HasSubstr("inprocess"));
}

TEST(Configuration, RefusesWhatItDoesNotKnowAndSaysWhere) {
  EXPECT_THAT(parse_settings("listen = x\npublic-url = y\n", "f").error().message, HasSubstr("f:2: there is no setting 'public-url'"));
  EXPECT_THAT(parse_settings("listen", "f").error().message, HasSubstr("f:1"));
  EXPECT_THAT(parse_settings("quota=1\nquota=2", "f").error().message, HasSubstr("f:2: 'quota' is set twice"));
  auto named = sources();
  named.file = "/nowhere/satchel.conf";
  EXPECT_THAT(refusal(named), HasSubstr("/nowhere/satchel.conf"));
}

TEST(Configuration, RefusesValuesThatCannotWorkAndSaysWhereTheyStand) {
  for (const char* bad : {"8420", "127.0.0.1", "host:80", "127.0.0.1:99999", "127.0.0.1:x", ":80", ""}) EXPECT_THAT(refusal(sources({{"listen", bad}})), HasSubstr("--listen")) << bad;
  for (const char* bad : {"files.example.org", "ftp://x", "https://", "https://x/path", "https://u@x", "https://x?y", "https://x; script-src *"}) {
    EXPECT_THAT(refusal(sources({}, {{"SATCHEL_PUBLIC_URL", bad}})), HasSubstr("SATCHEL_PUBLIC_URL")) << bad;
  }
  for (const char* bad : {"0", "-1", "x", "1PB", "2000000TB", "9223372036854775807TB"}) EXPECT_NE(refusal(sources({{"quota", bad}})), "") << bad;
  EXPECT_NE(refusal(sources({{"tls_cert", "a.pem"}})), "");
  EXPECT_NE(refusal(sources({{"trusted_proxies", "10.0.0.0/8, nonsense"}})), "");
  EXPECT_NE(refusal(sources({{"log_level", "loud"}})), "");
  EXPECT_NE(refusal(sources({{"smtp_url", "smtp://x"}})), "");
}

TEST(Configuration, NeverShowsASecret) {
  const auto loaded = load_configuration(sources({}, {{"SATCHEL_METRICS_TOKEN", "c4nary"}})).value();
  EXPECT_EQ(loaded.configuration.metrics_token, "c4nary");
  for (const Shown& shown : loaded.shown) EXPECT_EQ(shown.value.find("c4nary"), std::string::npos);
}

TEST(Configuration, TakesHttpsWhereItHasACertificate) {
  EXPECT_EQ(load(sources({{"tls_cert", "a"}, {"tls_key", "b"}})).public_url, "https://localhost:8420");
  EXPECT_EQ(load(sources({{"public_url", "https://files.example.org/"}})).public_url, "https://files.example.org");
}

TEST(Configuration, ATableElsewhereWantsTheKeyThatItsCopiesShareAndOnlyThen) {
  const std::string key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  EXPECT_THAT(refusal(sources({{"table", "dynamodb://files"}})), HasSubstr("master_key"));
  EXPECT_THAT(refusal(sources({}, {{"SATCHEL_MASTER_KEY", key}})), HasSubstr("table"));
  EXPECT_THAT(refusal(sources({{"table", "dynamodb://files"}}, {{"SATCHEL_MASTER_KEY", "AAAA"}})), HasSubstr("openssl rand"));
  EXPECT_THAT(refusal(sources({{"table", "postgres://files"}})), HasSubstr("dynamodb://"));
  EXPECT_THAT(refusal(sources({{"objects", "gs://files"}})), HasSubstr("s3://"));
  const Configuration shared = load(sources({{"table", "dynamodb://files"}, {"objects", "s3://files"}}, {{"SATCHEL_MASTER_KEY", key}}));
  EXPECT_EQ(shared.master_key, std::string(32, '\0'));
  EXPECT_EQ(shared.table, "dynamodb://files");
}

TEST(Configuration, AnIssuerElsewhereWantsAClientAndLendsItsNameToTheRest) {
  EXPECT_THAT(refusal(sources({{"issuer", "https://id.example.org/"}, {"public_url", "https://files.example.org"}})), HasSubstr("https://files.example.org/callback"));
  EXPECT_THAT(refusal(sources({{"admins", "ann@example.org"}})), HasSubstr("issuer"));
  EXPECT_THAT(refusal(sources({{"issuer", "https://id.example.org"}, {"client_id", "c"}, {"required_claim", "groups"}})), HasSubstr("groups=satchel"));
  for (const char* bad : {"http://example.org:80/callback", "http://localhost/callback", "http://localhost:0/callback", "http://localhost:99999/callback", "http://localhost:8421/", "https://localhost:8421/callback", "/callback"}) {
    EXPECT_THAT(refusal(sources({{"issuer", "https://id.example.org"}, {"client_id", "c"}, {"cli_callback", bad}})), HasSubstr("http://localhost:PORT/callback")) << bad;
  }
  EXPECT_EQ(load(sources({{"issuer", "https://id.example.org"}, {"client_id", "c"}, {"cli_callback", "http://localhost:8421/callback"}})).cli_callback, "http://localhost:8421/callback");
  const Configuration plain = load(sources({{"issuer", "https://id.example.org/"}, {"client_id", "page"}, {"admins", "ann@example.org, groups=admins"}}));
  EXPECT_EQ(plain.issuer(), "https://id.example.org/");  // a slash at its end is part of the name
  EXPECT_EQ(plain.audience, "page");
  EXPECT_EQ(plain.cli_client_id, "page");
  EXPECT_THAT(plain.admins, testing::ElementsAre("ann@example.org", "groups=admins"));
}

}  // namespace
}  // namespace satchel
