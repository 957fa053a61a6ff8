// SPDX-License-Identifier: Apache-2.0
// One factory per function, each defined beside its class; registry.cpp puts them into rows.
#pragma once

#include <memory>

#include "satchel/runtime/registry.hpp"

namespace satchel::make {

using Made = std::unique_ptr<Function>;

// Spaces and entries.
Made get_me(const Wiring& wiring);
Made change_me(const Wiring& wiring);
Made list_folder(const Wiring& wiring);
Made get_entry(const Wiring& wiring);
Made resolve_path(const Wiring& wiring);
Made create_folder(const Wiring& wiring);
Made change_entry(const Wiring& wiring);
Made trash_entry(const Wiring& wiring);
Made list_trash(const Wiring& wiring);
Made restore_entry(const Wiring& wiring);
Made purge_entry(const Wiring& wiring);
Made empty_trash(const Wiring& wiring);
Made continue_empty_trash(const Wiring& wiring);
Made purge_trash(const Wiring& wiring);
Made purge_folder(const Wiring& wiring);
Made copy_entry(const Wiring& wiring);
Made fill_copy(const Wiring& wiring);

// Uploads and downloads.
Made create_upload(const Wiring& wiring);
Made get_upload(const Wiring& wiring);
Made list_uploads(const Wiring& wiring);
Made sign_parts(const Wiring& wiring);
Made sign_put(const Wiring& wiring);
Made complete_upload(const Wiring& wiring);
Made complete_uploads(const Wiring& wiring);
Made abort_upload(const Wiring& wiring);
Made put_file(const Wiring& wiring);
Made create_download(const Wiring& wiring);
Made get_content(const Wiring& wiring);
Made reconcile_upload(const Wiring& wiring);
Made clean_upload(const Wiring& wiring);
Made sweep_uploads(const Wiring& wiring);
Made prune_versions(const Wiring& wiring);
Made remove_blob(const Wiring& wiring);

// Links.
// Tokens, users, settings.
// Events.

}  // namespace satchel::make
