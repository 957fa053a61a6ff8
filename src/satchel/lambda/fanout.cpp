// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda/fanout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
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
constexpr std::size_t kDeletesAtOnce = 100;  // of a transaction

bool is_event(const Item& item) { return item.key.partition.starts_with(prefix(Family::outbox)) && item.key.sort < kBehindUlids; }

Time due_of(const Item& item) { return from_millis(item.number(kNotBefore)); }

bool consumes(const Row& row, const Item& item) {
  const auto* event = std::get_if<OnEvent>(&row.trigger);
  return event && event->type == item.text("type") && (!item.has(kOnlyFor) || item.text(kOnlyFor) == row.name);
}

/// What goes to one queue, and whose each message is.
struct Outgoing {
  std::vector<QueuedMessage> messages;
  std::vector<std::size_t> items;
};

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
  std::vector<Item> items;
  std::vector<std::string> numbers, failed;
  const auto give_back = [&](const std::string& number, const Error& error) {
    means_.logger.warn("fanout.failed", {{"record", number}, {"code", to_string(error.code)}, {"detail", error.detail}});
    // An empty one fails the whole batch, which is what a record without a number deserves.
    failed.push_back(number);
  };
  for (const Json& record : array_at(payload, "Records")) {
    const std::string number = text_at(record, {"dynamodb", "SequenceNumber"});
    auto item = event_in(record);
    if (!item) {
      give_back(number, item.error());
      break;  // what follows comes again with it
    }
    if (!*item || due_of(**item) > call.now + kLongestDelay) continue;
    items.push_back(**std::move(item));
    numbers.push_back(number);
  }
  const auto results = hand_out(call, items);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) give_back(numbers[i], results[i].error());
  }
  return batch_answer(failed).text();
}

/// Empty: it tells of no new event.
Result<std::optional<Item>> Fanout::event_in(const Json& record) const {
  const Json *key = at(record, {"dynamodb", "Keys"}), *image = at(record, {"dynamodb", "NewImage"});
  if (text_at(record, {"eventName"}) != "INSERT" || !key || !image) return std::nullopt;
  // The key first: an item of another kind may hold what no reader here knows, and would stop the stream for a day.
  if (!is_event(TRY(means_.read_item(*key)))) return std::nullopt;
  return TRY(means_.read_item(*image));
}

/// A result for each item; those that were handed out are forgotten.
std::vector<Result<void>> Fanout::hand_out(const Call& call, const std::vector<Item>& items) {
  std::map<std::string_view, Outgoing> queues;
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (const Row& row : means_.rows) {
      if (!consumes(row, items[i])) continue;
      Outgoing& outgoing = queues[row.group];
      outgoing.messages.push_back({message_for(row.name, event_from(items[i])), std::clamp(due_of(items[i]) - call.now, Duration{0}, kLongestDelay)});
      outgoing.items.push_back(i);
    }
  }
  std::vector<Result<void>> results(items.size());
  for (const auto& [group, outgoing] : queues) {
    auto outcomes = means_.enqueue(call, group, outgoing.messages);
    for (std::size_t n = 0; n < outcomes.size(); ++n) {
      if (!outcomes[n]) results[outgoing.items[n]] = std::move(outcomes[n]);
    }
  }
  std::set<Key> done;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (results[i]) done.insert(items[i].key);
  }
  const auto forgotten = forget(call, done);
  if (!forgotten) std::ranges::replace_if(results, [](const Result<void>& result) { return result.has_value(); }, forgotten);
  return results;
}

Result<void> Fanout::forget(const Call& call, const std::set<Key>& keys) {
  for (auto next = keys.begin(); next != keys.end();) {
    Transaction deletes;
    for (; next != keys.end() && deletes.size() < kDeletesAtOnce; ++next) deletes.emplace_back(Delete{*next, Condition::none()});
    TRY(retry(RetryPolicy{}, call.deadline, means_.clock, means_.random, [&] { return means_.table.write(call, deletes); }));
  }
  return {};
}

/// Another shard first each time: neither an event that fails nor a run that time ends keeps the same ones waiting always.
Result<std::string> Fanout::sweep(const Call& call) {
  const auto first = static_cast<int>(random_below(means_.random, keys::kOutboxShards));
  Sweep sweep;
  for (int n = 0; n < keys::kOutboxShards; ++n) {
    const auto swept = sweep_shard(call, (first + n) % keys::kOutboxShards, sweep);
    if (!swept) sweep.note(swept.error());
  }
  if (sweep.events > 0) means_.logger.warn("fanout.swept", {{"events", sweep.events}});
  if (sweep.error) return std::unexpected(*std::move(sweep.error));  // counted as a failed invocation, which the alarm sees
  return std::string("{}");
}

Result<void> Fanout::sweep_shard(const Call& call, int shard, Sweep& sweep) {
  Query query{.partition = keys::outbox_partition(shard), .until = std::string(kBehindUlids), .limit = kPageSize};
  do {
    Page page = TRY(means_.table.query(call, query));
    std::erase_if(page.items, [&](const Item& item) { return event_from(item).time > call.now - kOverdue || due_of(item) > call.now + kLongestDelay; });
    for (const Result<void>& result : hand_out(call, page.items)) {
      if (result) ++sweep.events;
      else sweep.note(result.error());
    }
    query.cursor = page.cursor;
  } while (!query.cursor.empty());
  return {};
}

void Fanout::Sweep::note(const Error& failed) {
  if (!error) error = failed;
}

}  // namespace satchel::lambda
