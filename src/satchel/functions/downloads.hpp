// SPDX-License-Identifier: Apache-2.0
// Signing the way to a file's bytes.
#pragma once

#include "satchel/functions/entries.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel {

/// For META of a file; the type comes from our own list, and only what it allows is shown rather than saved.
DownloadTerms download_terms(const Item& meta, bool inline_wanted);

/// {url, expires, name, size, type}
Json::Object download_members(const Item& meta, const DownloadTerms& terms, const SignedRequest& request);

}  // namespace satchel
