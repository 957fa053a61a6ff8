// SPDX-License-Identifier: Apache-2.0
// Opening uploads: what creating a batch and the one-line upload have in common.
#pragma once

#include "satchel/functions/uploads.hpp"

namespace satchel {

/// One transaction: the room and the uploads, with one event; and `more`, such as the record of an idempotency key. Called again
/// after a lost answer it finds the uploads there. Errors: conflict without a type (read again), too_large quota_exceeded.
Result<void> write_uploads(const Context& context, const TableReader& table, TableWriter& writer, const std::vector<Upload>& uploads,
                           Transaction more = {});

/// Answers an error; that of a quota with the bytes that are missing.
Result<Response> answer_refusal(const Context& context, const TableReader& table, const SpaceId& space, std::int64_t wanted, const Error& error);

}  // namespace satchel
