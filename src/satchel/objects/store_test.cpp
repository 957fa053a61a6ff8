// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "satchel/base/crc.hpp"
#include "satchel/base/crypto.hpp"
#include "satchel/objects/index.hpp"
#include "satchel/objects/store_test.hpp"

namespace satchel::objects {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using ObjectStorage = StoreTest;

TEST_F(ObjectStorage, GivesBackWhatWasPutSmallLargeAndEmpty) {
  for (const std::string& bytes : {std::string(), std::string("small"), std::string(16 * 1024, 'x'), std::string(16 * 1024 + 1, 'y'), large()}) {
    const std::string key = "key " + std::to_string(bytes.size());
    const auto content = put(key, bytes);
    ASSERT_TRUE(content) << content.error().message << content.error().detail;
    EXPECT_EQ(content->size, bytes.size());
    EXPECT_EQ(content->crc64nvme, crc64nvme(bytes));
    EXPECT_EQ(content->sha256, sha256(bytes));
    EXPECT_FALSE(content->crc32c);
    EXPECT_EQ(get(key), bytes);
  }
  open();
  EXPECT_EQ(get("key 100000"), large());
  EXPECT_EQ(get("key 5"), "small");
  EXPECT_EQ(files(), 2u) << "small ones lie in the database";
}

TEST_F(ObjectStorage, ReadsRanges) {
  ASSERT_TRUE(put("small", "0123456789"));
  ASSERT_TRUE(put("large", large()));
  const auto small = store_->open_object(ObjectKey("small")).value(), big = store_->open_object(ObjectKey("large")).value();
  EXPECT_EQ(read(*small->read(3, 4)), "3456");
  EXPECT_EQ(read(*small->read(10, 0)), "");
  EXPECT_EQ(read(*big->read(99'990, 10)), large().substr(99'990));
  EXPECT_EQ(small->read(3, 8).error().code, ErrorCode::invalid);
  EXPECT_EQ(big->read(100'001, 0).error().code, ErrorCode::invalid);
}

TEST_F(ObjectStorage, RefusesMoreAndFewerBytesThanDeclaredAndLeavesNothing) {
  for (const std::uint64_t declared : {std::uint64_t{10}, std::uint64_t{50'000}}) {
    auto writer = store_->begin_object({.key = ObjectKey("k"), .length = declared}).value();
    EXPECT_EQ(writer->append(as_bytes(std::string(declared + 1, 'x'))).error().type, "wrong_length");
    EXPECT_FALSE(writer->commit({}));
    writer = store_->begin_object({.key = ObjectKey("k"), .length = declared}).value();
    ASSERT_TRUE(writer->append(as_bytes(std::string(declared - 1, 'x'))));
    EXPECT_EQ(writer->commit({}).error().type, "wrong_length");
  }
  EXPECT_EQ(get("k"), "absent");
  EXPECT_EQ(files(), 0u);
}

TEST_F(ObjectStorage, ChecksEveryDigestThatWasDeclared) {
  const std::string bytes = large();
  const auto attempt = [&](const Expected& expected, const Digests& digests) {
    auto writer = store_->begin_object({.key = ObjectKey("k"), .length = bytes.size(), .digests = digests}).value();
    EXPECT_TRUE(writer->append(as_bytes(bytes)));
    const auto content = writer->commit(expected);
    return content ? std::string("stored") : content.error().type;
  };
  EXPECT_EQ(attempt({.crc64nvme = 1}, {}), "wrong_checksum");
  EXPECT_EQ(attempt({.crc32c = 1}, {.crc32c = true}), "wrong_checksum");
  EXPECT_EQ(attempt({.sha256 = sha256("other")}, {}), "wrong_checksum");
  EXPECT_EQ(attempt({.md5 = md5("other")}, {.md5 = true}), "wrong_checksum");
  EXPECT_EQ(get("k"), "absent");
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(attempt({crc64nvme(bytes), crc32c(bytes), sha256(bytes), md5(bytes)}, {.crc32c = true, .md5 = true}), "stored");
  EXPECT_EQ(store_->head(ObjectKey("k")).value()->crc32c, crc32c(bytes)) << "the one that the client chose is kept";
}

TEST_F(ObjectStorage, KeepsHeadersAndTimeWithTheObject) {
  const Headers headers{{"content-type", "text/plain"}, {"x-amz-meta-a", "b"}};
  auto writer = store_->begin_object({.key = ObjectKey("k"), .length = 0, .headers = headers}).value();
  ASSERT_TRUE(writer->commit({}));
  const auto info = store_->head(ObjectKey("k")).value();
  EXPECT_EQ(info->headers, headers);
  EXPECT_EQ(info->modified, clock_.now());
}

TEST_F(ObjectStorage, NeverOverwritesWhereTheClientSaysSo) {
  auto late = store_->begin_object({.key = ObjectKey("k"), .length = 4, .only_if_absent = true}).value();
  ASSERT_TRUE(late->append(as_bytes("late")));
  ASSERT_TRUE(put("k", large(), /*only_if_absent=*/true));
  EXPECT_EQ(late->commit({}).error().type, "exists") << "judged when it is committed";
  EXPECT_EQ(put("k", "again", /*only_if_absent=*/true).error().type, "exists") << "and before a byte is sent";
  EXPECT_EQ(get("k"), large());
}

TEST_F(ObjectStorage, LetsOneOfManyRacingWritersWin) {
  std::atomic<int> stored = 0;
  {
    std::vector<std::jthread> writers;
    for (char name = 'a'; name < 'i'; ++name) writers.emplace_back([&, name] { stored += put("k", large(name), true) ? 1 : 0; });
  }
  EXPECT_EQ(stored, 1);
  EXPECT_EQ(files(), 1u) << "the others left nothing";
}

TEST_F(ObjectStorage, ReplacesWholeAndCollectsWhatWasReplaced) {
  ASSERT_TRUE(put("k", large('a')));
  const auto reader = store_->open_object(ObjectKey("k")).value();
  ASSERT_TRUE(put("k", large('b')));
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(get("k"), large('b'));
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(read(*reader->read(0, 100'000)), large('a')) << "who opened it before reads on";
}

TEST_F(ObjectStorage, RemovesAsOftenAsAsked) {
  ASSERT_TRUE(put("large", large()));
  ASSERT_TRUE(put("small", "s"));
  for (int n = 0; n < 2; ++n) {
    EXPECT_TRUE(store_->remove(ObjectKey("large")));
    EXPECT_TRUE(store_->remove(ObjectKey("small")));
  }
  EXPECT_EQ(get("large"), "absent");
  EXPECT_EQ(get("small"), "absent");
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(store_->counters().blobs_collected, 1u);
}

TEST_F(ObjectStorage, ListsKeysOfAnyBytesInTheirOrder) {
  const std::string odd("a\0\xFF/../..", 9);
  for (const std::string& key : {std::string("b"), odd, std::string("a"), std::string("a/1"), std::string("a/2")}) ASSERT_TRUE(put(key, key));
  EXPECT_THAT(store_->list("", "", 10).value(), ElementsAre(ObjectKey("a"), ObjectKey(odd), ObjectKey("a/1"), ObjectKey("a/2"), ObjectKey("b")));
  EXPECT_THAT(store_->list("a/", "a/1", 10).value(), ElementsAre(ObjectKey("a/2")));
  EXPECT_THAT(store_->list("", "a", 1).value(), ElementsAre(ObjectKey(odd)));
  EXPECT_EQ(get(odd), odd);
}

TEST_F(ObjectStorage, RefusesKeysAndMetadataOutOfBounds) {
  EXPECT_EQ(put("", "x").error().code, ErrorCode::invalid);
  EXPECT_EQ(put(std::string(1025, 'k'), "x").error().code, ErrorCode::invalid);
  EXPECT_TRUE(put(std::string(1024, 'k'), "x"));
  EXPECT_EQ(store_->begin_object({.key = ObjectKey("k"), .headers = {{"x-amz-meta-a", std::string(9000, 'x')}}}).error().code, ErrorCode::invalid);
}

TEST_F(ObjectStorage, TellsOfEachObjectUntilItIsAcknowledged) {
  ASSERT_TRUE(put("k", "bytes"));
  ASSERT_TRUE(store_->record_served("lease", 17, false));
  open();
  const auto events = store_->receive(10).value();
  ASSERT_THAT(events, SizeIs(2));
  const Event& created = events[0].type == kObjectCreated ? events[0] : events[1];
  const Event& served = events[0].type == kObjectCreated ? events[1] : events[0];
  EXPECT_EQ(created.subject, "k");
  EXPECT_EQ(created.data.find("size")->second, "5");
  EXPECT_EQ(created.data.find("checksum")->second, checksum_text(crc64nvme("bytes")));
  EXPECT_EQ(served.type, kObjectServed);
  EXPECT_EQ(served.subject, "lease");
  EXPECT_EQ(served.data.find("whole")->second, "0");
  EXPECT_THAT(store_->receive(1).value(), SizeIs(1));
  for (const Event& event : events) EXPECT_TRUE(store_->acknowledge(event));
  EXPECT_THAT(store_->receive(10).value(), IsEmpty());
}

TEST_F(ObjectStorage, PassesOverAnEventThatCannotBeRead) {
  ASSERT_TRUE(put("k", "bytes"));
  store_.reset();
  {
    const auto index = Index::open({.folder = folder_.path() + "/objects/index"}, clock_, random_, *log_).value();
    Index::Batch batch(*index);
    batch.put(Family::events, "0", "no event");
    ASSERT_TRUE(index->write(batch));
  }
  open();
  ASSERT_THAT(store_->receive(10).value(), SizeIs(1)) << "the others come all the same";
  EXPECT_THAT(store_->receive(10).value(), SizeIs(1));
}

TEST_F(ObjectStorage, RemovesWhatACrashLeftAndNothingElse) {
  ASSERT_TRUE(put("k", large()));
  auto cut = store_->begin_object({.key = ObjectKey("never"), .length = 50'000}).value();
  ASSERT_TRUE(cut->append(as_bytes(std::string(20'000, 'x'))));
  // As after a crash: the file stays, and nobody ends the writer.
  std::filesystem::copy(folder_.path() + "/objects/blobs", folder_.path() + "/left", std::filesystem::copy_options::recursive);
  cut.reset();
  store_.reset();
  std::filesystem::remove_all(folder_.path() + "/objects/blobs");
  std::filesystem::rename(folder_.path() + "/left", folder_.path() + "/objects/blobs");
  open();
  EXPECT_EQ(files(), 2u);
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(store_->counters().orphans_removed, 1u);
  EXPECT_EQ(get("k"), large());
}

TEST_F(ObjectStorage, IsHeldByOneProcess) {
  options_.lock_wait = Duration{50};
  ManualClock clock;
  const auto second = Store::open(options_, clock, random_, *log_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
}

TEST_F(ObjectStorage, RefusesUploadsOnAFullDiskTakesRemovalsAndGoesOnByItself) {
  ASSERT_TRUE(put("k", large()));
  auto writer = store_->begin_object({.key = ObjectKey("cut"), .length = 50'000}).value();
  files_.full = true;
  files_.writes_fail = true;
  EXPECT_EQ(put("more", large()).error().type, "disk_full");
  EXPECT_EQ(put("small", "s").error().type, "disk_full");
  EXPECT_EQ(writer->append(as_bytes(std::string(100, 'x'))).error().type, "disk_full");
  writer.reset();
  EXPECT_EQ(get("k"), large());
  EXPECT_EQ(files(), 1u) << "nothing is left behind";
  EXPECT_TRUE(store_->remove(ObjectKey("k")));
  EXPECT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 0u);
  files_.full = files_.writes_fail = false;
  EXPECT_TRUE(put("more", large()));
  EXPECT_TRUE(store_->accepts_writes());
}

TEST_F(ObjectStorage, NeverAcknowledgesAfterAFailedSyncAndReadsOn) {
  for (std::atomic<bool>* broken : {&files_.sync_fails, &files_.folder_sync_fails}) {
    const std::string key = broken == &files_.sync_fails ? "one" : "two";
    ASSERT_TRUE(put(key, large()));
    *broken = true;
    EXPECT_EQ(put("lost", large()).error().code, ErrorCode::unavailable);
    *broken = false;
    EXPECT_FALSE(store_->accepts_writes());
    EXPECT_EQ(put("later", large()).error().code, ErrorCode::unavailable) << "no sync is repeated";
    EXPECT_EQ(get(key), large());
    open();
    EXPECT_EQ(get("lost"), "absent");
    EXPECT_EQ(get(key), large());
  }
}

TEST_F(ObjectStorage, DoesItsMaintenanceByItself) {
  options_.background = true;
  store_.reset();
  auto store = Store::open(options_, clock_, random_, *log_);
  ASSERT_TRUE(store);
  store_ = std::move(*store);
  ASSERT_TRUE(put("k", large()));
  ASSERT_TRUE(store_->remove(ObjectKey("k")));
  EXPECT_EQ(files_.removed.get_future().wait_for(std::chrono::seconds{30}), std::future_status::ready);
  store_.reset();
  EXPECT_EQ(files(), 0u);
}

}  // namespace
}  // namespace satchel::objects
