// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/files.hpp"

#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/quota.hpp"

namespace satchel {

Item version_item(const Item& meta, std::string_view author) {
  Item version{keys::version(EntryId(meta.text("id")), meta.number("revision")), {}};
  for (const std::string_view name : {"blob", "size", "sum_algorithm", "sum_value", "sha256", "modified", "revision"}) {
    const auto found = meta.attributes.find(name);
    if (found != meta.attributes.end()) version.attributes.insert(*found);
  }
  version.set("author", std::string(author));
  return version;
}

Item blob_item(std::string_view object_key, std::int64_t size) {
  Item blob{keys::blob(ObjectKey(std::string(object_key))), {}};
  blob.set("references", std::int64_t{1});
  blob.set("size", size);
  return blob;
}

void set_content(Item& meta, std::string_view object_key, std::int64_t size, std::int64_t revision) {
  meta.set("blob", std::string(object_key));
  meta.set("size", size);
  meta.set("revision", revision);
}

Result<Transaction> drop_versions(const Context& context, const TableReader& table, const SpaceId& space, const std::vector<Item>& versions) {
  Transaction transaction;
  if (versions.empty()) return transaction;
  std::vector<Key> keys;
  for (const Item& version : versions) keys.push_back(keys::blob(ObjectKey(version.text("blob"))));
  const auto blobs = TRY(table.batch_get(context.call, keys));
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    bytes += versions[i].number("size");
    transaction.push_back(Delete{versions[i].key, Condition::exists()});
    if (!blobs[i]) continue;
    const std::int64_t references = blobs[i]->number("references");
    if (references > 1) {
      transaction.push_back(Update{keys[i], {}, {{"references", -1}}, {}, Condition::equals("references", references)});
    } else {
      transaction.push_back(Delete{keys[i], Condition::equals("references", references)});
      transaction.push_back(event_operation(context, "blob.released", versions[i].text("blob")));
    }
  }
  transaction.push_back(give_room(space, bytes));
  return transaction;
}

}  // namespace satchel
