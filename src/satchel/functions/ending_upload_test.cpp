// SPDX-License-Identifier: Apache-2.0
// The client and the store's event end the same upload at the same moment.
#include "satchel/functions/ending_upload.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "satchel/model/name.hpp"
#include "tests/support/back_end.hpp"
#include "tests/support/invariants.hpp"

namespace satchel {
namespace {

/// Reads as the table does; once, just before the first read of one key, something else happens.
class Interrupted final : public TableReader {
 public:
  Interrupted(const TableReader& table, Key key, std::function<void()> meanwhile) : table_(table), key_(std::move(key)), meanwhile_(std::move(meanwhile)) {}
  Result<std::optional<Item>> get(const Call& call, const Key& key) const override {
    if (key == key_) {
      if (const auto happen = std::exchange(meanwhile_, nullptr)) happen();
    }
    return table_.get(call, key);
  }
  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override { return table_.batch_get(call, keys); }
  Result<Page> query(const Call& call, const Query& query) const override { return table_.query(call, query); }

 private:
  const TableReader& table_;
  Key key_;
  mutable std::function<void()> meanwhile_;
};

class EndingUpload : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Conflicts, EndingUpload, testing::Values("fail", "rename", "replace"));

TEST_P(EndingUpload, GivesTheSameFileToTheClientAndToTheEventWhoeverIsFirst) {
  BackEnd b;
  const auto created = b.ask(b.anna, "POST", "/api/v1/uploads", BackEnd::new_file(b.anna.root, "a.txt", "hello", GetParam()));
  ASSERT_EQ(b.send(*created.find("uploads.0.put"), "hello"), 200);
  TableWriter writer(*b.table, {Family::node, Family::upload, Family::blob, Family::outbox});
  const auto logger = null_logger();
  const Context context{.call = b.call(), .principal = SignedIn{.user = b.anna, .token = {}, .scopes = {}}, .request_id = "r", .client = "", .random = b.random, .logger = *logger};
  const Interrupted table(*b.table, keys::child(b.anna.root, fold_name("a.txt")), [&] { ASSERT_TRUE(b.deliver()); });
  const auto file = commit_upload(context, table, writer, UploadId(created.text("uploads.0.id")), {.size = 5});
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->text("name"), "a.txt");
  EXPECT_THAT(b.names(b.anna, b.anna.root), testing::ElementsAre("a.txt"));
  EXPECT_THAT(broken_invariants(b), testing::IsEmpty());
}

}  // namespace
}  // namespace satchel
