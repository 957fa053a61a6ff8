// SPDX-License-Identifier: Apache-2.0
// Links: what their owner sees, what they open and to whom. The ids are those of the attack cases that each test stands for.
#include "satchel/functions/links.hpp"
#include "satchel/functions/links_test.hpp"

namespace satchel {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class Links : public LinksFixture, public testing::WithParamInterface<std::uint64_t> {
 protected:
  Links() : LinksFixture(GetParam()) {}
  void TearDown() override {
    EXPECT_TRUE(b_.deliver());
    EXPECT_THAT(broken_invariants(b_), IsEmpty());
  }
  std::vector<std::string> links_of(const EntryId& entry) {
    return b_.insist(b_.anna, "GET", fmt::format("/api/v1/entries/{}/links", entry.str())).texts("links", "id");
  }
  bool is_shared(const EntryId& entry) {
    const Answer answer = b_.insist(b_.anna, "GET", "/api/v1/entries/" + entry.str());
    return answer.find("shared") && *answer.find("shared")->as<bool>();
  }
  std::vector<std::string> my_links() {
    std::vector<std::string> ids;
    std::string cursor;
    b_.table->settle();
    do {
      const Answer page = b_.insist(b_.anna, "GET", "/api/v1/links?limit=2&cursor=" + cursor);
      for (auto& id : page.texts("links", "id")) ids.push_back(id);
      cursor = page.text("cursor");
    } while (!cursor.empty());
    return ids;
  }
};
INSTANTIATE_TEST_SUITE_P(Tables, Links, testing::Values(0, 1, 2, 3));

TEST_P(Links, OpenAFileToWhoeverHoldsTheToken) {
  const EntryId a = file(root_, "report.pdf", "bytes of a report");
  const Answer link = link_to(a);
  ASSERT_EQ(link.status, 201);
  EXPECT_THAT(link.text("url"), testing::StartsWith("https://satchel.test/s/"));
  EXPECT_EQ(token_of(link).size(), 22U);
  EXPECT_EQ(link.text("name"), "report.pdf");

  const Answer opened = visit("GET", api(token_of(link)));
  EXPECT_EQ(opened.status, 200);
  EXPECT_EQ(opened.text("name"), "report.pdf");
  EXPECT_EQ(opened.number("size"), 17);
  EXPECT_EQ(opened.text("sender"), "Anna");
  EXPECT_EQ(opened.text("root.id"), a.str());

  EXPECT_EQ(fetch(download(token_of(link))).body, "bytes of a report");
  const Answer plain = visit("GET", "/s/" + token_of(link) + "/file");
  EXPECT_EQ(plain.status, 303);
  EXPECT_EQ(b_.objects->get({.method = "GET", .url = plain.headers.at("location"), .headers = {}, .expires = {}}).body, "bytes of a report");
}

TEST_P(Links, AreListedForTheirOwnerWithTheNamesOfNow) {
  const EntryId a = file(root_, "a", "1"), f = b_.make_folder(b_.anna, root_, "f");
  std::vector<std::string> ids;
  for (const EntryId& entry : {a, f, a}) {
    b_.clock.advance(Duration{1'000});
    ids.push_back(link_to(entry).text("id"));
  }
  EXPECT_THAT(my_links(), ElementsAre(ids[2], ids[1], ids[0]));
  EXPECT_THAT(links_of(a), UnorderedElementsAre(ids[0], ids[2]));
  b_.insist(b_.anna, "PATCH", "/api/v1/entries/" + a.str(), R"({"name":"b"})");
  EXPECT_EQ(b_.insist(b_.anna, "GET", "/api/v1/links/" + ids[0]).text("name"), "b");
}

TEST_P(Links, AreNotMadeToTheWholeSpace) {
  const Answer refused = b_.ask(b_.anna, "POST", "/api/v1/links", fmt::format(R"({{"entry":"{}"}})", root_.str()));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.type(), "top_folder");
  EXPECT_FALSE(is_shared(root_));
}

TEST_P(Links, MarkTheirEntryAsSharedUntilTheLastIsWithdrawn) {
  const EntryId a = file(root_, "a", "1");
  EXPECT_FALSE(is_shared(a));
  const Answer one = link_to(a), two = link_to(a);
  EXPECT_TRUE(is_shared(a));
  revoke(one);
  EXPECT_TRUE(is_shared(a));
  EXPECT_EQ(revoke(two).status, 204);
  EXPECT_FALSE(is_shared(a));
  EXPECT_EQ(revoke(two).status, 204) << "again";
  EXPECT_THAT(links_of(a), IsEmpty());
}

// A link that is made while another of the same file is withdrawn keeps its mark: the withdrawal has to look again.
TEST_P(Links, AWithdrawalThatOverlooksANewOneIsNotWritten) {
  const EntryId a = file(root_, "a", "1");
  const Link first = stored(link_to(a));
  const auto logger = null_logger();
  const Context context{.call = b_.call(), .principal = SignedIn{b_.anna, TokenId(), {}}, .request_id = "", .client = "", .random = b_.random, .logger = *logger};
  const auto late = revoke_operations(context, *b_.table, first).value();
  link_to(a);
  for (;;) {
    const auto written = b_.table->write(b_.call(), late);
    if (!written) continue;
    EXPECT_FALSE(written->committed());
    break;
  }
  EXPECT_TRUE(is_shared(a));
}

// A-9: every credential that opens an item is in its owner's list for the item, and can be revoked there.
TEST_P(Links, NoneIsHiddenFromItsOwner) {
  const EntryId f = b_.make_folder(b_.anna, root_, "f"), a = file(f, "a", "1");
  std::vector<Answer> made;
  for (int i = 0; i < 4; ++i) made.push_back(link_to(i % 2 ? a : f));
  revoke(made[0]);
  b_.insist(b_.anna, "PATCH", "/api/v1/entries/" + a.str(), R"({"name":"b"})");
  b_.insist(b_.anna, "DELETE", "/api/v1/entries/" + f.str());
  b_.insist(b_.anna, "POST", fmt::format("/api/v1/entries/{}/restore", f.str()));
  int open = 0;
  for (const Item& item : b_.table->items()) {
    if (family_of(item.key.partition) != Family::link || state_of(link_from(item), b_.clock.now()) != LinkState::open) continue;
    ++open;
    EXPECT_THAT(links_of(link_from(item).entry), Contains(item.text("id")));
    EXPECT_THAT(my_links(), Contains(item.text("id")));
  }
  EXPECT_EQ(open, 3);
  for (const Answer& link : made) revoke(link);
  for (const Answer& link : made) EXPECT_EQ(visit("GET", api(token_of(link))).type(), "link_revoked");
}

// A-4: a link grants its root and what lies below it, by the ids of ancestors.
TEST_P(Links, OfAFolderReachNothingBesideIt) {
  const EntryId outer = b_.make_folder(b_.anna, root_, "outer"), f = b_.make_folder(b_.anna, outer, "f"), g = b_.make_folder(b_.anna, f, "g");
  const EntryId in = file(g, "in", "1"), beside = file(outer, "beside", "22"), f2 = b_.make_folder(b_.anna, outer, "f2");
  const std::string token = token_of(link_to(f));

  const Answer top = visit("GET", api(token, "/entries"));
  EXPECT_THAT(top.texts("entries", "name"), ElementsAre("g"));
  EXPECT_THAT(top.texts("path", "name"), ElementsAre("f")) << "the way begins at the link's folder";
  EXPECT_FALSE(top.find("folder.parent"));
  const Answer deep = visit("GET", api(token, "/entries?folder=" + g.str()));
  EXPECT_THAT(deep.texts("path", "name"), ElementsAre("f", "g"));
  EXPECT_THAT(deep.texts("entries", "name"), ElementsAre("in"));
  EXPECT_EQ(fetch(download(token, fmt::format(R"({{"entry":"{}"}})", in.str()))).body, "1");

  for (const EntryId& outside : {outer, f2, root_, beside, b_.ben.root, EntryId("0000000000000000000000")}) {
    EXPECT_EQ(visit("GET", api(token, "/entries?folder=" + outside.str())).status, 404);
    EXPECT_EQ(download(token, fmt::format(R"({{"entry":"{}"}})", outside.str())).status, 404);
  }
  // A-5: what is moved out of the folder is out of reach.
  b_.insist(b_.anna, "PATCH", "/api/v1/entries/" + in.str(), fmt::format(R"({{"parent":"{}"}})", outer.str()));
  EXPECT_EQ(download(token, fmt::format(R"({{"entry":"{}"}})", in.str())).status, 404);
}

// A-5
TEST_P(Links, AreOverAtOnceWhenWithdrawn) {
  const Answer link = link_to(file(root_, "a", "1"));
  EXPECT_EQ(visit("GET", api(token_of(link))).status, 200);
  revoke(link);
  for (const Answer& answer : {visit("GET", api(token_of(link))), download(token_of(link)), visit("GET", "/s/" + token_of(link) + "/file"),
                               visit("POST", "/s/" + token_of(link) + "/file"), visit("GET", api(token_of(link), "/entries"))}) {
    EXPECT_EQ(answer.status, 410);
    EXPECT_EQ(answer.type(), "link_revoked");
  }
  EXPECT_EQ(change(link, R"({"max_downloads":3})").type(), "link_revoked");
}

// A-5: the store's clock, to the millisecond.
TEST_P(Links, ExpireAtTheirMoment) {
  const Time end = b_.clock.now() + std::chrono::hours{1};
  const Answer link = link_to(file(root_, "a", "1"), fmt::format(R"("expires":"{}")", format_rfc3339(end)));
  EXPECT_EQ(link.text("expires"), format_rfc3339(end));
  b_.clock.set(end - Duration{1});
  EXPECT_EQ(visit("GET", api(token_of(link))).status, 200);
  EXPECT_EQ(visit("GET", "/s/" + token_of(link) + "/file").status, 303);
  for (const Duration after : {Duration{0}, Duration{1}}) {
    b_.clock.set(end + after);
    EXPECT_EQ(visit("GET", api(token_of(link))).type(), "link_expired");
    EXPECT_EQ(visit("GET", "/s/" + token_of(link) + "/file").status, 410);
    EXPECT_EQ(download(token_of(link)).status, 410);
  }
}

TEST_P(Links, SignNothingForLongerThanTheyLive) {
  const Time end = b_.clock.now() + std::chrono::seconds{10};
  const Answer link = link_to(file(root_, "a", "1"), fmt::format(R"("expires":"{}")", format_rfc3339(end)));
  const Answer taken = download(token_of(link));
  EXPECT_LE(parse_rfc3339(taken.text("expires")).value(), end);
  b_.clock.set(end + Duration{1});
  EXPECT_EQ(fetch(taken).status, 403);
}

// A-5
TEST_P(Links, OpenNothingWhileTheirOwnerIsDisabledOrTheFileLiesInTheTrash) {
  const EntryId f = b_.make_folder(b_.anna, root_, "f"), a = file(f, "a", "1");
  const std::string token = token_of(link_to(a));
  set_disabled(b_.anna, true);
  EXPECT_EQ(visit("GET", api(token)).type(), "link_revoked");
  EXPECT_EQ(visit("GET", "/s/" + token + "/file").status, 410);
  set_disabled(b_.anna, false);
  b_.insist(b_.anna, "DELETE", "/api/v1/entries/" + f.str());
  EXPECT_EQ(visit("GET", api(token)).status, 404);
  EXPECT_EQ(download(token).status, 404);
  b_.insist(b_.anna, "POST", fmt::format("/api/v1/entries/{}/restore", f.str()));
  EXPECT_EQ(visit("GET", api(token)).status, 200);
}

TEST_P(Links, ToWhatIsDeletedForEverAreWithdrawn) {
  const EntryId a = file(root_, "a", "1");
  const Answer link = link_to(a);
  b_.insist(b_.anna, "DELETE", "/api/v1/entries/" + a.str());
  b_.insist(b_.anna, "DELETE", "/api/v1/trash/" + a.str());
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(visit("GET", api(token_of(link))).type(), "link_revoked");
  for (const Item& item : b_.table->items()) EXPECT_NE(item.key.partition, keys::entry(a).partition) << "nothing is left of it";
}

// A-10, A-19: the token lies nowhere in clear, neither in the table nor in an event.
TEST_P(Links, KeepTheirTokenSealed) {
  const Answer link = link_to(file(root_, "a", "1"), R"("password":"opensesame")");
  const std::string token = token_of(link);
  download(token, "{}", unlocked(token, "opensesame"));
  revoke(link);
  for (const Item& item : b_.table->items()) {
    EXPECT_THAT(item.key.partition + item.key.sort, Not(HasSubstr(token)));
    for (const auto& [name, value] : item.attributes) {
      const auto* text = std::get_if<std::string>(&value);
      EXPECT_THAT(text ? *text : "", AllOf(Not(HasSubstr(token)), Not(HasSubstr("opensesame")))) << name;
    }
  }
  EXPECT_EQ(owner_sees(link).text("url"), link.text("url")) << "its owner sees it again";
}

// L-2: what is nobody's, what has not even the form, and what is another's look alike.
TEST_P(Links, ThatDoNotExistLookLikeThoseOfOthers) {
  const Answer link = link_to(file(root_, "a", "1"));
  const Answer unknown = visit("GET", api("0000000000000000000000"));
  EXPECT_EQ(unknown.status, 404);
  for (const char* bad : {"x", "000000000000000000000", "00000000000000000000000", "000000000000000000000-"}) {
    EXPECT_EQ(visit("GET", api(bad)).body.text(), unknown.body.text()) << bad;
  }
  const std::string id = "/api/v1/links/" + link.text("id"), nobody = "/api/v1/links/" + std::string(43, 'A');
  for (const auto& [method, body] : {std::pair{"GET", ""}, {"PATCH", R"({"password":null})"}, {"DELETE", ""}}) {
    const Answer others = b_.insist(b_.ben, method, id, body);
    EXPECT_EQ(others.status, 404) << method;
    EXPECT_EQ(others.body.text(), b_.insist(b_.ben, method, nobody, body).body.text());
  }
  EXPECT_EQ(b_.insist(b_.ben, "GET", fmt::format("/api/v1/entries/{}/links", link.text("entry"))).status, 404);
  EXPECT_EQ(b_.insist(b_.ben, "POST", "/api/v1/links", fmt::format(R"({{"entry":"{}"}})", link.text("entry"))).status, 404);
  EXPECT_EQ(visit("GET", api(token_of(link))).status, 200);
}

TEST_P(Links, CanBeChanged) {
  const Answer link = link_to(file(root_, "a", "1"), R"("password":"old","max_downloads":2)");
  const Answer changed = change(link, R"({"password":null,"max_downloads":null})");
  EXPECT_EQ(changed.status, 200);
  EXPECT_FALSE(*changed.find("has_password")->as<bool>());
  EXPECT_FALSE(changed.find("max_downloads"));
  EXPECT_EQ(visit("GET", "/s/" + token_of(link) + "/file").status, 303);
  const Time end = b_.clock.now() + std::chrono::hours{1};
  change(link, fmt::format(R"({{"expires":"{}"}})", format_rfc3339(end)));
  b_.clock.set(end);
  EXPECT_EQ(visit("GET", api(token_of(link))).status, 410);
  change(link, R"({"expires":null})");
  EXPECT_EQ(visit("GET", api(token_of(link))).status, 200);
}

// B-9
TEST_P(Links, RefuseWhatTheyDoNotKnow) {
  const EntryId a = file(root_, "a", "1");
  for (const char* terms : {R"("owner":"x")", R"("password":"")", R"("max_downloads":0)", R"("max_downloads":-1)", R"("max_downloads":1.5)",
                            R"("expires":"2020-01-01T00:00:00Z")", R"("expires":"tomorrow")", R"("version":7)"}) {
    EXPECT_EQ(link_to(a, terms).status, 400) << terms;
  }
  EXPECT_EQ(b_.insist(b_.anna, "POST", "/api/v1/links", "{}").status, 400);
  EXPECT_EQ(b_.insist(b_.anna, "POST", "/api/v1/links", R"({"entry":7})").status, 400);
  EXPECT_THAT(links_of(a), IsEmpty());
  const Answer link = link_to(a);
  EXPECT_EQ(change(link, R"({"revoked":null})").status, 400);
  EXPECT_EQ(download(token_of(link), R"({"user":"x"})").status, 400);
}

TEST_P(Links, NobodySharesWhatLiesInTheTrash) {
  const EntryId a = file(root_, "a", "1");
  b_.insist(b_.anna, "DELETE", "/api/v1/entries/" + a.str());
  EXPECT_EQ(link_to(a).status, 404);
}

TEST_P(Links, ThatHaveExpiredAreUnlistedAndForgottenAYearLater) {
  const EntryId a = file(root_, "a", "1");
  const Time end = b_.clock.now() + std::chrono::hours{1};
  const Answer link = link_to(a, fmt::format(R"("expires":"{}")", format_rfc3339(end)));
  b_.run_schedule("sweep_links");
  EXPECT_TRUE(is_shared(a));
  const auto sweep = [&](Time now) {
    b_.clock.set(now);
    for (int i = 0; i < 200; ++i) b_.run_schedule("sweep_links");
    b_.table->settle();
  };
  sweep(end);
  EXPECT_FALSE(is_shared(a));
  EXPECT_EQ(visit("GET", api(token_of(link))).type(), "link_expired");
  change(link, R"({"expires":null})");
  EXPECT_TRUE(is_shared(a)) << "its owner may give it more time";
  EXPECT_THAT(links_of(a), ElementsAre(link.text("id")));
  revoke(link);
  sweep(b_.clock.now() + std::chrono::days{366});
  EXPECT_EQ(visit("GET", api(token_of(link))).status, 404);
}

// I-4: a GET changes nothing. A-19: so no preview uses up a link.
TEST_P(Links, LookingChangesNothing) {
  const EntryId f = b_.make_folder(b_.anna, root_, "f"), a = file(f, "a", "1");
  const std::string limited = token_of(link_to(a, R"("max_downloads":1)")), folder = token_of(link_to(f)), open = token_of(link_to(a));
  const auto before = b_.table->items();
  for (int i = 0; i < 2; ++i) {
    for (const std::string& path : {api(limited), api(folder), api(open), api(folder, "/entries"), "/s/" + open + "/file"}) {
      for (const char* method : {"GET", "HEAD"}) EXPECT_LT(visit(method, path).status, 400) << method << path;
    }
    const Answer refused = visit("GET", "/s/" + limited + "/file");
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.headers.at("allow"), "POST");
    EXPECT_THAT(refused.text("detail"), AllOf(HasSubstr("curl -fLOJ -d ''"), HasSubstr("https://satchel.test/s/" + limited)));
  }
  EXPECT_EQ(b_.table->items(), before);
  EXPECT_EQ(visit("POST", "/s/" + limited + "/file").status, 303);
}

TEST_P(Links, OfAFolderHaveNoSingleFile) {
  const std::string token = token_of(link_to(b_.make_folder(b_.anna, root_, "f")));
  EXPECT_EQ(visit("GET", "/s/" + token + "/file").type(), "not_a_file");
  EXPECT_EQ(download(token).type(), "not_a_file");
}

// A shared cache may keep what is the same for all who hold the link, for as long as the installation lets it and never beyond the link's end.
TEST_P(Links, SharedCachesKeepOnlyWhatEverybodyGets) {
  const EntryId f = b_.make_folder(b_.anna, root_, "f"), a = file(f, "a", "1");
  // What a function leaves unsaid the gates turn into "no-store".
  const auto control = [](const Answer& answer) { return answer.headers.contains("cache-control") ? answer.headers.at("cache-control") : "no-store"; };
  const auto kept = [&](const std::string& path, TextMap headers = {}) {
    const Answer answer = visit("GET", path, "", std::move(headers));
    EXPECT_EQ(answer.status, 200) << path;
    return control(answer);
  };
  const std::string open = token_of(link_to(a)), folder = token_of(link_to(f));
  EXPECT_EQ(kept(api(open)), "no-store");  // nothing is in front unless the installation says so

  b_.settings.shared_cache = Duration{30'000};
  EXPECT_EQ(kept(api(open)), "public, max-age=0, s-maxage=30");
  EXPECT_EQ(kept(api(folder, "/entries")), "public, max-age=0, s-maxage=30");
  EXPECT_EQ(kept(api(token_of(link_to(a, R"("max_downloads":3)")))), "no-store");
  const std::string locked = token_of(link_to(a, R"("password":"right")"));
  EXPECT_EQ(control(visit("GET", api(locked))), "no-store");
  EXPECT_EQ(kept(api(locked), unlocked(locked, "right")), "no-store");

  const std::string ending = token_of(link_to(a, fmt::format(R"("expires":"{}")", format_rfc3339(b_.clock.now() + Duration{60'000}))));
  b_.clock.advance(Duration{47'500});
  EXPECT_EQ(kept(api(ending)), "public, max-age=0, s-maxage=12");
  b_.clock.advance(Duration{12'000});
  EXPECT_EQ(kept(api(ending)), "no-store");
}

}  // namespace
}  // namespace satchel
