// SPDX-License-Identifier: Apache-2.0
// Links with a password: until it is given, nothing; and guessing is slow.
#include "satchel/functions/links_test.hpp"

namespace satchel {
namespace {

using testing::HasSubstr;
using testing::Not;

class LinkPasswords : public LinksFixture {
 protected:
  Answer guess(const std::string& token, std::string_view password) {
    return b_.ask(Principal(Anonymous{}), "POST", api(token, "/unlock"), fmt::format(R"({{"password":"{}"}})", password));
  }
  /// Every public route of a link, asked with these headers.
  std::vector<Answer> all_routes(const std::string& token, const EntryId& entry, const TextMap& headers) {
    const auto ask = [&](std::string_view method, const std::string& path, std::string_view body = "") {
      return b_.ask(Principal(Anonymous{}), method, path, body, headers);
    };
    return {ask("GET", api(token)),
            ask("HEAD", api(token)),
            ask("GET", api(token, "/entries")),
            ask("GET", api(token, "/entries?folder=" + entry.str())),
            ask("POST", api(token, "/downloads"), "{}"),
            ask("POST", api(token, "/downloads"), fmt::format(R"({{"entry":"{}","inline":true}})", entry.str())),
            ask("GET", "/s/" + token + "/file"),
            ask("HEAD", "/s/" + token + "/file"),
            ask("POST", "/s/" + token + "/file")};
  }

  const EntryId a_ = file(root_, "salaries.xlsx", "secret bytes");
  const Answer link_ = link_to(a_, R"("password":"right","max_downloads":3)");
  const std::string token_ = token_of(link_);
};

// A-1
TEST_F(LinkPasswords, UntilItIsGivenNoRouteSaysAnythingElse) {
  for (const Answer& answer : all_routes(token_, a_, {})) {
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.type(), "link_password");
    EXPECT_THAT(answer.body.text(), Not(HasSubstr("salaries")));
    EXPECT_THAT(answer.body.text(), Not(HasSubstr("Anna")));
    EXPECT_THAT(answer.body.text(), Not(HasSubstr(a_.str())));
    EXPECT_EQ(answer.body.as<Json::Object>()->size(), 5U) << "type, title, status, detail, request_id";
  }
  const EntryId other = file(root_, "other", "22");
  const std::string second = token_of(link_to(other, R"("password":"x")"));
  EXPECT_EQ(b_.ask(Principal(Anonymous{}), "GET", api(second)).body.text(), b_.ask(Principal(Anonymous{}), "GET", api(token_)).body.text());
}

// A-2: every side door with every kind of bad credential; not one byte is signed for.
TEST_F(LinkPasswords, NoSideDoorTakesABadTicket) {
  const std::string other = token_of(link_to(a_, R"("password":"right")"));
  const TextMap good = unlocked(token_, "right"), another = unlocked(other, "right");
  std::string bent = good.at("satchel-link-ticket");
  bent[bent.size() / 2] = bent[bent.size() / 2] == 'A' ? 'B' : 'A';
  b_.faults.reset();
  for (const TextMap& bad : {TextMap{}, TextMap{{"satchel-link-ticket", "right"}}, TextMap{{"satchel-link-ticket", bent}}, another}) {
    for (const Answer& answer : all_routes(token_, a_, bad)) EXPECT_EQ(answer.type(), "link_password");
  }
  b_.clock.advance(std::chrono::hours{1} - Duration{1});
  EXPECT_EQ(visit("GET", api(token_), "", good).status, 200);
  b_.clock.advance(Duration{1});
  for (const Answer& answer : all_routes(token_, a_, good)) EXPECT_EQ(answer.status, 401) << "an old ticket";
  revoke(link_);
  for (const Answer& answer : all_routes(token_, a_, good)) EXPECT_EQ(answer.status, 410);
  EXPECT_EQ(calls("store.sign_download"), 0U);
}

TEST_F(LinkPasswords, TheRightOneOpensEverything) {
  const TextMap ticket = unlocked(token_, "right");
  EXPECT_EQ(visit("GET", api(token_), "", ticket).text("name"), "salaries.xlsx");
  EXPECT_EQ(fetch(download(token_, "{}", ticket)).body, "secret bytes");
  EXPECT_EQ(visit("POST", "/s/" + token_ + "/file", "", ticket).status, 303);
  EXPECT_EQ(visit("GET", "/s/" + token_ + "/file", "", ticket).status, 405);
}

// A-14
TEST_F(LinkPasswords, AChangeOfTheLinkVoidsOldTickets) {
  for (const char* body : {R"({"password":"new"})", R"({"max_downloads":5})", R"({"expires":"2030-01-01T00:00:00Z"})"}) {
    const TextMap ticket = unlocked(token_, body == std::string_view(R"({"password":"new"})") ? "right" : "new");
    EXPECT_EQ(visit("GET", api(token_), "", ticket).status, 200);
    change(link_, body);
    EXPECT_EQ(visit("GET", api(token_), "", ticket).type(), "link_password") << body;
  }
}

// A-11
TEST_F(LinkPasswords, TheEleventhWrongTryCostsNoHash) {
  int hashed = 0;
  for (int i = 1; i <= 30; ++i) {
    b_.faults.reset();
    const Answer answer = guess(token_, "wrong");
    if (answer.status == 401) {
      EXPECT_EQ(answer.type(), "wrong_password");
      hashed += static_cast<int>(calls("hasher.verify"));
      continue;
    }
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(calls("hasher.verify"), 0U);
    EXPECT_GT(std::stoi(answer.headers.at("retry-after")), 0);
    if (hashed == 10) break;
    b_.clock.advance(std::chrono::seconds{std::stoi(answer.headers.at("retry-after"))});
  }
  EXPECT_EQ(hashed, 10);
  EXPECT_GT(std::stoi(guess(token_, "wrong").headers.at("retry-after")), 600) << "until the window has passed";
  b_.clock.advance(std::chrono::minutes{10});
  EXPECT_EQ(guess(token_, "right").status, 429) << "nor is the right one tried";
  b_.restart();
  EXPECT_EQ(guess(token_, "right").status, 429) << "a restart forgets nothing";
  b_.clock.advance(std::chrono::minutes{15});
  EXPECT_EQ(guess(token_, "right").status, 200);
}

TEST_F(LinkPasswords, WaitsGrowFromTheFourthWrongTry) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(guess(token_, "wrong").status, 401);
  std::vector<int> waits;
  for (int i = 0; i < 4; ++i) {
    waits.push_back(std::stoi(guess(token_, "wrong").headers.at("retry-after")));
    b_.clock.advance(std::chrono::seconds{waits.back()});
    EXPECT_EQ(guess(token_, "wrong").status, 401);
  }
  EXPECT_THAT(waits, testing::ElementsAre(1, 2, 4, 8));
}

TEST_F(LinkPasswords, TheRightOneDoesNotCount) {
  for (int i = 0; i < 40; ++i) EXPECT_EQ(guess(token_, "right").status, 200) << i;
}

// A-11: per address over all links, too.
TEST_F(LinkPasswords, OneAddressCannotGoFromLinkToLink) {
  int wrong = 0, refused = 0;
  for (int i = 0; i < 40; ++i) {
    const Answer answer = guess(token_of(link_to(a_, R"("password":"x")")), "wrong");
    ++(answer.status == 401 ? wrong : refused);
  }
  EXPECT_EQ(wrong, 30);
  EXPECT_EQ(refused, 10);
}

TEST_F(LinkPasswords, ATryThatWasNeverJudgedDoesNotCount) {
  for (int i = 0; i < 10; ++i) {
    b_.faults.reset();
    guess(token_, "right");
    std::size_t at = 0;
    const auto trace = b_.faults.trace();
    while (trace[at] != "hasher.verify") ++at;
    b_.faults.reset();
    b_.faults.arm(at + 1, FaultMode::fail_once);
    EXPECT_EQ(guess(token_, "wrong").status, 503);
    b_.faults.reset();
  }
  EXPECT_EQ(guess(token_, "right").status, 200);
}

}  // namespace
}  // namespace satchel
