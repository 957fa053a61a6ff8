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
Made await_upload(const Wiring& wiring);
Made clean_upload(const Wiring& wiring);
Made sweep_uploads(const Wiring& wiring);
Made prune_versions(const Wiring& wiring);
Made remove_blob(const Wiring& wiring);

// Links.
Made create_link(const Wiring& wiring);
Made list_links(const Wiring& wiring);
Made list_entry_links(const Wiring& wiring);
Made get_link(const Wiring& wiring);
Made change_link(const Wiring& wiring);
Made revoke_link(const Wiring& wiring);
Made open_link(const Wiring& wiring);
Made unlock_link(const Wiring& wiring);
Made list_link_folder(const Wiring& wiring);
Made download_link(const Wiring& wiring);
Made link_file(const Wiring& wiring);
Made link_file_post(const Wiring& wiring);
Made settle_download(const Wiring& wiring);
Made drop_links(const Wiring& wiring);
Made sweep_links(const Wiring& wiring);

// Tokens, people.
Made create_token(const Wiring& wiring);
Made list_tokens(const Wiring& wiring);
Made delete_token(const Wiring& wiring);
Made list_users(const Wiring& wiring);
Made invite_user(const Wiring& wiring);
Made change_user(const Wiring& wiring);
Made reset_user(const Wiring& wiring);

// The clock.
Made collect_expired(const Wiring& wiring);

}  // namespace satchel::make
