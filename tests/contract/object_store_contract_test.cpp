// SPDX-License-Identifier: Apache-2.0
// What every ObjectStore promises, seen from a function (ports) and from a client (signed requests).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "satchel/base/crc.hpp"
#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "tests/contract/object_store_adapters.hpp"

namespace satchel::contract {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kPart = 5 * 1024 * 1024;

Checksum crc64(std::string_view bytes) { return {ChecksumAlgorithm::crc64nvme, checksum_text(crc64nvme(bytes))}; }
Checksum crc32(std::string_view bytes) { return {ChecksumAlgorithm::crc32c, checksum_text(crc32c(bytes))}; }

class ObjectStoreContract : public testing::TestWithParam<ObjectStoreAdapter> {
 protected:
  ObjectStore& store() { return *ground_.store; }
  Call call() const { return {ground_.clock->now(), ground_.clock->now() + std::chrono::seconds{30}}; }
  Grant grant(Action action) const {
    return *decide(System{}, action, {EntryId("entry"), {EntryId("root")}, SpaceId("space"), UserId("owner"), false}, ground_.clock->now());
  }

  SignedRequest upload(const UploadTerms& terms) { return store().sign_upload(call(), grant(Action::add), terms).value(); }
  SignedRequest part(const PartTerms& terms) { return store().sign_part(call(), grant(Action::add), terms).value(); }
  SignedRequest download(const DownloadTerms& terms) { return store().sign_download(call(), grant(Action::read), terms).value(); }

  void put_object(const std::string& bytes) {
    ASSERT_EQ(ground_.put(upload({key_, bytes.size(), crc64(bytes)}), bytes).status, 200);
  }
  /// Sends a part; what complete() wants to know of it.
  PartInfo put_part(const std::string& store_upload, int number, const std::string& bytes) {
    const auto answer = ground_.put(part({key_, store_upload, number, bytes.size(), crc64(bytes)}), bytes);
    EXPECT_EQ(answer.status, 200);
    return {number, bytes.size(), answer.etag, crc64(bytes)};
  }
  std::vector<Event> events() {
    auto received = store().receive(call(), 100);
    EXPECT_TRUE(received);
    return received.value_or(std::vector<Event>{});
  }

  bool lacks(StoreGap gap) const {
    if (!GetParam().gaps.contains(gap)) return false;
    RecordProperty("gap", std::string(reason(gap)));
    return true;
  }

  StoreGround ground_ = GetParam().make();
  ObjectKey key_{"blobs/ab/object"};
};

TEST_P(ObjectStoreContract, TakesExactlyTheBytesThatWereSignedFor) {
  const std::string bytes = "some bytes";
  const SignedRequest request = upload({key_, bytes.size(), crc64(bytes)});
  // Over HTTP the length is a header that was signed: 403, before a byte is read.
  EXPECT_THAT(ground_.put(request, "some byte").status, testing::AnyOf(400, 403)) << "shorter";
  EXPECT_THAT(ground_.put(request, "some bytes!").status, testing::AnyOf(400, 403)) << "longer";
  if (lacks(StoreGap::checksums)) {
    EXPECT_EQ(ground_.put(request, "same bytes").status, 200) << "the gap has closed";
    return;
  }
  EXPECT_EQ(ground_.put(request, "same bytes").status, 400) << "other bytes of that length";
  EXPECT_FALSE(*store().head(call(), key_)) << "what was refused left something";
  EXPECT_EQ(ground_.put(request, bytes).status, 200);
  const auto info = store().head(call(), key_).value();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->size, bytes.size());
  EXPECT_EQ(info->checksum, crc64(bytes));
  EXPECT_TRUE(info->sha256.empty() || info->sha256 == to_hex(sha256(bytes)));
  EXPECT_FALSE(info->etag.empty());
}

TEST_P(ObjectStoreContract, TakesNoPartWithOtherBytesThanWereSignedFor) {
  const std::string id = store().begin(call(), key_, ChecksumAlgorithm::crc64nvme).value();
  const int status = ground_.put(part({key_, id, 1, 5, crc64("right")}), "wrong").status;
  EXPECT_EQ(status, lacks(StoreGap::checksums) ? 200 : 400);
  EXPECT_EQ(store().list_parts(call(), key_, id, 0).value().parts.empty(), status != 200);
}

TEST_P(ObjectStoreContract, NeverOverwrites) {
  put_object("first");
  EXPECT_EQ(ground_.put(upload({key_, 6, crc64("second")}), "second").status, 412);
  EXPECT_EQ(ground_.get(download({key_}), kAll).body, "first");
}

TEST_P(ObjectStoreContract, RefusesARequestThatWasChangedOrHasExpired) {
  const std::string bytes = "bytes";
  const SignedRequest request = upload({key_, bytes.size(), crc64(bytes), Duration{60'000}});
  SignedRequest other_key = request;
  other_key.url.replace(other_key.url.find("object"), 6, "stolen");
  EXPECT_EQ(ground_.put(other_key, bytes).status, 403);
  SignedRequest longer = request;
  for (auto& [name, value] : longer.headers) {
    if (name == "content-length") value = "6";
  }
  EXPECT_NE(ground_.put(longer, "bytes!").status, 200);
  SignedRequest unbound = request;
  std::erase_if(unbound.headers, [](const auto& header) { return header.first == "if-none-match"; });
  EXPECT_EQ(ground_.put(unbound, bytes).status, 403) << "what is signed cannot be left out";
  Call earlier = call();
  earlier.now -= Duration{61'000};
  const SignedRequest expired = store().sign_upload(earlier, grant(Action::add), {key_, bytes.size(), crc64(bytes), Duration{60'000}}).value();
  EXPECT_EQ(ground_.put(expired, bytes).status, 403);
  EXPECT_FALSE(*store().head(call(), key_));
}

TEST_P(ObjectStoreContract, TakesAnUploadOfKnownLengthWithoutAChecksum) {
  EXPECT_EQ(ground_.put(upload({key_, 4, std::nullopt}), "four").status, 200);
  const auto computed = store().head(call(), key_).value()->checksum;
  EXPECT_EQ(computed, lacks(StoreGap::own_checksum) || lacks(StoreGap::checksums) ? std::nullopt : std::optional(crc64("four"))) << "the store computes it";
}

TEST_P(ObjectStoreContract, KeepsTheChecksumThatTheClientChose) {
  EXPECT_EQ(ground_.put(upload({key_, 4, crc32("four")}), "four").status, 200);
  EXPECT_EQ(store().head(call(), key_).value()->checksum, lacks(StoreGap::checksums) ? std::nullopt : std::optional(crc32("four")));
}

TEST_P(ObjectStoreContract, StoresAnEmptyObject) {
  put_object("");
  EXPECT_EQ(store().head(call(), key_).value()->size, 0u);
  EXPECT_EQ(ground_.get(download({key_}), kAll).body, "");
}

TEST_P(ObjectStoreContract, DownloadsUnderTheNameAndTypeThatWereSigned) {
  put_object("bytes");
  const auto answer = ground_.get(download({.key = key_, .file_name = "Grüße \"1\".txt", .content_type = "text/plain"}), kAll);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "bytes");
  std::map<std::string, std::string> headers(answer.headers.begin(), answer.headers.end());
  const std::string disposition = headers["content-disposition"], type = headers["content-type"];
  EXPECT_THAT(disposition, testing::StartsWith("attachment"));
  EXPECT_THAT(disposition, testing::HasSubstr("UTF-8''Gr%C3%BC%C3%9Fe%20%221%22.txt"));
  EXPECT_THAT(type, testing::StartsWith("text/plain"));
}

TEST_P(ObjectStoreContract, RefusesToSignUnderAGrantForSomethingElse) {
  EXPECT_EQ(store().sign_upload(call(), grant(Action::read), {key_, 1}).error().code, ErrorCode::internal);
  EXPECT_EQ(store().sign_part(call(), grant(Action::see), {key_, "u", 1, 1}).error().code, ErrorCode::internal);
  EXPECT_EQ(store().sign_download(call(), grant(Action::add), {key_}).error().code, ErrorCode::internal);
}

TEST_P(ObjectStoreContract, AssemblesPartsThatCameInAnyOrder) {
  const std::string id = store().begin(call(), key_, ChecksumAlgorithm::crc64nvme).value();
  const std::string one(kPart, '1'), two(kPart, '2'), three = "the rest";
  const PartInfo third = put_part(id, 3, three), first = put_part(id, 1, one), second = put_part(id, 2, two);
  EXPECT_FALSE(*store().head(call(), key_)) << "visible before it was completed";
  const auto listed = store().list_parts(call(), key_, id).value();
  ASSERT_THAT(listed.parts, SizeIs(3));
  EXPECT_EQ(listed.next, 0);
  EXPECT_EQ(listed.parts[2].number, 3);
  EXPECT_EQ(listed.parts[2].size, three.size());
  EXPECT_EQ(listed.parts[2].checksum, lacks(StoreGap::checksums) ? std::nullopt : third.checksum);
  EXPECT_THAT(store().list_parts(call(), key_, id, 2).value().parts, SizeIs(1));

  const Assembly assembly{key_, id, {first, second, third}, one.size() + two.size() + three.size(), crc64(one + two + three)};
  const auto info = store().complete(call(), assembly);
  ASSERT_TRUE(info) << info.error().message << info.error().detail;
  EXPECT_EQ(info->size, assembly.size);
  EXPECT_EQ(info->checksum, assembly.checksum);
  const auto again = store().complete(call(), assembly);
  ASSERT_TRUE(again) << "a repeated call gives the same answer";
  EXPECT_EQ(info->etag, lacks(StoreGap::loose_completion) ? "" : again->etag);
  EXPECT_EQ(ground_.get(download({key_}), kAll).body, one + two + three);
  EXPECT_EQ(store().list_parts(call(), key_, id).error().code, ErrorCode::not_found);
  EXPECT_THAT(events(), SizeIs(lacks(StoreGap::events) ? 0 : 1)) << "created once";
}

TEST_P(ObjectStoreContract, ReplacesAPartThatIsSentAgain) {
  const std::string id = store().begin(call(), key_, ChecksumAlgorithm::crc64nvme).value();
  const PartInfo old = put_part(id, 1, "old"), fresh = put_part(id, 1, "fresh");
  EXPECT_EQ(store().complete(call(), {key_, id, {old}, 3}).error().code, ErrorCode::invalid);
  ASSERT_TRUE(store().complete(call(), {key_, id, {fresh}, 5}));
  EXPECT_EQ(ground_.get(download({key_}), kAll).body, "fresh");
}

TEST_P(ObjectStoreContract, RefusesAWrongAssemblyAndKeepsTheParts) {
  const std::string id = store().begin(call(), key_, ChecksumAlgorithm::crc64nvme).value();
  const std::string one(kPart, '1');
  const PartInfo first = put_part(id, 1, one), second = put_part(id, 2, "two");
  PartInfo wrong_etag = second, wrong_checksum = second;
  wrong_etag.etag = first.etag;
  wrong_checksum.checksum = crc64("other");
  const std::uint64_t size = one.size() + 3;
  std::vector<Assembly> wrong{{key_, id, {second}, 3}, {key_, id, {second, first}, size}, {key_, id, {first, second, {3, 1, "none", {}}}, size},
                              {key_, id, {first, wrong_etag}, size}, {key_, id, {first, second}, size, crc64("other")}, {key_, id, {}, 0}};
  // Where the engine looks at no checksum and no size, it assembles these.
  if (!lacks(StoreGap::checksums)) wrong.insert(wrong.end(), {{key_, id, {first}, size}, {key_, id, {first, wrong_checksum}, size}, {key_, id, {first, second}, size + 1}});
  for (const Assembly& assembly : wrong) {
    const auto info = store().complete(call(), assembly);
    ASSERT_FALSE(info);
    EXPECT_EQ(info.error().code, ErrorCode::invalid) << info.error().message;
  }
  EXPECT_FALSE(*store().head(call(), key_));
  EXPECT_TRUE(store().complete(call(), {key_, id, {first, second}, size, crc64(one + "two")}));
}

TEST_P(ObjectStoreContract, RefusesASmallPartInTheMiddle) {
  const std::string id = store().begin(call(), key_, ChecksumAlgorithm::crc64nvme).value();
  const PartInfo first = put_part(id, 1, "small"), second = put_part(id, 2, "two");
  const auto info = store().complete(call(), {key_, id, {first, second}, 8});
  ASSERT_EQ(info.has_value(), lacks(StoreGap::small_parts));
  if (!info) {
    EXPECT_EQ(info.error().code, ErrorCode::invalid);
  }
}

TEST_P(ObjectStoreContract, NeverCompletesOverAnotherObject) {
  const std::string id = store().begin(call(), key_, ChecksumAlgorithm::crc64nvme).value();
  const PartInfo only = put_part(id, 1, "parts");
  put_object("whole");
  const auto completed = store().complete(call(), {key_, id, {only}, 5});
  ASSERT_EQ(completed.has_value(), lacks(StoreGap::loose_completion));
  if (completed) return;
  EXPECT_EQ(completed.error().code, ErrorCode::conflict);
  EXPECT_EQ(ground_.get(download({key_}), kAll).body, "whole");
}

TEST_P(ObjectStoreContract, AbortsAsOftenAsAsked) {
  const std::string id = store().begin(call(), key_, ChecksumAlgorithm::crc64nvme).value();
  const PartInfo only = put_part(id, 1, "part");
  EXPECT_TRUE(store().abort(call(), key_, id));
  EXPECT_TRUE(store().abort(call(), key_, id));
  EXPECT_EQ(store().list_parts(call(), key_, id).error().code, ErrorCode::not_found);
  EXPECT_EQ(store().complete(call(), {key_, id, {only}, 4}).error().code, lacks(StoreGap::loose_completion) ? ErrorCode::unavailable : ErrorCode::not_found);
  EXPECT_EQ(ground_.put(part({key_, id, 2, 1, std::nullopt}), "x").status, 404);
  EXPECT_EQ(store().list_parts(call(), ObjectKey("blobs/zz/never"), "never").error().code, ErrorCode::not_found);
}

TEST_P(ObjectStoreContract, RemovesAsOftenAsAsked) {
  put_object("bytes");
  EXPECT_TRUE(store().remove(call(), key_));
  EXPECT_TRUE(store().remove(call(), key_));
  EXPECT_FALSE(*store().head(call(), key_));
  EXPECT_EQ(ground_.get(download({key_}), kAll).status, 404);
}

TEST_P(ObjectStoreContract, TellsOfEachObjectUntilItIsAcknowledged) {
  put_object("bytes");
  const auto first = events();
  if (lacks(StoreGap::events)) {
    EXPECT_THAT(first, IsEmpty()) << "the gap has closed";
    return;
  }
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].type, kObjectCreated);
  EXPECT_EQ(first[0].subject, key_.str());
  EXPECT_EQ(first[0].data.find("size")->second, "5");
  EXPECT_EQ(first[0].data.find("checksum")->second, crc64("bytes").value);
  EXPECT_EQ(events().at(0).id, first[0].id) << "it comes again";
  EXPECT_TRUE(store().acknowledge(call(), first[0]));
  EXPECT_TRUE(store().acknowledge(call(), first[0]));
  EXPECT_THAT(events(), IsEmpty());
}

TEST_P(ObjectStoreContract, TellsHowAnAnswerUnderALeaseEnded) {
  const std::string bytes(32 * 1024 * 1024, 'x');  // more than the buffers of two kernels hold
  put_object(bytes);
  for (const Event& event : events()) ASSERT_TRUE(store().acknowledge(call(), event));
  EXPECT_EQ(ground_.get(download({.key = key_, .lease = "lease-whole"}), kAll).body.size(), bytes.size());
  auto served = events();
  if (lacks(StoreGap::leases)) {
    EXPECT_THAT(served, IsEmpty()) << "the gap has closed";
    return;
  }
  ASSERT_THAT(served, SizeIs(1));
  EXPECT_EQ(served[0].type, kObjectServed);
  EXPECT_EQ(served[0].subject, "lease-whole");
  EXPECT_EQ(served[0].data.find("whole")->second, "1");
  EXPECT_EQ(served[0].data.find("bytes")->second, std::to_string(bytes.size()));
  ASSERT_TRUE(store().acknowledge(call(), served[0]));
  ground_.get(download({.key = key_, .lease = "lease-cut"}), 1000);
  served = events();
  ASSERT_THAT(served, SizeIs(1));
  EXPECT_EQ(served[0].subject, "lease-cut");
  EXPECT_EQ(served[0].data.find("whole")->second, "0");
  ASSERT_TRUE(store().acknowledge(call(), served[0]));
  ground_.get(download({.key = key_}), kAll);
  EXPECT_THAT(events(), IsEmpty()) << "without a lease nothing is told";
}

INSTANTIATE_TEST_SUITE_P(Adapters, ObjectStoreContract, testing::ValuesIn(object_store_adapters()), [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace satchel::contract
