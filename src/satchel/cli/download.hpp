// SPDX-License-Identifier: Apache-2.0
// One file from the server into this computer: resumed where an earlier try ended, verified, and under its name only when whole.
#pragma once

#include <functional>
#include <string>

#include "satchel/base/json.hpp"
#include "satchel/base/result.hpp"
#include "satchel/cli/api.hpp"
#include "satchel/cli/console.hpp"

namespace satchel::cli {

struct Incoming {
  std::uint64_t size = 0;
  std::string algorithm, checksum;            // of the whole; empty: the length alone is checked
  std::function<Result<std::string>()> sign;  // a fresh URL to fetch the bytes from
};

/// What an entry says of its bytes; `sign` is left to the caller.
Incoming incoming(const Json& entry);

/// Fetches into "PATH.part" and renames. A file that is there with the right bytes already is left as it is. Errors: conflict
/// (PATH exists with other bytes), and those of the transfer.
Result<void> download(Api& api, const Incoming& what, const std::string& path, Progress& progress);

/// Fetches to the command's output, where nothing can be resumed or taken back: bytes that do not fit the checksum are an error at
/// their end.
Result<void> stream(Api& api, const Incoming& what);

}  // namespace satchel::cli
