// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/records.hpp"

#include <gtest/gtest.h>

#include "satchel/base/encoding.hpp"

namespace satchel::objects {
namespace {

const BlobId kBlob{0x0102, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0xFF}};

PartRecord some_part() {
  return {{{300, "etag", 0xFFFFFFFFFFFFFFFF, 7, "hash"}, 9, from_millis(1'795'521'600'000)}, kBlob};
}

ObjectRecord some_object() {
  return {{{300, "etag", 1, std::nullopt, {}}, from_millis(1'795'521'600'000), {{"content-type", "text/plain"}}, 2}, Place::manifest, kBlob};
}

TEST(Records, ComeBackAsTheyWere) {
  const auto object = decode<ObjectRecord>(encode(some_object())).value();
  EXPECT_EQ(object.info, some_object().info);
  EXPECT_EQ(object.place, Place::manifest);
  EXPECT_EQ(object.body, kBlob);
  const auto manifest = decode<Manifest>(encode(Manifest{some_part(), some_part()})).value();
  ASSERT_EQ(manifest.size(), 2u);
  EXPECT_EQ(manifest[1].info, some_part().info);
  const auto upload = decode<UploadRecord>(encode(UploadRecord{ObjectKey("k"), true, {{"a", "b"}}, from_millis(5)})).value();
  EXPECT_TRUE(upload.crc32c);
  EXPECT_EQ(upload.due, from_millis(5));
  const auto tombstone = decode<Tombstone>(encode(Tombstone{ObjectKey("k"), "print", some_object().info})).value();
  EXPECT_EQ(tombstone.info, some_object().info);
  const Event event{"id", "type", from_millis(1), "system", "subject", {{"a", "b"}, {"c", ""}}};
  EXPECT_EQ(decode<Event>(encode(event)).value().data, event.data);
}

TEST(Records, StayAsTheyWereWrittenByTheFirstVersion) {
  EXPECT_EQ(to_hex(encode(some_object())), "01ac020465746167010000"
                                           "80b4b5eba034"
                                           "010c636f6e74656e742d747970650a746578742f706c61696e02"
                                           "02180000000000000102" "0102030405060708090a0b0c0d0e0fff");
}

TEST(Records, AreRefusedWhereTheyAreCutLongerOrOfAnotherVersion) {
  const std::string bytes = encode(some_part());
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode<PartRecord>(bytes.substr(0, size))) << size;
  EXPECT_FALSE(decode<PartRecord>(bytes + "x"));
  EXPECT_FALSE(decode<PartRecord>("\x02" + bytes.substr(1)));
  EXPECT_FALSE(decode<Manifest>(std::string("\x01") + std::string(9, '\xFF') + "\x01")) << "as many parts as a number can name";
}

TEST(RowsAndNames, ComeBackAndKeepTheirOrder) {
  EXPECT_EQ(blob_of_row(blob_row(kBlob)), kBlob);
  EXPECT_FALSE(blob_of_row("short"));
  EXPECT_EQ(file_name(kBlob), "0000000000000102/01/0102030405060708090a0b0c0d0e0fff");
  EXPECT_EQ(epoch_of_name("0000000000000102"), 0x0102u);
  EXPECT_EQ(blob_of_name(0x0102, "0102030405060708090a0b0c0d0e0fff"), kBlob);
  EXPECT_FALSE(blob_of_name(0x0102, "0102030405060708090a0b0c0d0e0fFF"));
  EXPECT_FALSE(epoch_of_name("lost+found"));
  EXPECT_LT(part_row("u", 255), part_row("u", 256));
  const std::string upload(22, 'u');
  EXPECT_LT(due_row(from_millis(255), DueKind::upload, upload), due_row(from_millis(256), DueKind::tombstone, upload));
  EXPECT_EQ(due_of_row(due_row(from_millis(255), DueKind::tombstone, upload))->time, from_millis(255));
  EXPECT_FALSE(due_of_row("x"));
}

}  // namespace
}  // namespace satchel::objects
