// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "satchel/aws/credential_providers.hpp"
#include "satchel/aws/imposter.hpp"
#include "satchel/aws/object_store.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::aws {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string, std::less<>>;

Environment environment(Variables values) {
  return [values = std::move(values)](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

class Credentials : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/satchel-credentials-" + std::to_string(::getpid()) + "-" + testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& content) {
    std::ofstream(folder_ + "/" + name) << content;
    return folder_ + "/" + name;
  }
  /// Nothing of this machine is looked at: no home, no instance.
  std::shared_ptr<CredentialSource> chain(Variables values) {
    values.try_emplace("AWS_EC2_METADATA_DISABLED", "true");
    return default_credentials(environment(std::move(values)), clock_, *logger_);
  }
  Time soon() const { return clock_.now() + std::chrono::seconds{20}; }
  std::string in(Duration span) const { return format_rfc3339(clock_.now() + span); }
  std::string granted(const std::string& key, Duration life) const {
    return R"({"Code":"Success","AccessKeyId":")" + key + R"(","SecretAccessKey":"s3","Token":"t","Expiration":")" + in(life) + R"("})";
  }

  ManualClock clock_;
  std::unique_ptr<Logger> logger_ = null_logger();
  std::string folder_;
};

TEST_F(Credentials, TheEnvironmentComesFirst) {
  const std::string files = file("credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key = secret\n");
  const auto credential = chain({{"AWS_ACCESS_KEY_ID", "ENV"}, {"AWS_SECRET_ACCESS_KEY", "secret"}, {"AWS_SESSION_TOKEN", "token"}, {"AWS_SHARED_CREDENTIALS_FILE", files}})->get(soon()).value();
  EXPECT_EQ(credential.access_key, "ENV");
  EXPECT_EQ(credential.secret, "secret");
  EXPECT_EQ(credential.session_token, "token");
  EXPECT_FALSE(credential.expires);
  EXPECT_THAT(chain({{"AWS_ACCESS_KEY_ID", "ENV"}})->get(soon()).error().message, HasSubstr("AWS_SECRET_ACCESS_KEY is not set"));
  EXPECT_THAT(chain({{"AWS_SECRET_ACCESS_KEY", "secret"}})->get(soon()).error().message, HasSubstr("AWS_ACCESS_KEY_ID is not set"));
}

TEST_F(Credentials, AProfileIsReadFromBothFiles) {
  const std::string credentials = file("credentials", "# ours\n[default]\naws_access_key_id=ONE\naws_secret_access_key = a=b/c+d==\n\n[work]\n AWS_ACCESS_KEY_ID = nested\n\n[team]\nAWS_Access_Key_Id = TWO\r\n");
  const std::string config = file("config", "[default]\nregion = eu-central-1\naws_access_key_id = NEVER\n[profile team]\ns3 =\n  aws_secret_access_key = nested\naws_secret_access_key = two\naws_session_token = token\n");
  const Variables files{{"AWS_SHARED_CREDENTIALS_FILE", credentials}, {"AWS_CONFIG_FILE", config}};
  const auto first = chain(files)->get(soon()).value();
  EXPECT_EQ(first.access_key, "ONE");
  EXPECT_EQ(first.secret, "a=b/c+d==");
  Variables team = files;
  team["AWS_PROFILE"] = "team";
  const auto second = chain(team)->get(soon()).value();
  EXPECT_EQ(second.access_key, "TWO");
  EXPECT_EQ(second.secret, "two");
  EXPECT_EQ(second.session_token, "token");
}

TEST_F(Credentials, TheFilesLieInTheHomeFolder) {
  std::filesystem::create_directories(folder_ + "/.aws");
  file(".aws/credentials", "[default]\naws_access_key_id = HOME\naws_secret_access_key = secret\n");
  EXPECT_EQ(chain({{"HOME", folder_}})->get(soon()).value().access_key, "HOME");
}

TEST_F(Credentials, WhatIsNotSupportedGetsASentence) {
  for (const auto& [content, part] : std::map<std::string, std::string>{
           {"[profile p]\nsso_session = s\n", "sso_session"}, {"[profile p]\ncredential_process = /bin/x\n", "credential_process"},
           {"[profile p]\nrole_arn = r\nsource_profile = default\n", "role_arn"}, {"[profile p]\naws_access_key_id = a\n", "aws_secret_access_key"},
           {"[profile p]\nregion = a\n", "has no aws_access_key_id"}, {"[profile q]\nregion = a\n", "no profile 'p'"}}) {
    const auto source = chain({{"AWS_CONFIG_FILE", file("config", content)}, {"AWS_PROFILE", "p"}});
    EXPECT_EQ(source->get(soon()).error().code, ErrorCode::internal);
    EXPECT_THAT(source->get(soon()).error().message, HasSubstr(part)) << content;
  }
  EXPECT_THAT(chain({{"AWS_WEB_IDENTITY_TOKEN_FILE", "/x"}})->get(soon()).error().message, HasSubstr("web identity"));
  EXPECT_THAT(chain({})->get(soon()).error().message, HasSubstr("There is no credential for AWS"));
  EXPECT_THAT(chain({{"AWS_CONFIG_FILE", file("config", "[default]\nregion = a\n")}})->get(soon()).error().message, HasSubstr("There is no credential for AWS"));
}

TEST_F(Credentials, AContainerIsAskedWithItsToken) {
  Imposter imposter({{.body = granted("CONTAINER", std::chrono::hours{1})}});
  const std::string token = file("token", "first\n");
  const auto source = chain({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", imposter.url() + "/v1/credentials?x=1"}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token}, {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "never"}});
  const auto credential = source->get(soon()).value();
  EXPECT_EQ(credential.access_key, "CONTAINER");
  EXPECT_EQ(credential.session_token, "t");
  EXPECT_EQ(credential.expires, clock_.now() + std::chrono::hours{1});
  EXPECT_EQ(imposter.asked().at(0).target, "/v1/credentials?x=1");
  EXPECT_EQ(imposter.asked().at(0).field("authorization"), "first");
  file("token", "second");
  clock_.advance(std::chrono::minutes{56});
  ASSERT_TRUE(source->get(soon()));
  EXPECT_EQ(imposter.asked().at(1).field("authorization"), "second") << "a token in a file is replaced while we run";
}

TEST_F(Credentials, ATokenGoesToNoOtherHost) {
  for (const char* allowed : {"http://127.0.0.9/x", "http://localhost/x", "http://[::1]/x", "http://169.254.170.2/x", "http://169.254.170.23/x", "http://[fd00:ec2::23]/x", "https://example.org/x"}) {
    EXPECT_TRUE(container_credential(environment({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", allowed}}), clock_)) << allowed;
  }
  for (const char* refused : {"http://example.org/x", "http://169.254.169.254/x", "http://10.0.0.1/x", "ftp://127.0.0.1/x", "http://127.evil.example/x"}) {
    EXPECT_FALSE(container_credential(environment({{"AWS_CONTAINER_CREDENTIALS_FULL_URI", refused}}), clock_)) << refused;
  }
  EXPECT_FALSE(*container_credential(environment({}), clock_));
}

TEST_F(Credentials, ABadTokenOfAContainerIsNamed) {
  const auto with = [&](Variables values) {
    values.emplace("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x");
    return chain(values)->get(soon()).error().message;
  };
  EXPECT_THAT(with({{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", folder_ + "/none"}}), HasSubstr("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"));
  EXPECT_THAT(with({{"AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nb: c"}}), HasSubstr("cannot be sent"));
}

/// IMDSv2, or what a test makes of it.
Reply instance(const Asked& asked, const std::string& grant) {
  if (asked.method == "PUT" && asked.target == "/latest/api/token") return asked.field("x-aws-ec2-metadata-token-ttl-seconds").empty() ? Reply{.status = 400} : Reply{.body = "TOKEN"};
  if (asked.field("x-aws-ec2-metadata-token") != "TOKEN") return {.status = 401};
  if (asked.target == "/latest/meta-data/iam/security-credentials/") return {.body = "satchel-role\n"};
  if (asked.target == "/latest/meta-data/iam/security-credentials/satchel-role") return {.body = grant};
  return {.status = 404};
}

TEST_F(Credentials, AnInstanceIsAskedBySecondVersionAlone) {
  Imposter imposter([&](const Asked& asked) { return instance(asked, granted("INSTANCE", std::chrono::hours{6})); });
  const auto source = chain({{"AWS_EC2_METADATA_DISABLED", "false"}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT", imposter.url() + "/"}});
  EXPECT_EQ(source->get(soon()).value().access_key, "INSTANCE");
  EXPECT_EQ(source->get(soon()).value().access_key, "INSTANCE");
  EXPECT_EQ(imposter.asked().size(), 3u) << "kept while it is good";
}

TEST_F(Credentials, AnInstanceThatDoesNotAnswerIsNotWaitedForLong) {
  const auto real = system_clock();
  Imposter imposter({silence()});
  const auto source = default_credentials(environment({{"AWS_EC2_METADATA_SERVICE_ENDPOINT", imposter.url()}}), *real, *logger_);
  const Time before = real->now();
  EXPECT_THAT(source->get(before + std::chrono::seconds{20}).error().message, HasSubstr("There is no credential for AWS"));
  EXPECT_LT(real->now() - before, std::chrono::seconds{5});
}

TEST_F(Credentials, AnInstanceWithoutARoleIsNamed) {
  Imposter imposter([&](const Asked& asked) { return instance(asked, R"({"Code":"AssumeRoleUnauthorizedAccess","SecretAccessKey":"s3cret"})"); });
  const auto source = chain({{"AWS_EC2_METADATA_DISABLED", ""}, {"AWS_EC2_METADATA_SERVICE_ENDPOINT", imposter.url()}});
  const auto refused = source->get(soon());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("has a role"));
  EXPECT_THAT(refused.error().detail, HasSubstr("AssumeRoleUnauthorizedAccess"));
  EXPECT_THAT(refused.error().detail, testing::Not(HasSubstr("s3cret")));
}

// ---- refreshing

net::Credential until(std::string key, Time end) { return {.access_key = std::move(key), .secret = "s", .session_token = "t", .expires = end}; }

TEST_F(Credentials, AreFetchedAnewFiveMinutesBeforeTheirEnd) {
  int fetched = 0;
  const auto source = refreshed_credential([&](Time) -> Result<net::Credential> { return until(std::to_string(++fetched), clock_.now() + std::chrono::hours{1}); }, clock_, *logger_);
  EXPECT_EQ(source->get(soon()).value().access_key, "1");
  clock_.advance(std::chrono::minutes{54});
  EXPECT_EQ(source->get(soon()).value().access_key, "1");
  clock_.advance(std::chrono::minutes{2});
  EXPECT_EQ(source->get(soon()).value().access_key, "2");
}

TEST_F(Credentials, AnOldOneServesWhileARefreshFailsAndIsStillGood) {
  int asked = 0;
  const Time end = clock_.now() + std::chrono::minutes{10};
  const auto source = refreshed_credential([&](Time) -> Result<net::Credential> {
    if (++asked == 1) return until("old", end);
    return fail(ErrorCode::unavailable, "Not now.");
  }, clock_, *logger_);
  ASSERT_TRUE(source->get(soon()));
  clock_.advance(std::chrono::minutes{6});
  EXPECT_EQ(source->get(soon()).value().access_key, "old");
  EXPECT_EQ(source->get(soon()).value().access_key, "old");
  EXPECT_EQ(asked, 2) << "not asked at each call";
  clock_.advance(std::chrono::minutes{1});
  EXPECT_EQ(source->get(soon()).value().access_key, "old");
  EXPECT_EQ(asked, 3);
  clock_.set(end);
  EXPECT_EQ(source->get(soon()).error().code, ErrorCode::unavailable);
}

TEST_F(Credentials, OneRefreshAtATimeAndNobodyWaitsForItWithoutNeed) {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = true;
  int asked = 0;
  const auto source = refreshed_credential([&](Time) -> Result<net::Credential> {
    std::unique_lock lock(mutex);
    const int number = ++asked;
    changed.notify_all();
    changed.wait(lock, [&] { return open; });
    return until(std::to_string(number), clock_.now() + std::chrono::minutes{10});
  }, clock_, *logger_);
  ASSERT_TRUE(source->get(soon()));
  clock_.advance(std::chrono::minutes{6});
  open = false;
  std::thread refreshing([&] { EXPECT_EQ(source->get(soon()).value().access_key, "2"); });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return asked == 2; });
  }
  EXPECT_EQ(source->get(soon()).value().access_key, "1") << "while another thread fetches";
  clock_.advance(std::chrono::minutes{5});  // the old one has ended: now there is something to wait for
  std::thread waiting([&] { EXPECT_EQ(source->get(soon()).value().access_key, "2"); });
  {
    const std::scoped_lock lock(mutex);
    open = true;
    changed.notify_all();
  }
  refreshing.join();
  waiting.join();
  EXPECT_EQ(asked, 2);
}

TEST_F(Credentials, WaitingForARefreshEndsAtTheDeadline) {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false, asked = false;
  const auto source = refreshed_credential([&](Time) -> Result<net::Credential> {
    std::unique_lock lock(mutex);
    asked = true;
    changed.notify_all();
    changed.wait(lock, [&] { return open; });
    return fail(ErrorCode::unavailable, "Not now.");
  }, clock_, *logger_);
  std::thread first([&] { EXPECT_FALSE(source->get(soon())); });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return asked; });
  }
  EXPECT_EQ(source->get(clock_.now() + Duration{50}).error().code, ErrorCode::deadline_exceeded);
  {
    const std::scoped_lock lock(mutex);
    open = true;
    changed.notify_all();
  }
  first.join();
}

// ---- what is presigned

TEST_F(Credentials, APresignedRequestDiesWithTheCredentialAndSaysSo) {
  Time end = clock_.now() + std::chrono::minutes{20};
  const auto source = refreshed_credential([&](Time) -> Result<net::Credential> { return until("K", end); }, clock_, *logger_);
  SeededRandom random{1};
  const auto store = s3_object_store({.endpoint = "https://s3.example.org", .region = "eu-central-1", .bucket = "files", .credentials = source}, nullptr, clock_, random);
  const Grant grant = *decide(System{}, Action::read, {EntryId("entry"), {EntryId("root")}, SpaceId("space"), UserId("owner"), false}, clock_.now());
  const auto sign = [&](Duration lifetime) {
    return store->sign_download({clock_.now(), soon()}, grant, {.key = ObjectKey("k"), .file_name = "f", .lifetime = lifetime});
  };
  const auto longer = sign(std::chrono::hours{1}).value();
  EXPECT_EQ(longer.expires, end);
  EXPECT_THAT(longer.url, HasSubstr("X-Amz-Expires=1200"));
  const auto shorter = sign(std::chrono::minutes{1}).value();
  EXPECT_EQ(shorter.expires, clock_.now() + std::chrono::minutes{1});
  EXPECT_THAT(shorter.url, HasSubstr("X-Amz-Expires=60"));
}

}  // namespace
}  // namespace satchel::aws
