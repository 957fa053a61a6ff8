// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/copying.hpp"

#include <cstring>

#include "satchel/base/crypto.hpp"
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/files.hpp"
#include "satchel/functions/quota.hpp"

namespace satchel {
namespace {

/// "Random" bytes that follow from a text.
class Digest final : public Random {
 public:
  explicit Digest(std::string seed) : seed_(std::move(seed)) {}
  void fill(std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      seed_ = sha256(seed_);
      const std::string block = sha256("id" + seed_);
      const std::size_t count = std::min(bytes.size(), block.size());
      std::memcpy(bytes.data(), block.data(), count);
      bytes = bytes.subspan(count);
    }
  }

 private:
  std::string seed_;
};

Item copy_of(const Item& source, const EntryId& id, const Item& folder, std::string_view name, Time now) {
  Item copy = new_folder(id, folder, name, now);
  copy.set("kind", source.text("kind"));
  for (const std::string_view shown : {"modified", "size", "media", "blob", "sum_algorithm", "sum_value", "sha256"}) {
    const auto found = source.attributes.find(shown);
    if (found != source.attributes.end()) copy.attributes.insert_or_assign(found->first, found->second);
  }
  if (source.text("kind") == "file") copy.set("revision", std::int64_t{1});
  return copy;
}

Result<Item> live_folder(const Call& call, const TableReader& table, const EntryId& id) {
  const auto folder = TRY(table.get(call, keys::entry(id)));
  if (!folder || folder->text("state") != kLive) return no_such_entry();
  return *folder;
}

/// The copy where it is there already; else what has to be written for its place.
struct Draft {
  Item meta;
  Transaction operations;  // empty: it is there
};
Result<Draft> draft(const Context& context, const TableReader& table, const Item& source, const CopyPlace& place, const EntryId& id) {
  if (auto there = TRY(table.get(context.call, keys::entry(id)))) return Draft{*std::move(there), {}};
  const Item folder = TRY(live_folder(context.call, table, place.folder));
  const std::string name = TRY(settle_name(context.call, table, place.folder, place.name, source.text("kind"), id, place.conflict));
  Item copy = copy_of(source, id, folder, name, context.call.now);
  auto data = event_data_of(copy);
  data.emplace("source", source.text("id"));
  Transaction operations{Put{copy, Condition::absent()}, Put{directory_entry(copy), Condition::absent()}, check_live(place.folder),
                         event_operation(context, "entry.copied", id.str(), std::move(data))};
  return Draft{std::move(copy), std::move(operations)};
}

Result<Item> write(const Context& context, TableWriter& writer, const Draft& draft) {
  const auto written = TRY(writer.write(context.call, draft.operations));
  if (!written.committed()) return moved_on();
  return draft.meta;
}

}  // namespace

EntryId copy_id(const EntryId& target, const EntryId& source) {
  Digest digest(target.str() + source.str());
  return EntryId(random_id(digest));
}

Result<Item> copy_file(const Context& context, const TableReader& table, TableWriter& writer, const Item& source, const CopyPlace& place, const EntryId& copy) {
  Draft made = TRY(draft(context, table, source, place, copy));
  if (made.operations.empty()) return made.meta;
  const SpaceId space(made.meta.text("space"));
  const std::int64_t size = source.number("size");
  const auto blob = TRY(table.get(context.call, keys::blob(ObjectKey(source.text("blob")))));
  if (!blob) return no_such_entry();
  if (size > 0 && TRY(read_room(context.call, table, space)).avail < size) return no_room();
  made.operations.push_back(take_room(space, size));
  made.operations.push_back(Put{version_item(made.meta, actor_of(context.principal)), Condition::absent()});
  made.operations.push_back(Update{blob->key, {}, {{"references", 1}}, {}, Condition::at_least("references", 1)});
  return write(context, writer, made);
}

Result<Item> copy_folder(const Context& context, const TableReader& table, TableWriter& writer, const Item& source, const CopyPlace& place, const EntryId& copy,
                         const EntryId& top) {
  Draft made = TRY(draft(context, table, source, place, copy));
  if (made.operations.empty()) return made.meta;
  made.operations.push_back(event_operation(context, "folder.copying", copy.str(), {{"source", source.text("id")}, {"top", top.str()}}));
  return write(context, writer, made);
}

}  // namespace satchel
