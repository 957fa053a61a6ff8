// SPDX-License-Identifier: Apache-2.0
#include "tests/support/invariants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "satchel/functions/entries.hpp"
#include "satchel/functions/uploads.hpp"

namespace satchel {
namespace {

class Checker {
 public:
  explicit Checker(const BackEnd& back_end) : back_end_(back_end) {
    for (Item& item : back_end.table->items()) sort_in(std::move(item));
  }

  std::vector<std::string> complaints() {
    for (const auto& [space, item] : quotas_) check_quota(space, item);
    for (const auto& [id, meta] : metas_) check_entry(id, meta);
    for (const Item& child : children_) check_child(child);
    for (const Item& item : trash_) check_trash(item);
    check_bytes();
    return std::move(complaints_);
  }

 private:
  void complain(std::string what) { complaints_.push_back(std::move(what)); }

  void sort_in(Item item) {
    switch (family_of(item.key.partition).value_or(Family::key)) {
      case Family::node: return sort_in_node(std::move(item));
      case Family::space:
        if (item.key.sort == "QUOTA") quotas_.emplace(item.key.partition.substr(2), item);
        else if (item.key.partition.ends_with("#TRASH")) trash_.push_back(std::move(item));
        return;
      case Family::blob: blobs_.emplace(item.key.partition.substr(2), item); return;
      case Family::upload: uploads_.push_back(upload_from(item)); return;
      case Family::outbox:
        if (item.key.sort != "LEASE") complain(fmt::format("the event {} is left in the outbox", item.text("type")));
        return;
      case Family::dead_letter: return complain(fmt::format("there is a dead letter of {}", item.key.partition));
      case Family::user: case Family::email: case Family::link: case Family::lease: case Family::token: case Family::consumed:
      case Family::idempotency: case Family::rate: case Family::session: case Family::refresh: case Family::code:
      case Family::invitation: case Family::key: case Family::cursor: case Family::federated: return;
    }
  }

  void sort_in_node(Item item) {
    const std::string id = item.key.partition.substr(2);
    if (item.key.sort == "META") metas_.emplace(id, std::move(item));
    else if (item.key.sort.starts_with(keys::kChildPrefix)) children_.push_back(std::move(item));
    else if (item.key.sort.starts_with(keys::kVersionPrefix)) versions_.emplace(id, std::move(item));
    else if (!item.key.sort.starts_with("L#")) complain(fmt::format("nobody knows the item {} / {}", item.key.partition, item.key.sort));
  }

  const Item* meta(const std::string& id) const {
    const auto found = metas_.find(id);
    return found == metas_.end() ? nullptr : &found->second;
  }

  void check_quota(const std::string& space, const Item& quota) {
    std::int64_t held = 0;
    for (const auto& [id, version] : versions_) {
      const Item* file = meta(id);
      if (file && file->text("space") == space) held += version.number("size");
    }
    std::int64_t reserved = 0;
    for (const Upload& upload : uploads_) {
      if (upload.state == kOpen && upload.space.str() == space) reserved += upload.size;
    }
    if (quota.number("avail") + held + reserved == quota.number("limit")) return;
    complain(fmt::format("quota: avail {} + reserved {} + versions {} != limit {}", quota.number("avail"), reserved, held, quota.number("limit")));
  }

  bool has(const Item& wanted) const {
    const auto& held = wanted.key.partition.ends_with("#TRASH") ? trash_ : children_;
    return std::ranges::find(held, wanted) != held.end();
  }

  void check_entry(const std::string& id, const Item& entry) {
    const std::string state = entry.text("state");
    const bool is_root = !entry.has("parent");
    if (state == kLive && !is_root && !has(directory_entry(entry))) complain(fmt::format("'{}' does not hang in its folder as it is", entry.text("name")));
    if (state == kTrashed && !has(trash_item(entry))) complain(fmt::format("'{}' does not lie in the trash as it is", entry.text("name")));
    if (state != kLive && state != kTrashed) complain(fmt::format("'{}' is in the state '{}'", entry.text("name"), state));
    if (state == kLive && !reaches_top(id)) complain(fmt::format("'{}' hangs below no root", entry.text("name")));
    if (entry.text("kind") == "file") check_content(id, entry);
  }

  /// A root, or something in the trash.
  bool reaches_top(const std::string& id) const {
    const Item* at = meta(id);
    for (std::size_t steps = 0; at && steps <= metas_.size(); ++steps) {
      if (!at->has("parent") || at->text("state") == kTrashed) return true;
      at = meta(at->text("parent"));
    }
    return false;
  }

  void check_content(const std::string& id, const Item& file) {
    const auto [begin, end] = versions_.equal_range(id);
    for (auto version = begin; version != end; ++version) {
      const Item& item = version->second;
      if (item.number("revision") == file.number("revision") && item.text("blob") == file.text("blob") && item.number("size") == file.number("size")) return;
    }
    complain(fmt::format("'{}' has no version {}", file.text("name"), file.number("revision")));
  }

  void check_child(const Item& child) {
    const Item* entry = meta(child.text("id"));
    if (!entry) return complain(fmt::format("the directory entry '{}' leads nowhere", child.text("name")));
    if (entry->text("state") != kLive || directory_key(*entry) != child.key) {
      complain(fmt::format("the directory entry '{}' is not where its entry says", child.text("name")));
    }
  }

  void check_trash(const Item& item) {
    const Item* entry = meta(item.text("id"));
    if (!entry || entry->text("state") != kTrashed) complain(fmt::format("'{}' lies in the trash and is not deleted", item.text("name")));
  }

  void check_bytes() {
    std::map<std::string, std::int64_t> references;
    for (const auto& [id, version] : versions_) {
      if (!meta(id)) complain(fmt::format("a version of {} is left of no file", id));
      ++references[version.text("blob")];
    }
    for (const auto& [key, blob] : blobs_) {
      if (blob.number("references") != references[key]) {
        complain(fmt::format("the blob {} counts {} references, and has {}", key, blob.number("references"), references[key]));
      }
    }
    std::set<std::string> objects;
    for (const ObjectKey& key : back_end_.objects->objects()) objects.insert(key.str());
    for (const auto& [key, count] : references) {
      if (!blobs_.contains(key)) complain(fmt::format("a version refers to {}, which is no blob", key));
      if (!objects.contains(key)) complain(fmt::format("the bytes of {} are gone", key));
    }
    for (const std::string& key : objects) {
      if (!blobs_.contains(key) && !is_awaited(key)) complain(fmt::format("the object {} belongs to nobody", key));
    }
  }

  bool is_awaited(const std::string& key) const {
    return std::ranges::any_of(uploads_, [&](const Upload& upload) { return upload.state == kOpen && upload.key().str() == key; });
  }

  const BackEnd& back_end_;
  std::map<std::string, Item> metas_, quotas_, blobs_;
  std::multimap<std::string, Item> versions_;
  std::vector<Item> children_, trash_;
  std::vector<Upload> uploads_;
  std::vector<std::string> complaints_;
};

}  // namespace

std::vector<std::string> broken_invariants(const BackEnd& back_end) { return Checker(back_end).complaints(); }

}  // namespace satchel
