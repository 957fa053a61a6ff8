// SPDX-License-Identifier: Apache-2.0
// The event that goes into the transaction of its effect. Their types, with the data each carries:
//   entry.created, entry.moved, entry.trashed, entry.restored, entry.copied, entry.purged   space, kind, parent, name
//   upload.created (count, bytes), upload.completed (entry, revision, …), upload.aborted (key, store_upload)
//   user.renamed
//   upload.awaited (none): the next look for what a one-line upload sends, where the store does not tell
// and those that carry work on, one step an event: folder.copying, folder.purging, trash.emptying, blob.released.
#pragma once

#include "satchel/ports/table.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

using EventData = std::map<std::string, std::string, std::less<>>;

/// Puts the event into the outbox. `actor` is who asks; at the time of the call.
Operation event_operation(const Context& context, std::string_view type, std::string subject, EventData data = {});

/// The same, handed to nobody before `not_before`.
Operation later_event_operation(const Context& context, Time not_before, std::string_view type, std::string subject);

/// What most events of an entry say.
EventData event_data_of(const Item& meta);

}  // namespace satchel
