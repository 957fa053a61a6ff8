// SPDX-License-Identifier: Apache-2.0
// The local administration, and the UNIX socket that the command line reaches it by.
#include "apps/satchel/administration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/satchel/admin_socket.hpp"
#include "satchel/identity/accounts.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/model/api_token.hpp"
#include "satchel/model/event.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel {
namespace {

using testing::HasSubstr;

constexpr std::string_view kPassword = "a long enough pass phrase";

class AdministrationTest : public testing::Test {
 protected:
  static Json person(std::string_view email) { return Json::object({{"email", email}, {"password", kPassword}}); }

  TemporaryFolder above_;
  ManualClock clock_;
  std::unique_ptr<Clock> real_ = system_clock();  // of the sockets
  SeededRandom random_{5};
  std::unique_ptr<Logger> logger_ = null_logger();
  Process process_{clock_, random_, *logger_};
  Ground ground_{.folder = DataFolder::open(above_.path() + "/data", clock_).value(), .master_key = {}, .functions_key = {}, .vault = memory_vault(), .hasher = memory_password_hasher(), .table = memory_table()};
  Administration administration_{ground_, process_, 1'000'000};
};

TEST_F(AdministrationTest, AddsAPersonWhoCanSignIn) {
  Json request = person("Ada@example.org");
  request.set("admin", true);
  ASSERT_TRUE(administration_.add_user(request));
  const auto account = identity::find_account(*ground_.table, call_for(clock_), "ada@example.org").value();
  ASSERT_TRUE(account);
  EXPECT_EQ(account->user.role, Role::admin);
  EXPECT_EQ(account->user.name, "Ada");
  EXPECT_TRUE(account->can_sign_in());
}

TEST_F(AdministrationTest, RefusesAnAddressThatIsTakenAWeakPasswordAndWhatItDoesNotKnow) {
  ASSERT_TRUE(administration_.add_user(person("a@example.org")));
  EXPECT_EQ(administration_.add_user(person("A@example.org")).error().code, ErrorCode::conflict);
  EXPECT_FALSE(administration_.add_user(Json::object({{"email", "b@example.org"}, {"password", "short"}})));
  EXPECT_FALSE(administration_.add_user(person("no address")));
  Json more = person("c@example.org");
  more.set("root", true);
  EXPECT_THAT(administration_.add_user(more).error().message, HasSubstr("'root'"));
}

TEST_F(AdministrationTest, MakesATokenThatTheGatesFind) {
  ASSERT_TRUE(administration_.add_user(person("a@example.org")));
  const Json made = administration_.create_token(Json::object({{"user", "a@example.org"}, {"name", "backup"}, {"expires_seconds", 60}, {"scopes", Json::array().push("files:read")}})).value();
  const std::string secret = *made.find("token")->as<std::string>();
  EXPECT_TRUE(is_api_token(secret));
  const auto item = ground_.table->get(call_for(clock_), keys::token(TokenId(ground_.vault->keyed_hash("token", secret)))).value();
  ASSERT_TRUE(item);
  const ApiToken token = api_token_from(*item);
  EXPECT_EQ(token.expires, clock_.now() + std::chrono::seconds{60});
  EXPECT_EQ(token.scopes, Scopes{"files:read"});
}

TEST_F(AdministrationTest, MakesNoTokenForNobodyForEverOrForNothing) {
  ASSERT_TRUE(administration_.add_user(person("a@example.org")));
  EXPECT_THAT(administration_.create_token(Json::object({{"user", "b@example.org"}, {"name", "x"}})).error().message, HasSubstr("satchel user add"));
  EXPECT_FALSE(administration_.create_token(Json::object({{"user", "a@example.org"}, {"name", "x"}, {"expires_seconds", std::int64_t{400} * 86'400}})));
  EXPECT_FALSE(administration_.create_token(Json::object({{"user", "a@example.org"}, {"name", ""}})));
  EXPECT_THAT(administration_.create_token(Json::object({{"user", "a@example.org"}, {"name", "x"}, {"scopes", Json::array().push("all")}})).error().message, HasSubstr("files:read"));
}

TEST_F(AdministrationTest, GivesAllDeadLettersOfAConsumerAnotherChance) {
  for (int n = 0; n < 230; ++n) {
    Item letter = outbox_item({.id = ulid(clock_.now(), random_), .type = "thing.done", .time = clock_.now(), .actor = "system", .subject = "a"});
    letter.key = keys::dead_letter("purge_folder", letter.key.sort);
    ASSERT_TRUE(ground_.table->write(call_for(clock_), {Put{std::move(letter), Condition::absent()}}));
  }
  const Json request = Json::object({{"consumer", "purge_folder"}});
  EXPECT_EQ(*administration_.redrive(request).value().find("redriven")->as<std::int64_t>(), 230);
  EXPECT_EQ(administration_.redrive(request).error().code, ErrorCode::not_found);
}

TEST_F(AdministrationTest, AnswersTheCommandLineOnItsSocket) {
  const std::string path = ground_.folder.file("admin.sock");
  EXPECT_FALSE(ask_admin_socket(path, kAddUserPath, person("a@example.org"), *real_).value()) << "nobody listens yet";
  AdminSocket socket(administration_);
  const auto server = net::Server::start({.unix_path = path, .loops = 1}, socket, *logger_).value();
  const auto added = ask_admin_socket(path, kAddUserPath, person("a@example.org"), *real_).value();
  ASSERT_TRUE(added);
  EXPECT_EQ(*added->find("email")->as<std::string>(), "a@example.org");
  const auto again = ask_admin_socket(path, kAddUserPath, person("a@example.org"), *real_);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error().message, HasSubstr("address"));
  EXPECT_FALSE(ask_admin_socket(path, "/unknown", person("b@example.org"), *real_));
  server->stop(real_->now() + std::chrono::seconds{5});
}

}  // namespace
}  // namespace satchel
