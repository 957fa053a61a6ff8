// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/entries.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/functions/content_type.hpp"
#include "tests/support/back_end.hpp"
#include "tests/support/invariants.hpp"

namespace satchel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Over a kind table (seed 0) and over unkind ones.
class Entries : public testing::TestWithParam<std::uint64_t> {
 protected:
  Entries() : b_({.adversity = GetParam() ? std::optional(Adversity{.seed = GetParam()}) : std::nullopt}) {}
  void TearDown() override {
    EXPECT_TRUE(b_.deliver());
    EXPECT_THAT(broken_invariants(b_), IsEmpty());
  }
  Answer patch(const EntryId& id, std::string_view body) { return b_.ask(b_.anna, "PATCH", "/api/v1/entries/" + id.str(), body); }
  Answer move(const EntryId& id, const EntryId& parent) { return patch(id, fmt::format(R"({{"parent":"{}"}})", parent.str())); }
  Answer folder(std::string_view path, bool exclusive = false) {
    return b_.ask(b_.anna, "POST", "/api/v1/folders",
                  fmt::format(R"({{"parent":"{}","path":"{}","exclusive":{}}})", b_.anna.root.str(), path, exclusive));
  }
  BackEnd b_;
  const EntryId root_ = b_.anna.root;
};
INSTANTIATE_TEST_SUITE_P(Tables, Entries, testing::Values(0, 1, 2, 3));

TEST_P(Entries, MeShowsMySpace) {
  const Answer me = b_.ask(b_.anna, "GET", "/api/v1/me");
  EXPECT_EQ(me.text("space.root"), root_.str());
  EXPECT_EQ(me.text("role"), "admin");
  EXPECT_EQ(me.number("space.used"), 0);
  EXPECT_EQ(b_.ask(b_.anna, "PATCH", "/api/v1/me", R"({"name":"Änne"})").text("name"), "Änne");
  EXPECT_EQ(b_.ask(b_.anna, "PATCH", "/api/v1/me", R"({"name":"x","role":"admin"})").status, 400) << "no other member";
}

TEST_P(Entries, MakesWhatIsMissingOfAPathAndNothingTwice) {
  const Answer made = folder("a/b/c");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(folder("a/b/c").status, 200);
  EXPECT_EQ(folder("A/B/c").text("id"), made.text("id")) << "names that fold alike are one";
  EXPECT_EQ(folder("a/b/c", true).type(), "name_taken");
  EXPECT_EQ(folder("a/b/d", true).status, 201);
  EXPECT_EQ(b_.find(b_.anna, "a/b/c").str(), made.text("id"));
  EXPECT_THAT(b_.names(b_.anna, b_.find(b_.anna, "a/b")), ElementsAre("c", "d"));
}

TEST_P(Entries, RefusesBadPaths) {
  for (const char* bad : {"", "/a", "a/", "a//b", ".", "a/..", "a/./b"}) EXPECT_EQ(folder(bad).status, 400) << bad;
  std::string deep = "x";
  for (int i = 0; i < 100; ++i) deep += "/x";
  EXPECT_EQ(folder(deep).type(), "too_deep");
  EXPECT_THAT(b_.names(b_.anna, root_), IsEmpty()) << "nothing was made on the way";
}

TEST_P(Entries, AFileInTheWayOfAPathIsAConflict) {
  b_.upload(b_.anna, root_, "a", "1");
  EXPECT_EQ(folder("a/b").type(), "name_taken");
}

TEST_P(Entries, ListsByNameInPages) {
  for (int i = 0; i < 7; ++i) b_.make_folder(b_.anna, root_, fmt::format("f{}", 6 - i));
  EXPECT_THAT(b_.names(b_.anna, root_), ElementsAre("f0", "f1", "f2", "f3", "f4", "f5", "f6"));
  const Answer page = b_.ask(b_.anna, "GET", fmt::format("/api/v1/folders/{}/entries?limit=3", root_.str()));
  EXPECT_LE(page.texts("entries", "name").size(), 3U);
  EXPECT_FALSE(page.text("cursor").empty());
  for (const char* bad : {"0", "1001", "x", "-1", "1.5", ""}) {
    EXPECT_EQ(b_.ask(b_.anna, "GET", fmt::format("/api/v1/folders/{}/entries?limit={}", root_.str(), bad)).status, 400) << bad;
  }
  EXPECT_EQ(b_.ask(b_.anna, "GET", fmt::format("/api/v1/folders/{}/entries?cursor=forged", root_.str())).status, 400);
}

TEST_P(Entries, ShowsTheWayToAnEntry) {
  const EntryId c = b_.make_folder(b_.anna, root_, "a/b/c");
  const Answer entry = b_.ask(b_.anna, "GET", "/api/v1/entries/" + c.str());
  EXPECT_THAT(entry.texts("path", "name"), ElementsAre("", "a", "b"));
  EXPECT_THAT(b_.ask(b_.anna, "GET", fmt::format("/api/v1/folders/{}/entries", c.str())).texts("path", "name"), ElementsAre("", "a", "b", "c"));
}

TEST_P(Entries, RenamesAlsoToAnotherCaseOfTheSameName) {
  const EntryId id = b_.make_folder(b_.anna, root_, "readme");
  EXPECT_EQ(patch(id, R"({"name":"README"})").text("name"), "README");
  EXPECT_THAT(b_.names(b_.anna, root_), ElementsAre("README"));
  EXPECT_EQ(patch(id, R"({"name":"README"})").status, 200) << "again";
  EXPECT_EQ(patch(id, R"({"name":"a/b"})").status, 400);
  EXPECT_EQ(patch(id, "{}").status, 400);
}

TEST_P(Entries, ATakenNameIsRefusedOrNumbered) {
  const EntryId one = b_.make_folder(b_.anna, root_, "one");
  b_.make_folder(b_.anna, root_, "two");
  EXPECT_EQ(patch(one, R"({"name":"TWO"})").type(), "name_taken");
  EXPECT_EQ(patch(one, R"({"name":"TWO","conflict":"rename"})").text("name"), "TWO (2)");
  b_.make_folder(b_.anna, root_, "2026-11-28 19.06");
  EXPECT_EQ(patch(one, R"({"name":"2026-11-28 19.06","conflict":"rename"})").text("name"), "2026-11-28 19.06 (2)") << "a folder has no extension";
  EXPECT_EQ(patch(one, R"({"name":"TWO","conflict":"replace"})").status, 400);
}

TEST_P(Entries, MovesAFolderWithAllBelowInOneStep) {
  const EntryId deep = b_.make_folder(b_.anna, root_, "a/b/c");
  const EntryId b = b_.find(b_.anna, "a/b");
  const EntryId other = b_.make_folder(b_.anna, root_, "other");
  EXPECT_EQ(move(b, other).status, 200);
  EXPECT_EQ(b_.find(b_.anna, "other/b/c"), deep);
  EXPECT_EQ(b_.find(b_.anna, "a/b").str(), "");
}

TEST_P(Entries, AFolderNeverGoesIntoItself) {
  const EntryId c = b_.make_folder(b_.anna, root_, "a/b/c");
  const EntryId a = b_.find(b_.anna, "a");
  EXPECT_EQ(move(a, c).type(), "move_into_itself");
  EXPECT_EQ(move(a, a).type(), "move_into_itself");
  EXPECT_EQ(move(root_, a).status, 400) << "the root stays";
}

TEST_P(Entries, NobodyElseSeesThem) {
  const EntryId folder = b_.make_folder(b_.anna, root_, "secret");
  const EntryId bens = b_.make_folder(b_.ben, b_.ben.root, "mine");
  const std::string nowhere = "0123456789ABCDEFGHIJKL";
  for (const auto& [method, path, body] : std::vector<std::array<std::string, 3>>{
           {"GET", "/api/v1/folders/{}/entries", ""}, {"GET", "/api/v1/entries/{}", ""}, {"PATCH", "/api/v1/entries/{}", R"({"name":"x"})"},
           {"DELETE", "/api/v1/entries/{}", ""}, {"POST", "/api/v1/entries/{}/restore", ""}, {"DELETE", "/api/v1/trash/{}", ""},
           {"POST", "/api/v1/entries/{}/copy", fmt::format(R"({{"parent":"{}"}})", bens.str())}, {"GET", "/api/v1/entries/{}/content", ""}}) {
    const auto at = path.find("{}");
    const auto with = [&](const std::string& id) { return std::string(path).replace(at, 2, id); };
    const Answer foreign = b_.ask(b_.ben, method, with(folder.str()), body);
    const Answer unknown = b_.ask(b_.ben, method, with(nowhere), body);
    EXPECT_EQ(foreign.status, 404) << method << path;
    EXPECT_EQ(foreign.body.text(), unknown.body.text()) << method << path;
  }
  EXPECT_EQ(b_.ask(b_.ben, "PATCH", "/api/v1/entries/" + bens.str(), fmt::format(R"({{"parent":"{}"}})", folder.str())).status, 404);
  EXPECT_EQ(b_.ask(b_.anna, "GET", "/api/v1/entries/nonsense").status, 404);
}

TEST_P(Entries, ADisabledPersonGetsNothing) {
  User gone = b_.anna;
  gone.disabled = true;
  EXPECT_EQ(b_.ask(gone, "GET", "/api/v1/entries/" + root_.str()).status, 404);
}

TEST_P(Entries, ATokenActsWithinItsScopes) {
  const Principal reader = SignedIn{b_.anna, TokenId("token"), {"files:read"}};
  EXPECT_EQ(b_.ask(reader, "GET", "/api/v1/entries/" + root_.str()).status, 200);
  EXPECT_EQ(b_.ask(reader, "POST", "/api/v1/folders", fmt::format(R"({{"parent":"{}","path":"x"}})", root_.str())).type(), "scope_missing");
}

TEST(ContentType, ComesFromOurListAndShowsNothingThatRuns) {
  EXPECT_EQ(content_type_of("a.PNG").type, "image/png");
  EXPECT_EQ(content_type_of("a.pdf").type, "application/pdf");
  EXPECT_FALSE(content_type_of("a.pdf").may_be_shown) << "a browser's viewer runs its scripts; the page draws it without";
  EXPECT_EQ(content_type_of("script.js").type, "text/plain; charset=utf-8");
  for (const char* name : {"a.html", "a.htm", "a.svg", "a.xhtml", "a.xml", "a.mht", "a.jpg.html", "png", "a.", "a", ""}) {
    EXPECT_EQ(content_type_of(name).type, "application/octet-stream") << name;
    EXPECT_FALSE(content_type_of(name).may_be_shown) << name;
  }
}

}  // namespace
}  // namespace satchel
