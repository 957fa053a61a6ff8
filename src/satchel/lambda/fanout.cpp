// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/fanout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "satchel/base/retry.hpp"
#include "satchel/lambda/group.hpp"
#include "satchel/lambda/payload.hpp"
#include "satchel/lambda/queue.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::lambda {
namespace {

constexpr std::string_view kBehindUlids = "8";    // an ulid begins with 0 to 7; the shard's lease does not
constexpr Duration kOverdue = std::chrono::minutes{15};  // the stream has had its chance
constexpr int kPageSize = 100;

bool is_event(const Item& item) { return item.key.partition.starts_with(prefix(Family::outbox)) && item.key.sort < kBehindUlids; }

bool consumes(const Row& row, const Item& item) {
  const auto* event = std::get_if<OnEvent>(&row.trigger);
  return event && event->type == item.text("type") && (!item.has(kOnlyFor) || item.text(kOnlyFor) == row.name);
}

}  // namespace

std::vector<std::string> Fanout::groups() const {
  std::set<std::string> groups;
  for (const Row& row : means_.rows) {
    if (std::holds_alternative<OnEvent>(row.trigger)) groups.emplace(row.group);
  }
  return {groups.begin(), groups.end()};
}

Result<std::string> Fanout::answer(const Invocation& invocation) {
  const Json payload = TRY(parse_payload(invocation.payload));
  const Call call{means_.clock.now(), latest_of(invocation)};
  if (text_at(payload, {"schedule"}) == kSchedule) return sweep(call);
  if (payload.find("Records")) return answer_stream(payload, call);
  return fail(ErrorCode::internal, "The fan-out takes the stream of the table. Check what the Lambda is connected to.", "neither a stream's batch nor its schedule");
}

std::string Fanout::answer_stream(const Json& payload, const Call& call) {
  for (const Json& record : array_at(payload, "Records")) {
    const auto taken = take(call, record);
    if (taken) continue;
    const std::string number = text_at(record, {"dynamodb", "SequenceNumber"});
    means_.logger.warn("fanout.failed", {{"record", number}, {"code", to_string(taken.error().code)}, {"detail", taken.error().detail}});
    // An empty one fails the whole batch, which is what a record without a number deserves.
    return batch_answer({number}).text();
  }
  return batch_answer({}).text();
}

Result<void> Fanout::take(const Call& call, const Json& record) {
  const Json *key = at(record, {"dynamodb", "Keys"}), *image = at(record, {"dynamodb", "NewImage"});
  if (text_at(record, {"eventName"}) != "INSERT" || !key || !image) return {};
  // The key first: an item of another kind may hold what no reader here knows, and would stop the stream for a day.
  if (!is_event(TRY(means_.read_item(*key)))) return {};
  return hand_out(call, TRY(means_.read_item(*image)));
}

Result<void> Fanout::hand_out(const Call& call, const Item& item) {
  if (means_.clock.now() >= call.deadline) return fail(ErrorCode::deadline_exceeded, "There was no time left.", "not begun");
  const Event event = event_from(item);
  for (const Row& row : means_.rows) {
    if (consumes(row, item)) TRY(means_.enqueue(call, row.group, message_for(row.name, event)));
  }
  TRY(retry(RetryPolicy{}, call.deadline, means_.clock, means_.random, [&] { return means_.table.write(call, {Delete{item.key, Condition::none()}}); }));
  return {};
}

Result<std::string> Fanout::sweep(const Call& call) {
  int swept = 0;
  for (int shard = 0; shard < keys::kOutboxShards; ++shard) {
    Query query{.partition = keys::outbox_partition(shard), .until = std::string(kBehindUlids), .limit = kPageSize};
    do {
      const Page page = TRY(means_.table.query(call, query));
      for (const Item& item : page.items) {
        if (event_from(item).time > call.now - kOverdue) continue;
        TRY(hand_out(call, item));
        ++swept;
      }
      query.cursor = page.cursor;
    } while (!query.cursor.empty());
  }
  if (swept > 0) means_.logger.warn("fanout.swept", {{"events", std::int64_t{swept}}});
  return std::string("{}");
}

}  // namespace satchel::lambda
