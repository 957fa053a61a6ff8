// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/uploads.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/base/crc.hpp"
#include "tests/support/back_end.hpp"
#include "tests/support/invariants.hpp"

namespace satchel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Uploads : public testing::TestWithParam<std::uint64_t> {
 protected:
  Uploads() : b_({.adversity = GetParam() ? std::optional(Adversity{.seed = GetParam()}) : std::nullopt}) {}
  void TearDown() override {
    EXPECT_TRUE(b_.deliver());
    EXPECT_THAT(broken_invariants(b_), IsEmpty());
  }
  Answer post(std::string_view path, std::string_view body, TextMap headers = {}) { return b_.ask(b_.anna, "POST", path, body, std::move(headers)); }
  Answer create(std::string_view name, std::string_view bytes, std::string_view conflict = "fail") {
    return post("/api/v1/uploads", BackEnd::new_file(root_, name, bytes, conflict));
  }
  Answer complete(const std::string& id, std::string_view body = "{}") { return post(fmt::format("/api/v1/uploads/{}/complete", id), body); }
  /// A file without checksum, so in parts; of zeros.
  std::string create_in_parts(std::string_view name, std::int64_t size) {
    return post("/api/v1/uploads", fmt::format(R"({{"files":[{{"folder":"{}","name":"{}","size":{}}}]}})", root_.str(), name, size)).text("uploads.0.id");
  }
  Answer sign_part(const std::string& id, int number, std::int64_t length) {
    return post(fmt::format("/api/v1/uploads/{}/parts", id), fmt::format(R"({{"parts":[{{"number":{},"length":{}}}]}})", number, length));
  }
  void send_part(const std::string& id, int number, std::int64_t length) {
    const Answer part = sign_part(id, number, length);
    ASSERT_EQ(part.status, 200) << part.body.text();
    ASSERT_EQ(b_.send(*part.find("parts.0.request"), std::string(static_cast<std::size_t>(length), '\0')), 200);
  }
  /// A client that goes away: what is left must be gone a day later.
  void let_a_day_pass() {
    b_.clock.advance(std::chrono::hours{25});
    b_.table->settle();
    for (int run = 0; run < 3; ++run) b_.run_schedule("sweep_uploads");
    ASSERT_TRUE(b_.deliver());
  }
  BackEnd b_;
  const EntryId root_ = b_.anna.root;
  static constexpr std::int64_t kQuota = 100'000'000;
};
INSTANTIATE_TEST_SUITE_P(Tables, Uploads, testing::Values(0, 1, 2, 3));

TEST_P(Uploads, ASmallFileIsOnePut) {
  const Answer created = create("a.txt", "hello");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.find("uploads.0.part_size"), nullptr);
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 5) << "the room is taken before the first byte";
  const std::string id = created.text("uploads.0.id");
  EXPECT_EQ(complete(id).type(), "not_uploaded");
  EXPECT_EQ(b_.send(*created.find("uploads.0.put"), "jello"), 400) << "other bytes";
  EXPECT_EQ(b_.send(*created.find("uploads.0.put"), "hello"), 200);
  EXPECT_THAT(b_.names(b_.anna, root_), IsEmpty()) << "not visible before it is complete";
  const Answer done = complete(id);
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(done.number("size"), 5);
  EXPECT_EQ(done.text("checksum.value"), checksum_text(crc64nvme("hello")));
  EXPECT_EQ(complete(id).body.text(), done.body.text()) << "again";
  EXPECT_EQ(b_.download(b_.anna, EntryId(done.text("id"))), "hello");
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 5);
  EXPECT_EQ(b_.ask(b_.anna, "GET", "/api/v1/uploads/" + id).text("entry.id"), done.text("id"));
}

TEST_P(Uploads, ALargeFileGoesInPartsAndResumes) {
  const std::int64_t size = 8 * kMiB + 10;
  const std::string id = create_in_parts("big", size);
  EXPECT_EQ(sign_part(id, 1, 5).type(), "wrong_length");
  EXPECT_EQ(sign_part(id, 3, 5).type(), "no_such_part");
  send_part(id, 2, 10);
  b_.restart();
  const Answer state = b_.ask(b_.anna, "GET", "/api/v1/uploads/" + id);
  EXPECT_EQ(state.text("state"), "open");
  EXPECT_EQ(state.number("parts_present.0.number"), 2);
  EXPECT_EQ(state.find("parts_present.1"), nullptr);
  EXPECT_EQ(complete(id).type(), "part_missing");
  send_part(id, 1, 8 * kMiB);
  EXPECT_EQ(complete(id, R"({"parts":[{"number":2,"checksum":"AAAAAAAAAAA="}]})").type(), "part_missing") << "the client sent something else";
  const Answer done = complete(id);
  EXPECT_EQ(done.number("size"), size) << done.body.text();
  EXPECT_EQ(complete(id).text("id"), done.text("id"));
}

TEST_P(Uploads, AnEmptyFileNeedsNoChecksum) {
  const Answer created = post("/api/v1/uploads", fmt::format(R"({{"files":[{{"folder":"{}","name":"empty","size":0}}]}})", root_.str()));
  ASSERT_NE(created.find("uploads.0.put"), nullptr);
  EXPECT_EQ(b_.send(*created.find("uploads.0.put"), ""), 200);
  EXPECT_EQ(complete(created.text("uploads.0.id")).number("size"), 0);
}

TEST_P(Uploads, ABatchTakesItsRoomAtOnceOrNotAtAll) {
  const auto two = [&](std::int64_t size) {
    return post("/api/v1/uploads", fmt::format(R"({{"files":[{{"folder":"{0}","name":"a","size":{1}}},{{"folder":"{0}","name":"b","size":{1}}}]}})",
                                               root_.str(), size));
  };
  const Answer refused = two(kQuota / 2 + 5);
  EXPECT_EQ(refused.status, 413);
  EXPECT_EQ(refused.type(), "quota_exceeded");
  EXPECT_EQ(refused.number("missing"), 10);
  EXPECT_EQ(b_.avail(b_.anna), kQuota);
  EXPECT_EQ(two(kQuota / 2).status, 201);
  EXPECT_EQ(b_.avail(b_.anna), 0);
  EXPECT_EQ(create("c", "1").status, 413);
}

TEST_P(Uploads, NinetyFilesFitIntoOneCall) {
  std::string files, uploads;
  for (int i = 0; i < 90; ++i) {
    files += fmt::format(R"({}{{"folder":"{}","name":"f{}","size":1,"checksum":{{"algorithm":"crc32c","value":"{}"}}}})", i ? "," : "", root_.str(), i,
                         checksum_text(crc32c("x")));
  }
  const Answer created = post("/api/v1/uploads", fmt::format(R"({{"files":[{}]}})", files));
  ASSERT_EQ(created.status, 201);
  for (int i = 0; i < 90; ++i) {
    if (i > 0) b_.send(*created.find(fmt::format("uploads.{}.put", i)), "x");
    uploads += fmt::format(R"({}{{"id":"{}"}})", i ? "," : "", created.text(fmt::format("uploads.{}.id", i)));
  }
  const Answer done = post("/api/v1/uploads/complete", fmt::format(R"({{"uploads":[{}]}})", uploads));
  EXPECT_EQ(done.text("results.0.problem.type"), "not_uploaded") << "one that fails does not touch the others";
  EXPECT_EQ(done.text("results.89.entry.name"), "f89");
  EXPECT_EQ(b_.names(b_.anna, root_).size(), 89U);
  EXPECT_EQ(post("/api/v1/uploads", fmt::format(R"({{"files":[{},{}]}})", files, files)).status, 400) << "more than ninety";
}

TEST_P(Uploads, ARepeatedCreateWithItsKeyReservesOnce) {
  const std::string body = BackEnd::new_file(root_, "a", "hello");
  const Answer first = post("/api/v1/uploads", body, {{"idempotency-key", "k1"}});
  const Answer second = post("/api/v1/uploads", body, {{"idempotency-key", "k1"}});
  EXPECT_EQ(second.text("uploads.0.id"), first.text("uploads.0.id"));
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 5);
  EXPECT_EQ(post("/api/v1/uploads", BackEnd::new_file(root_, "b", "x"), {{"idempotency-key", "k1"}}).type(), "idempotency_key_reused");
  b_.clock.advance(std::chrono::hours{25});
  EXPECT_NE(post("/api/v1/uploads", body, {{"idempotency-key", "k1"}}).text("uploads.0.id"), first.text("uploads.0.id"));
}

TEST_P(Uploads, ATakenNameIsRefusedBeforeAnythingIsReserved) {
  b_.upload(b_.anna, root_, "a", "1");
  const std::string file = R"({{"folder":"{}","name":"{}","size":1,"conflict":"{}"}})";
  const auto batch = [&](std::string_view conflict) {
    return post("/api/v1/uploads", fmt::format(R"({{"files":[{{"folder":"{0}","name":"b","size":1}},{{"folder":"{0}","name":"A","size":1,"conflict":"{1}"}},)"
                                               R"({{"folder":"{0}","name":"B","size":1}}]}})", root_.str(), conflict));
  };
  const Answer refused = batch("fail");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.type(), "name_taken");
  EXPECT_EQ(refused.find("conflicts")->text(), "[1,2]") << "also two of one batch";
  EXPECT_EQ(batch("rename").find("conflicts")->text(), "[2]");
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 1);
  b_.make_folder(b_.anna, root_, "folder");
  EXPECT_EQ(create("folder", "1", "replace").type(), "name_taken") << "a file does not replace a folder";
}

TEST_P(Uploads, ANameTakenMeanwhileIsSeenWhenItIsCompleted) {
  const Answer first = create("a", "1"), second = create("a", "2"), third = create("a", "3", "rename");
  for (const Answer* created : {&first, &second, &third}) {
    b_.send(*created->find("uploads.0.put"), created == &first ? "1" : created == &second ? "2" : "3");
  }
  EXPECT_EQ(complete(first.text("uploads.0.id")).status, 200);
  EXPECT_EQ(complete(second.text("uploads.0.id")).type(), "name_taken");
  EXPECT_EQ(complete(third.text("uploads.0.id")).text("name"), "a (2)");
  let_a_day_pass();
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 2);
}

TEST_P(Uploads, ReplacingMakesANewVersionOfTheFileThatWasSeen) {
  const Answer one = b_.upload(b_.anna, root_, "a", "one");
  const Answer late = create("a", "late", "replace");
  const Answer two = b_.upload(b_.anna, root_, "a", "two!", "replace");
  EXPECT_EQ(two.text("id"), one.text("id"));
  EXPECT_EQ(two.number("revision"), 2);
  EXPECT_EQ(b_.download(b_.anna, EntryId(one.text("id"))), "two!");
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 3 - 4 - 4) << "the old version and the open upload count";
  b_.send(*late.find("uploads.0.put"), "late");
  EXPECT_EQ(complete(late.text("uploads.0.id")).type(), "changed_meanwhile") << "it knew the first content only";
  EXPECT_EQ(b_.upload(b_.anna, root_, "new", "x", "replace").number("revision"), 1) << "nothing to replace is no error";
}

TEST_P(Uploads, OfManyVersionsTheNewestTenStay) {
  for (int i = 0; i < 14; ++i) b_.upload(b_.anna, root_, "a", "1234567890", i ? "replace" : "fail");
  ASSERT_TRUE(b_.deliver());
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 100);
  EXPECT_EQ(b_.objects->objects().size(), 10U);
}

TEST_P(Uploads, TheEventFinishesForAClientThatVanished) {
  const Answer created = create("a", "hello");
  b_.send(*created.find("uploads.0.put"), "hello");
  ASSERT_TRUE(b_.deliver());
  EXPECT_THAT(b_.names(b_.anna, root_), ElementsAre("a"));
  EXPECT_EQ(complete(created.text("uploads.0.id")).status, 200) << "the client comes back";
  for (const Event& event : std::vector(b_.delivered())) b_.deliver_again(event);
  EXPECT_THAT(b_.names(b_.anna, root_), ElementsAre("a"));
}

TEST_P(Uploads, WhatIsGivenUpReturnsItsRoomOnce) {
  const Answer created = create("a", "hello");
  const std::string id = created.text("uploads.0.id");
  EXPECT_EQ(b_.ask(b_.anna, "DELETE", "/api/v1/uploads/" + id).status, 204);
  EXPECT_EQ(b_.ask(b_.anna, "DELETE", "/api/v1/uploads/" + id).status, 204) << "again";
  EXPECT_EQ(b_.avail(b_.anna), kQuota);
  EXPECT_EQ(b_.send(*created.find("uploads.0.put"), "hello"), 200) << "the signature outlives the upload …";
  EXPECT_EQ(complete(id).type(), "upload_ended");
  ASSERT_TRUE(b_.deliver());
  EXPECT_THAT(b_.objects->objects(), IsEmpty()) << "… and what comes by it is removed";
}

TEST_P(Uploads, WhatIsNeverCompletedIsGoneADayLater) {
  create("a", "hello");
  const std::string big = create_in_parts("big", 9 * kMiB);
  send_part(big, 2, kMiB);
  b_.clock.advance(std::chrono::hours{20});
  const std::string active = create_in_parts("active", kMiB);
  b_.clock.advance(std::chrono::hours{20});
  sign_part(active, 1, kMiB);
  b_.table->settle();
  const std::size_t open = b_.objects->open_uploads();  // an answer that was lost may have left one of which nobody knows; the store's own sweep has it
  for (int run = 0; run < 3; ++run) b_.run_schedule("sweep_uploads");
  ASSERT_TRUE(b_.deliver());
  EXPECT_EQ(b_.avail(b_.anna), kQuota - kMiB) << "the one that is still worked on stays";
  EXPECT_EQ(b_.objects->open_uploads(), open - 1);
  EXPECT_EQ(complete(big).type(), "upload_ended");
  let_a_day_pass();
  EXPECT_EQ(b_.avail(b_.anna), kQuota);
  let_a_day_pass();
  EXPECT_EQ(complete(big).status, 404) << "forgotten";
}

TEST_P(Uploads, ListsWhatIsOpen) {
  const std::string a = create("a", "1").text("uploads.0.id");
  const Answer b = create("b", "2");
  b_.send(*b.find("uploads.0.put"), "2");
  complete(b.text("uploads.0.id"));
  b_.table->settle();
  std::vector<std::string> ids;
  std::string cursor;
  do {
    const Answer page = b_.ask(b_.anna, "GET", "/api/v1/uploads?cursor=" + cursor);
    for (auto& id : page.texts("uploads", "id")) ids.push_back(id);
    cursor = page.text("cursor");
  } while (!cursor.empty());
  EXPECT_THAT(ids, ElementsAre(a));
}

TEST_P(Uploads, AnothersUploadIsNotThere) {
  const std::string id = create("a", "hello").text("uploads.0.id");
  const std::string parts = create_in_parts("b", 9 * kMiB);
  EXPECT_EQ(b_.ask(b_.ben, "GET", "/api/v1/uploads/" + id).status, 404);
  EXPECT_EQ(b_.ask(b_.ben, "DELETE", "/api/v1/uploads/" + id).status, 404);
  EXPECT_EQ(b_.ask(b_.ben, "POST", fmt::format("/api/v1/uploads/{}/complete", id), "{}").status, 404);
  EXPECT_EQ(b_.ask(b_.ben, "POST", fmt::format("/api/v1/uploads/{}/put", id), "{}").status, 404);
  EXPECT_EQ(b_.ask(b_.ben, "POST", fmt::format("/api/v1/uploads/{}/parts", parts), R"({"parts":[{"number":1,"length":8388608}]})").status, 404);
  EXPECT_EQ(b_.ask(b_.ben, "POST", "/api/v1/uploads", BackEnd::new_file(root_, "x", "y")).status, 404);
}

TEST_P(Uploads, AFolderThatWentMeanwhileTakesNothing) {
  const EntryId folder = b_.make_folder(b_.anna, root_, "f");
  const Answer created = post("/api/v1/uploads", BackEnd::new_file(folder, "a", "hello"));
  b_.send(*created.find("uploads.0.put"), "hello");
  b_.ask(b_.anna, "DELETE", "/api/v1/entries/" + folder.str());
  EXPECT_EQ(complete(created.text("uploads.0.id")).type(), "folder_gone");
  let_a_day_pass();
  EXPECT_EQ(b_.avail(b_.anna), kQuota);
  EXPECT_THAT(b_.objects->objects(), IsEmpty());
}

TEST_P(Uploads, ThePutIsSignedAgainAfterItsTime) {
  const Answer created = create("a", "hello");
  b_.clock.advance(std::chrono::minutes{16});
  EXPECT_EQ(b_.send(*created.find("uploads.0.put"), "hello"), 403);
  const Answer again = post(fmt::format("/api/v1/uploads/{}/put", created.text("uploads.0.id")), "{}");
  EXPECT_EQ(b_.send(*again.find("put"), "hello"), 200);
}

TEST_P(Uploads, OneLineIsEnough) {
  const Answer lead = b_.ask(b_.anna, "PUT", "/api/v1/put/my%20file.txt", "", {{"content-length", "5"}});
  EXPECT_EQ(lead.status, 307);
  const SignedRequest request{.method = "PUT", .url = lead.headers.at("location"), .headers = {{"content-length", "5"}, {"if-none-match", "*"}}, .expires = {}};
  EXPECT_EQ(b_.objects->put(request, "hello").status, 200);
  ASSERT_TRUE(b_.deliver());
  EXPECT_EQ(b_.download(b_.anna, b_.find(b_.anna, "my file.txt")), "hello");
  EXPECT_EQ(b_.ask(b_.anna, "PUT", "/api/v1/put/x").type(), "length_required");
  EXPECT_EQ(b_.ask(b_.anna, "PUT", "/api/v1/put/x", "", {{"content-length", "5368709121"}}).status, 413);
  EXPECT_EQ(b_.ask(b_.anna, "PUT", "/api/v1/put/..", "", {{"content-length", "1"}}).status, 400);
}

/// The store's own events are lost, as from one that has none.
void lose_arrivals(BackEnd& b) {
  const auto arrived = b.objects->receive(b.call(), 100);
  for (const Event& event : *arrived) ASSERT_TRUE(b.objects->acknowledge(b.call(), event));
}

TEST_P(Uploads, OneLineIsEnoughAlsoWhereTheStoreTellsOfNothing) {
  b_.settings.object_events = false;
  const Answer lead = b_.ask(b_.anna, "PUT", "/api/v1/put/a", "", {{"content-length", "5"}});
  ASSERT_EQ(lead.status, 307);
  for (int minute = 0; minute < 20; ++minute) {  // a slow line
    ASSERT_TRUE(b_.deliver());
    b_.clock.advance(std::chrono::seconds{30});
  }
  EXPECT_THAT(b_.names(b_.anna, root_), IsEmpty());
  const Answer other = b_.ask(b_.anna, "PUT", "/api/v1/put/never", "", {{"content-length", "5"}});
  const SignedRequest request{.method = "PUT", .url = lead.headers.at("location"), .headers = {{"content-length", "5"}, {"if-none-match", "*"}}, .expires = {}};
  EXPECT_EQ(b_.objects->put(request, "hello").status, 200);
  lose_arrivals(b_);
  b_.clock.advance(std::chrono::minutes{3});
  ASSERT_TRUE(b_.deliver());
  EXPECT_EQ(b_.download(b_.anna, b_.find(b_.anna, "a")), "hello");
  // The looks at what never comes end with its upload, and leave nothing behind.
  for (int hour = 0; hour < 50; ++hour) {
    b_.clock.advance(std::chrono::hours{1});
    b_.run_schedule("sweep_uploads");
    ASSERT_TRUE(b_.deliver());
  }
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 5);
  for (const Item& item : b_.table->items()) EXPECT_NE(family_of(item.key.partition), Family::outbox) << item.key.sort;
}

TEST_P(Uploads, BytesThatNobodyToldOfBecomeTheFileBeforeTheUploadIsGivenUp) {
  const Answer created = create("a", "hello");
  ASSERT_EQ(b_.send(*created.find("uploads.0.put"), "hello"), 200);
  lose_arrivals(b_);
  let_a_day_pass();
  EXPECT_EQ(b_.download(b_.anna, b_.find(b_.anna, "a")), "hello");
  EXPECT_EQ(b_.avail(b_.anna), kQuota - 5);
}

TEST_P(Uploads, RefusesWhatIsNotRight) {
  const auto with = [&](std::string_view members) {
    return post("/api/v1/uploads", fmt::format(R"({{"files":[{{"folder":"{}",{}}}]}})", root_.str(), members));
  };
  EXPECT_EQ(with(R"("name":"a","size":-1)").status, 400);
  EXPECT_EQ(with(R"("name":"a","size":9007199254740991)").status, 413);
  EXPECT_EQ(with(R"("name":"../a","size":1)").status, 400);
  EXPECT_EQ(with(R"("name":"a","size":1,"owner":"x")").status, 400);
  EXPECT_EQ(with(R"("name":"a","size":1,"conflict":"overwrite")").status, 400);
  EXPECT_EQ(with(R"("name":"a","size":1,"checksum":{"algorithm":"md5","value":"x"})").status, 400);
  EXPECT_EQ(with(R"("name":"a","size":1,"checksum":{"algorithm":"crc32c","value":"AAAAAAAAAAA="})").status, 400);
  EXPECT_EQ(with(R"("name":"a","size":1,"type":"x\ny")").status, 400);
  EXPECT_EQ(post("/api/v1/uploads", R"({"files":[]})").status, 400);
  EXPECT_EQ(b_.avail(b_.anna), kQuota);
}

TEST_P(Uploads, DownloadsAreContained) {
  const Answer page = b_.upload(b_.anna, root_, "evil.html", "<script>");
  const Answer image = b_.upload(b_.anna, root_, "a.png", "png");
  const auto ask = [&](const Answer& file) {
    return post("/api/v1/downloads", fmt::format(R"({{"entry":"{}","inline":true}})", file.text("id")));
  };
  EXPECT_EQ(ask(page).text("type"), "application/octet-stream");
  EXPECT_THAT(ask(page).text("url"), testing::HasSubstr("attachment"));
  EXPECT_EQ(ask(image).text("type"), "image/png");
  EXPECT_THAT(ask(image).text("url"), testing::HasSubstr("inline"));
  EXPECT_EQ(b_.ask(b_.anna, "GET", fmt::format("/api/v1/entries/{}/content", page.text("id"))).status, 303);
  EXPECT_EQ(b_.ask(b_.anna, "GET", fmt::format("/api/v1/entries/{}/content", root_.str())).type(), "not_a_file");
}

TEST(UploadPlan, PartsCoverTheFileWithinTheLimitsOfS3) {
  for (const std::int64_t size : {std::int64_t{0}, std::int64_t{1}, 8 * kMiB, 8 * kMiB + 1, 9000 * 8 * kMiB, 9000 * 8 * kMiB + 1, kLargestFile}) {
    const Upload upload{.size = size};
    std::int64_t covered = 0;
    for (std::int64_t number = 1; number <= upload.parts(); ++number) covered += upload.part_length(number);
    EXPECT_EQ(covered, size);
    EXPECT_LE(upload.parts(), 9000);
    EXPECT_EQ(upload.part_size() % kMiB, 0);
    EXPECT_EQ(upload.part_length(upload.parts() + 1), 0);
  }
}

TEST(UploadKey, LeadsBackToItsUploadAndNothingElseDoes) {
  const Upload upload{.id = UploadId("0123456789ABCDEFGHIJKL")};
  EXPECT_EQ(upload.key().str(), "blobs/01/0123456789ABCDEFGHIJKL");
  EXPECT_EQ(upload_of(upload.key().str()), upload.id);
  for (const char* other : {"", "blobs/02/0123456789ABCDEFGHIJKL", "x/01/0123456789ABCDEFGHIJKL", "blobs/01/0123", "blobs/"}) {
    EXPECT_EQ(upload_of(other), UploadId()) << other;
  }
}

}  // namespace
}  // namespace satchel
