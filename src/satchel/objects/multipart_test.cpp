// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "satchel/base/crc.hpp"
#include "satchel/objects/store_test.hpp"

namespace satchel::objects {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class Multipart : public StoreTest {
 protected:
  Multipart() {
    options_.smallest_part = 10;
    open();
  }
  std::string begin(bool crc32c = false) { return store_->begin_upload({.key = key_, .crc32c = crc32c}).value(); }
  Content part(const std::string& upload, int number, std::string_view bytes) {
    const auto content = put_part("k", upload, number, bytes);
    EXPECT_TRUE(content) << content.error().message << content.error().detail;
    return content.value_or(Content{});
  }
  const ObjectKey key_{"k"};
};

TEST_F(Multipart, JoinsPartsThatCameInAnyOrderWithoutMovingThem) {
  const std::string id = begin(), one = large('a'), two = large('b'), three = "rest";
  part(id, 7, three);
  part(id, 2, one);
  part(id, 5, two);
  EXPECT_EQ(get("k"), "absent");
  const std::string all = one + two + three;
  const auto info = store_->complete({.key = key_, .upload = id, .parts = {{2}, {5}, {7}}, .size = all.size(), .expected = {.crc64nvme = crc64nvme(all)}});
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->size, all.size());
  EXPECT_EQ(info->crc64nvme, crc64nvme(all));
  EXPECT_EQ(info->parts, 3);
  EXPECT_TRUE(info->etag.ends_with("-3"));
  EXPECT_EQ(files(), 3u);
  open();
  EXPECT_EQ(get("k"), all);
  const auto reader = store_->open_object(key_).value();
  for (const auto& [offset, length] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 1}, {99'999, 2}, {100'000, 100'000}, {199'990, 14}, {200'004, 0}, {5, 199'990}}) {
    EXPECT_EQ(read(*reader->read(offset, length)), all.substr(offset, length));
  }
  ASSERT_TRUE(store_->remove(key_));
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 0u);
}

TEST_F(Multipart, CombinesCrc32cWhereTheUploadWasBegunWithIt) {
  const std::string id = begin(/*crc32c=*/true);
  EXPECT_EQ(part(id, 1, large()).crc32c, crc32c(large()));
  part(id, 2, "end");
  const auto wrong = store_->complete({.key = key_, .upload = id, .parts = {{1}, {2}}, .expected = {.crc32c = 5}});
  EXPECT_EQ(wrong.error().type, "wrong_checksum");
  const auto info = store_->complete({.key = key_, .upload = id, .parts = {{1}, {2}}, .expected = {.crc32c = crc32c(large() + "end")}});
  ASSERT_TRUE(info);
  EXPECT_EQ(info->crc32c, crc32c(large() + "end"));
}

TEST_F(Multipart, GivesTheSameAnswerToTheSameCallAndTellsOfItOnce) {
  const std::string id = begin();
  part(id, 1, "only");
  const Assembly assembly{.key = key_, .upload = id, .parts = {{1}}, .only_if_absent = true};
  const auto first = store_->complete(assembly), second = store_->complete(assembly);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
  EXPECT_THAT(store_->receive(10).value(), SizeIs(1));
  Assembly other = assembly;
  other.size = 4;
  EXPECT_EQ(store_->complete(other).error().type, "upload_ended");
  clock_.advance(std::chrono::hours{49});
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(store_->complete(assembly).error().type, "upload_ended") << "it is forgotten in the end";
  EXPECT_EQ(get("k"), "only") << "but not the object";
}

TEST_F(Multipart, RefusesAWrongAssemblyAndKeepsTheParts) {
  const std::string id = begin();
  const Content one = part(id, 1, large()), two = part(id, 2, "small"), three = part(id, 3, "end");
  const auto type = [&](std::vector<NamedPart> parts, std::optional<std::uint64_t> size = {}, Expected expected = {}) {
    const auto info = store_->complete({.key = key_, .upload = id, .parts = std::move(parts), .size = size, .expected = expected});
    return info ? std::string("completed") : info.error().type;
  };
  EXPECT_EQ(type({}), "part_missing");
  EXPECT_EQ(type({{1}, {4}}), "part_missing");
  EXPECT_EQ(type({{1, two.etag}}), "part_missing");
  EXPECT_EQ(type({{1, one.etag, two.crc64nvme}}), "part_missing");
  EXPECT_EQ(type({{1}, {1}}), "part_order");
  EXPECT_EQ(type({{3}, {1}}), "part_order");
  EXPECT_EQ(type({{1}, {2}, {3}}), "part_too_small");
  EXPECT_EQ(type({{1}, {2}}, 7), "wrong_size");
  EXPECT_EQ(type({{1}, {2}}, {}, {.crc64nvme = 1}), "wrong_checksum");
  EXPECT_EQ(type({{1}, {2}}, {}, {.crc32c = 1}), "wrong_checksum");
  EXPECT_EQ(get("k"), "absent");
  EXPECT_EQ(type({{1, one.etag}, {3, three.etag}}, 100'003), "completed");
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 2u) << "the part that was not named is gone";
}

TEST_F(Multipart, LetsTheLastToFinishWin) {
  const std::string id = begin();
  auto slow = store_->begin_part({.key = key_, .upload = id, .number = 1, .length = 4}).value();
  part(id, 1, "fast");
  ASSERT_TRUE(slow->append(as_bytes("slow")));
  ASSERT_TRUE(slow->commit({}));
  ASSERT_TRUE(store_->complete({.key = key_, .upload = id, .parts = {{1}}}));
  EXPECT_EQ(get("k"), "slow");
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 1u);
}

TEST_F(Multipart, BindsUploadAndPartsToTheirKey) {
  const std::string id = begin();
  part(id, 1, "part");
  EXPECT_EQ(put_part("other", id, 2, "x").error().type, "upload_ended");
  EXPECT_EQ(store_->complete({.key = ObjectKey("other"), .upload = id, .parts = {{1}}}).error().type, "upload_ended");
  EXPECT_EQ(store_->list_parts(ObjectKey("other"), id, 0, 10).error().type, "upload_ended");
  EXPECT_TRUE(store_->abort(ObjectKey("other"), id));
  EXPECT_THAT(store_->list_parts(key_, id, 0, 10).value().parts, SizeIs(1));
  EXPECT_EQ(put_part("k", "short", 1, "x").error().type, "upload_ended");
  EXPECT_EQ(put_part("k", id, 0, "x").error().code, ErrorCode::invalid);
  EXPECT_EQ(put_part("k", id, 10'001, "x").error().code, ErrorCode::invalid);
}

TEST_F(Multipart, NeverCompletesOverAnotherObjectWhereTheClientSaysSo) {
  const std::string id = begin();
  part(id, 1, "parts");
  ASSERT_TRUE(put("k", "whole"));
  EXPECT_EQ(store_->complete({.key = key_, .upload = id, .parts = {{1}}, .only_if_absent = true}).error().type, "exists");
  EXPECT_EQ(get("k"), "whole");
}

TEST_F(Multipart, TakesNoPartOfAnUploadThatEndedMeanwhile) {
  const std::string id = begin();
  auto late = store_->begin_part({.key = key_, .upload = id, .number = 2, .length = 4}).value();
  ASSERT_TRUE(late->append(as_bytes("late")));
  part(id, 1, "part");
  ASSERT_TRUE(store_->abort(key_, id));
  ASSERT_TRUE(store_->abort(key_, id));
  EXPECT_EQ(late->commit({}).error().type, "upload_ended");
  late.reset();
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 0u);
}

TEST_F(Multipart, ListsPartsInPages) {
  const std::string id = begin();
  for (int number = 1; number <= 5; ++number) part(id, number * 2, std::string(static_cast<std::size_t>(number), 'x'));
  const auto first = store_->list_parts(key_, id, 0, 2).value();
  ASSERT_THAT(first.parts, SizeIs(2));
  EXPECT_EQ(first.next, 4);
  EXPECT_EQ(first.parts[1].number, 4);
  EXPECT_EQ(first.parts[1].size, 2u);
  const auto last = store_->list_parts(key_, id, 8, 2).value();
  ASSERT_THAT(last.parts, SizeIs(1));
  EXPECT_EQ(last.next, 0);
  EXPECT_THAT(store_->list_parts(key_, id, 10, 2).value().parts, IsEmpty());
}

TEST_F(Multipart, SweepsWhatWasNeverEnded) {
  const std::string old = begin();
  part(old, 1, large());
  clock_.advance(std::chrono::hours{47});
  const std::string fresh = begin();
  part(fresh, 1, "fresh");
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 2u);
  clock_.advance(std::chrono::hours{2});
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(store_->counters().uploads_swept, 1u);
  EXPECT_EQ(store_->list_parts(key_, old, 0, 10).error().type, "upload_ended");
  EXPECT_THAT(store_->list_parts(key_, fresh, 0, 10).value().parts, SizeIs(1));
}

// A laptop that is closed over the week-end: its life counts from the last part, not from the first.
TEST_F(Multipart, LivesForAsLongAsPartsCome) {
  const std::string id = begin();
  for (int number = 1; number <= 4; ++number) {
    part(id, number, large());
    clock_.advance(std::chrono::hours{47});
    ASSERT_TRUE(store_->maintain());
    ASSERT_THAT(store_->list_parts(key_, id, 0, 10).value().parts, SizeIs(number));
  }
  ASSERT_TRUE(store_->complete({.key = key_, .upload = id, .parts = {{1}, {2}, {3}, {4}}}));
  clock_.advance(std::chrono::hours{49});
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(store_->counters().uploads_swept, 0u);
}

TEST_F(Multipart, IsSweptOnceItsPartsStopComing) {
  const std::string id = begin();
  clock_.advance(std::chrono::hours{40});
  part(id, 1, large());
  clock_.advance(std::chrono::hours{40});
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 1u);
  clock_.advance(std::chrono::hours{9});
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(store_->counters().uploads_swept, 1u);
}

TEST_F(Multipart, TakesPartsSentAtTheSameTime) {
  const std::string id = begin();
  {
    std::vector<std::jthread> senders;
    for (int sender = 0; sender < 4; ++sender) {
      senders.emplace_back([&] {
        for (int number = 1; number <= 8; ++number) part(id, number, std::string(20'000, static_cast<char>('0' + number)));
      });
    }
  }
  std::string all;
  std::vector<NamedPart> parts;
  for (int number = 1; number <= 8; ++number) {
    all += std::string(20'000, static_cast<char>('0' + number));
    parts.push_back({number});
  }
  ASSERT_TRUE(store_->complete({.key = key_, .upload = id, .parts = parts, .expected = {.crc64nvme = crc64nvme(all)}}));
  EXPECT_EQ(get("k"), all);
  ASSERT_TRUE(store_->maintain());
  EXPECT_EQ(files(), 8u);
}

}  // namespace
}  // namespace satchel::objects
