// SPDX-License-Identifier: Apache-2.0
// The trash and the ways out of it, and copies, whose blobs outlive the file they came from.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/functions/copying.hpp"
#include "tests/support/back_end.hpp"
#include "tests/support/invariants.hpp"

namespace satchel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Trash : public testing::TestWithParam<std::uint64_t> {
 protected:
  Trash() : b_({.adversity = GetParam() ? std::optional(Adversity{.seed = GetParam()}) : std::nullopt}) {}
  void TearDown() override {
    EXPECT_TRUE(b_.deliver());
    EXPECT_THAT(broken_invariants(b_), IsEmpty());
  }
  EntryId file(const EntryId& folder, std::string_view name, std::string_view bytes) {
    return EntryId(b_.upload(b_.anna, folder, name, bytes).text("id"));
  }
  Answer discard(const EntryId& id) { return b_.ask(b_.anna, "DELETE", "/api/v1/entries/" + id.str()); }
  Answer restore(const EntryId& id) { return b_.ask(b_.anna, "POST", fmt::format("/api/v1/entries/{}/restore", id.str())); }
  Answer purge(const EntryId& id) { return b_.ask(b_.anna, "DELETE", "/api/v1/trash/" + id.str()); }
  Answer copy(const EntryId& id, const EntryId& to, std::string_view conflict = "fail") {
    return b_.ask(b_.anna, "POST", fmt::format("/api/v1/entries/{}/copy", id.str()),
                  fmt::format(R"({{"parent":"{}","conflict":"{}"}})", to.str(), conflict));
  }
  std::vector<std::string> trash() {
    std::vector<std::string> names;
    std::string cursor;
    do {
      const Answer page = b_.ask(b_.anna, "GET", "/api/v1/trash?cursor=" + cursor);
      for (auto& name : page.texts("entries", "name")) names.push_back(name);
      cursor = page.text("cursor");
    } while (!cursor.empty());
    return names;
  }
  BackEnd b_;
  const EntryId root_ = b_.anna.root;
  static constexpr std::int64_t kQuota = 100'000'000;
};
INSTANTIATE_TEST_SUITE_P(Tables, Trash, testing::Values(0, 1, 2, 3));

TEST_P(Trash, TakesAndGivesBack) {
  const EntryId a = file(root_, "a", "hello");
  EXPECT_EQ(discard(a).status, 204);
  EXPECT_EQ(discard(a).status, 204) << "again";
  EXPECT_THAT(b_.names(b_.anna, root_), IsEmpty());
  EXPECT_THAT(trash(), ElementsAre("a"));
  EXPECT_EQ(b_.download(b_.anna, a), std::nullopt) << "what lies there is not used";
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 5) << "and still counts";
  EXPECT_EQ(restore(a).text("name"), "a");
  EXPECT_EQ(restore(a).status, 200) << "again";
  EXPECT_THAT(trash(), IsEmpty());
  EXPECT_EQ(b_.download(b_.anna, a), "hello");
}

TEST_P(Trash, GivesBackUnderANumberWhereTheNameIsTaken) {
  const EntryId a = file(root_, "a.txt", "1");
  discard(a);
  file(root_, "a.txt", "2");
  EXPECT_EQ(restore(a).text("name"), "a (2).txt");
}

TEST_P(Trash, GivesBackToTheRootWhereTheFolderIsGone) {
  const EntryId folder = b_.make_folder(b_.anna, root_, "f");
  const EntryId a = file(folder, "a", "1"), b = file(folder, "b", "2");
  discard(a);
  discard(b);
  discard(folder);
  EXPECT_EQ(restore(a).text("parent"), root_.str()) << "its folder is in the trash";
  EXPECT_EQ(purge(folder).status, 204);
  ASSERT_TRUE(b_.deliver());
  EXPECT_EQ(restore(b).text("parent"), root_.str()) << "its folder is no more";
}

TEST_P(Trash, AFolderTakesWhatIsBelowWithIt) {
  const EntryId inner = b_.make_folder(b_.anna, root_, "f/g");
  const EntryId a = file(inner, "a", "hello");
  const EntryId f = b_.find(b_.anna, "f");
  discard(f);
  EXPECT_THAT(trash(), ElementsAre("f"));
  EXPECT_EQ(b_.download(b_.anna, a), std::nullopt);
  EXPECT_EQ(restore(a).type(), "folder_in_trash");
  EXPECT_EQ(b_.ask(b_.anna, "POST", "/api/v1/folders", fmt::format(R"({{"parent":"{}","path":"x"}})", inner.str())).status, 404);
  EXPECT_EQ(restore(f).status, 200);
  EXPECT_EQ(b_.download(b_.anna, a), "hello");
}

TEST_P(Trash, WhatIsPurgedReturnsItsRoomAndBytesOnce) {
  const EntryId a = file(root_, "a", "hello");
  EXPECT_EQ(purge(a).type(), "not_in_trash");
  discard(a);
  EXPECT_EQ(purge(a).status, 204);
  EXPECT_EQ(b_.avail(b_.anna), kQuota);
  EXPECT_EQ(purge(a).status, 404);
  EXPECT_EQ(restore(a).status, 404);
  ASSERT_TRUE(b_.deliver());
  EXPECT_THAT(b_.objects->objects(), IsEmpty());
  for (const Event& event : std::vector(b_.delivered())) b_.deliver_again(event);
  EXPECT_EQ(b_.avail(b_.anna), kQuota);
}

TEST_P(Trash, APurgedFolderTakesAllBelowWithIt) {
  const EntryId inner = b_.make_folder(b_.anna, root_, "f/g/h");
  const EntryId f = b_.find(b_.anna, "f");
  for (int i = 0; i < 60; ++i) file(f, fmt::format("{}", i), "12");
  file(inner, "deep", "123");
  const EntryId apart = file(f, "apart", "1");
  discard(apart);
  discard(f);
  EXPECT_EQ(purge(f).status, 204);
  EXPECT_THAT(trash(), ElementsAre("apart")) << "at once";
  ASSERT_TRUE(b_.deliver());
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 1) << "what was deleted on its own before stays in the trash";
  EXPECT_EQ(b_.objects->objects().size(), 1U);
}

TEST_P(Trash, IsEmptiedToTheLast) {
  for (int i = 0; i < 120; ++i) discard(file(root_, fmt::format("f{}", i), "12"));
  const EntryId kept = file(root_, "kept", "1");
  EXPECT_EQ(b_.ask(b_.anna, "DELETE", "/api/v1/trash").status, 204);
  b_.clock.advance(std::chrono::seconds{1});
  discard(kept);
  ASSERT_TRUE(b_.deliver());
  EXPECT_THAT(trash(), ElementsAre("kept")) << "what came after the call stays";
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 1);
}

TEST_P(Trash, IsPurgedAfterThirtyDays) {
  const EntryId early = file(root_, "early", "1"), late = file(root_, "late", "1");
  discard(early);
  b_.clock.advance(std::chrono::days{10});
  b_.run_schedule("purge_trash");
  discard(late);
  const EntryId back = file(root_, "back", "1");
  discard(back);
  restore(back);
  b_.clock.advance(std::chrono::days{20} + std::chrono::hours{1});
  b_.table->settle();
  for (int run = 0; run < 10; ++run) b_.run_schedule("purge_trash");
  EXPECT_THAT(trash(), ElementsAre("late"));
  b_.clock.advance(std::chrono::days{11});
  b_.table->settle();
  for (int run = 0; run < 10; ++run) b_.run_schedule("purge_trash");
  EXPECT_THAT(trash(), IsEmpty());
  EXPECT_THAT(b_.names(b_.anna, root_), ElementsAre("back"));
}

using Copies = Trash;
INSTANTIATE_TEST_SUITE_P(Tables, Copies, testing::Values(0, 1, 2, 3));

TEST_P(Copies, AFileSharesItsBytesAndTakesItsOwnRoom) {
  const EntryId a = file(root_, "a", "hello");
  const Answer made = copy(a, root_, "rename");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.text("name"), "a (2)");
  EXPECT_EQ(copy(a, root_).type(), "name_taken");
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 10);
  EXPECT_EQ(b_.objects->objects().size(), 1U);
  discard(a);
  purge(a);
  ASSERT_TRUE(b_.deliver());
  EXPECT_EQ(b_.download(b_.anna, EntryId(made.text("id"))), "hello") << "the bytes stay as long as somebody has them";
}

TEST_P(Copies, AFileThatDoesNotFitIsRefused) {
  const std::string bytes(1000, 'x');
  const EntryId a = file(root_, "a", bytes);
  b_.ask(b_.anna, "POST", "/api/v1/uploads", fmt::format(R"({{"files":[{{"folder":"{}","name":"big","size":{}}}]}})", root_.str(), kQuota - 1500));
  const Answer refused = copy(a, root_, "rename");
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.number("missing"), 500);
}

TEST_P(Copies, AFolderFollowsWithEverything) {
  const EntryId f = b_.make_folder(b_.anna, root_, "f");
  b_.make_folder(b_.anna, f, "g/h");
  for (int i = 0; i < 50; ++i) file(f, fmt::format("{:02}", i), "12");
  file(b_.find(b_.anna, "f/g"), "x", "123");
  const EntryId to = b_.make_folder(b_.anna, root_, "to");
  EXPECT_EQ(copy(f, f).type(), "move_into_itself");
  const Answer made = copy(f, to);
  EXPECT_EQ(made.status, 201);
  ASSERT_TRUE(b_.deliver());
  EXPECT_EQ(b_.names(b_.anna, EntryId(made.text("id"))).size(), 51U);
  EXPECT_EQ(b_.download(b_.anna, b_.find(b_.anna, "to/f/g/x")), "123");
  EXPECT_NE(b_.find(b_.anna, "to/f/g/h").str(), "");
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 2 * 103);
  for (const Event& event : std::vector(b_.delivered())) b_.deliver_again(event);
  ASSERT_TRUE(b_.deliver());
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 2 * 103) << "nothing twice";
}

TEST_P(Copies, AFolderMovedIntoItsCopyIsNotCopiedForEver) {
  const EntryId f = b_.make_folder(b_.anna, root_, "f");
  const EntryId inner = b_.make_folder(b_.anna, f, "g");
  const Answer made = copy(f, root_, "rename");
  b_.ask(b_.anna, "PATCH", "/api/v1/entries/" + made.text("id"), fmt::format(R"({{"parent":"{}"}})", inner.str()));
  ASSERT_TRUE(b_.deliver());
  EXPECT_NE(b_.find(b_.anna, "f/g/f (2)/g").str(), "");
}

TEST(CopyId, FollowsFromSourceAndTarget) {
  const EntryId a("a"), b("b");
  EXPECT_EQ(copy_id(a, b), copy_id(a, b));
  EXPECT_NE(copy_id(a, b), copy_id(b, a));
  EXPECT_TRUE(is_random_id(copy_id(a, b).str()));
}

}  // namespace
}  // namespace satchel
