// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/new_uploads.hpp"

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/quota.hpp"

namespace satchel {

Result<void> write_uploads(const Context& context, const TableReader& table, TableWriter& writer, const std::vector<Upload>& uploads,
                           Transaction more) {
  if (TRY(find_upload(context.call, table, uploads.front().id))) return {};
  std::int64_t total = 0;
  Transaction transaction = std::move(more);
  for (const Upload& upload : uploads) {
    total += upload.size;
    transaction.push_back(Put{to_item(upload), Condition::absent()});
  }
  const Upload& first = uploads.front();
  const Room room = TRY(read_room(context.call, table, first.space));
  if (total > 0 && room.avail < total) return no_room();
  transaction.push_back(take_room(first.space, total));
  transaction.push_back(event_operation(context, "upload.created", first.id.str(),
                                        {{"space", first.space.str()}, {"count", std::to_string(uploads.size())}, {"bytes", std::to_string(total)}}));
  const auto written = TRY(writer.write(context.call, transaction));
  if (!written.committed()) return moved_on();
  return {};
}

Result<Response> answer_refusal(const Context& context, const TableReader& table, const SpaceId& space, std::int64_t wanted, const Error& error) {
  if (error.type != "quota_exceeded") return std::unexpected(error);
  const Room room = TRY(read_room(context.call, table, space));
  return problem(error, context.request_id, {{"missing", std::max<std::int64_t>(0, wanted - room.avail)}});
}

}  // namespace satchel
