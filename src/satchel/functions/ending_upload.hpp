// SPDX-License-Identifier: Apache-2.0
// The two ends of an upload. Each is one transaction on the condition that the upload is open, so that exactly one of them
// happens, once, whoever asks: a client, the event of the object's arrival, or the clock.
#pragma once

#include "satchel/functions/uploads.hpp"

namespace satchel {

/// Makes the file visible: version, blob, entry, directory entry; for "replace" a new version of the file that was seen. The file's META.
/// Called again it gives the same answer. The room was taken when the upload was opened. Errors: conflict (name_taken, changed_meanwhile,
/// folder_gone), gone (aborted, or the file was deleted since), not_found; of the table, which pass by themselves.
Result<Item> commit_upload(const Context& context, const TableReader& table, TableWriter& writer, const UploadId& id, const ObjectInfo& info);

/// Likewise for a client that vanished, where the object is in the store. Whether it is there. What the client may still decide (a name that
/// is taken, a folder that is gone) stays undecided. Errors: those that pass by themselves.
Result<bool> commit_arrived(const Context& context, const TableReader& table, TableWriter& writer, const ObjectAssembler& store, const Upload& upload);

/// Aborts; the room comes back, and the event upload.aborted has the store forget the bytes. Of an ended upload: nothing to do.
/// Error: conflict without a type (try again).
Result<void> give_up(const Context& context, const TableReader& table, TableWriter& writer, const UploadId& id);

}  // namespace satchel
