// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "satchel/model/access.hpp"
#include "satchel/model/event.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/model/name.hpp"

namespace satchel {
namespace {

const User kOwner{.id = UserId("owner"), .email = "", .name = "", .epoch = 3, .space = SpaceId("space"), .root = EntryId("root")};
const Resource kFile{.entry = EntryId("file"), .ancestors = {EntryId("root"), EntryId("folder")},
                     .space = SpaceId("space"), .owner = UserId("owner")};

ErrorCode refusal(const Principal& principal, Action action, const Resource& resource = kFile) {
  const auto grant = decide(principal, action, resource, Time{});
  return grant ? ErrorCode::internal : grant.error().code;
}

TEST(Decide, TheOwnerMayDoAllAndTheGrantNamesTheEpoch) {
  for (const Action action : {Action::see, Action::read, Action::add, Action::change, Action::remove, Action::share}) {
    const auto grant = decide(SignedIn{.user = kOwner}, action, kFile, from_millis(5));
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->ticket(), "u:owner:3");
    EXPECT_EQ(grant->action(), action);
    EXPECT_EQ(grant->entry(), EntryId("file"));
    EXPECT_EQ(grant->decided_at(), from_millis(5));
  }
}

TEST(Decide, OthersTheDisabledAndTheUnknownLearnNothing) {
  User other = kOwner;
  other.id = UserId("other");
  User disabled = kOwner;
  disabled.disabled = true;
  for (const Action action : {Action::see, Action::read, Action::add, Action::change, Action::remove, Action::share}) {
    EXPECT_EQ(refusal(SignedIn{.user = other}, action), ErrorCode::not_found);
    EXPECT_EQ(refusal(SignedIn{.user = disabled}, action), ErrorCode::not_found);
    EXPECT_EQ(refusal(Anonymous{}, action), ErrorCode::not_found);
  }
}

TEST(Decide, AnAdministratorIsNoOwnerOfOthersFiles) {
  User admin = kOwner;
  admin.id = UserId("admin");
  admin.role = Role::admin;
  EXPECT_EQ(refusal(SignedIn{.user = admin}, Action::read), ErrorCode::not_found);
}

TEST(Decide, ALinkReachesDownwardsOnlyAndReadsOnly) {
  const LinkBearer bearer{.link = LinkId("link"), .root = EntryId("folder"), .owner = UserId("owner"), .space = SpaceId("space"), .version = 2};
  EXPECT_EQ(decide(bearer, Action::read, kFile, Time{}).value().ticket(), "l:link:2");
  const Resource sibling{.entry = EntryId("folder2"), .ancestors = {EntryId("root")}, .space = SpaceId("space"), .owner = UserId("owner")};
  const Resource above{.entry = EntryId("root"), .ancestors = {}, .space = SpaceId("space"), .owner = UserId("owner")};
  EXPECT_EQ(refusal(bearer, Action::see, sibling), ErrorCode::not_found);
  EXPECT_EQ(refusal(bearer, Action::see, above), ErrorCode::not_found);
  for (const Action action : {Action::add, Action::change, Action::remove, Action::share}) {
    EXPECT_EQ(refusal(bearer, action), ErrorCode::not_found);
  }
}

TEST(Decide, TheTrashCanBeSeenAndEmptiedNotUsed) {
  Resource trashed = kFile;
  trashed.trashed = true;
  EXPECT_TRUE(decide(SignedIn{.user = kOwner}, Action::remove, trashed, Time{}));
  EXPECT_EQ(refusal(SignedIn{.user = kOwner}, Action::read, trashed), ErrorCode::not_found);
  EXPECT_EQ(refusal(SignedIn{.user = kOwner}, Action::share, trashed), ErrorCode::not_found);
}

TEST(Decide, ATokensScopesNarrowItsOwnersRights) {
  const SignedIn reader{.user = kOwner, .token = TokenId("token"), .scopes = {"files:read"}};
  EXPECT_TRUE(decide(reader, Action::read, kFile, Time{}));
  EXPECT_EQ(refusal(reader, Action::add), ErrorCode::forbidden);
  EXPECT_EQ(refusal(reader, Action::share), ErrorCode::forbidden);
}

TEST(Name, RefusesWhatCannotBeAFileSomewhere) {
  for (const std::string bad : {"", ".", "..", "a/b", "a\nb", "\x7f", "\xc2\x85", "\xff"}) EXPECT_FALSE(check_name(bad)) << bad;
  EXPECT_FALSE(check_name(std::string(256, 'a')));
  EXPECT_TRUE(check_name(std::string(255, 'a')));
  EXPECT_EQ(check_name("Grüße 📦.txt").value(), "Grüße 📦.txt");
}

TEST(Name, TwoSpellingsOfOneNameFoldAlike) {
  EXPECT_EQ(fold_name("É.TXT"), fold_name("e\xcc\x81.txt"));
  EXPECT_EQ(fold_name("straße"), fold_name("STRASSE"));
  EXPECT_NE(fold_name("a"), fold_name("b"));
}

TEST(Name, NumbersGoBeforeTheExtension) {
  EXPECT_EQ(numbered_name("a.pdf", 1), "a (1).pdf");
  EXPECT_EQ(numbered_name(".profile", 2), ".profile (2)");
  EXPECT_EQ(numbered_folder_name("Sent 2026-11-28 19.06", 2), "Sent 2026-11-28 19.06 (2)");
  EXPECT_EQ(numbered_name(std::string(255, 'a'), 1).size(), 255U);
  EXPECT_TRUE(check_name(numbered_name(std::string(253, 'a') + "ä", 1)));
}

TEST(Email, IsFoldedAndChecked) {
  EXPECT_EQ(fold_email("Ada@Example.ORG").value(), "ada@example.org");
  for (const char* bad : {"", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: x", "<a@b>"}) EXPECT_FALSE(fold_email(bad)) << bad;
}

TEST(Keys, FamiliesAreToldApart) {
  EXPECT_EQ(family_of(keys::user(UserId("x")).partition), Family::user);
  EXPECT_EQ(family_of(keys::upload(UploadId("x")).partition), Family::upload);
  EXPECT_EQ(family_of(keys::outbox(3, "x").partition), Family::outbox);
  EXPECT_EQ(family_of(keys::trash_partition(SpaceId("x"))), Family::space);
  EXPECT_EQ(family_of("X#"), std::nullopt);
}

TEST(Keys, DueItemsSortByTime) {
  Item early{{"UP#a", "META"}, {}}, late{{"UP#a", "META"}, {}};
  keys::index_due(early, from_millis(3'600'000));
  keys::index_due(late, from_millis(3'600'001));
  EXPECT_EQ(early.text(kGsi2Partition), late.text(kGsi2Partition));
  EXPECT_LT(early.text(kGsi2Sort), keys::due_sort_end(from_millis(3'600'000)));
  EXPECT_GT(late.text(kGsi2Sort), keys::due_sort_end(from_millis(3'600'000)));
}

TEST(Event, SurvivesItsOutboxItem) {
  const Event event{.id = "01J", .type = "entry.moved", .time = from_millis(9), .actor = "u", .subject = "e", .data = {{"from", "a"}}};
  const Event read = event_from(outbox_item(event));
  EXPECT_EQ(read.id, "01J");
  EXPECT_EQ(read.type, "entry.moved");
  EXPECT_EQ(read.time, from_millis(9));
  EXPECT_EQ(read.data, event.data);
}

}  // namespace
}  // namespace satchel
