// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/guesses.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "satchel/functions/attempts.hpp"

namespace satchel {
namespace {

constexpr std::string_view kWindow = "guess";

Key key_of(const GuessLimit& limit) { return keys::rate(limit.subject, kWindow); }

struct Count {
  std::int64_t tries = 0;
  Time first{};
  Time next{};  // not before
  std::int64_t edit = 0;
};

Count count_from(const std::optional<Item>& item, const GuessLimit& limit, Time now) {
  if (!item) return {.first = now};
  Count count{item->number("tries"), from_millis(item->number("first")), from_millis(item->number("next")), item->number("edit")};
  if (now < count.first || now >= count.first + limit.window) return {.tries = 0, .first = now, .next = {}, .edit = count.edit};
  return count;
}

/// After so many wrong ones.
Time next_after(const GuessLimit& limit, const Count& count, Time now) {
  const Time end = count.first + limit.window;
  if (count.tries >= limit.most) return end;
  if (count.tries <= limit.free) return now;
  return std::min(end, now + Duration{1'000} * (std::int64_t{1} << std::min<std::int64_t>(count.tries - limit.free - 1, 20)));
}

Operation put(const GuessLimit& limit, const Count& count, bool is_new) {
  Item item{key_of(limit), {}};
  item.set("tries", count.tries);
  item.set("first", to_millis(count.first));
  item.set("next", to_millis(count.next));
  item.set("edit", count.edit + 1);
  const Time end = count.first + limit.window;
  item.set(kTimeToLive, to_millis(end) / 1000 + 1);
  keys::index_due(item, end);
  return Put{std::move(item), is_new ? Condition::absent() : Condition::equals("edit", count.edit)};
}

}  // namespace

Result<Duration> admit_guess(const Context& context, const TableReader& table, TableWriter& writer, const std::vector<GuessLimit>& limits) {
  const Time now = context.call.now;
  std::vector<Key> keys;
  for (const GuessLimit& limit : limits) keys.push_back(key_of(limit));
  return attempt(context, [&]() -> Result<Duration> {
    const auto items = TRY(table.batch_get(context.call, keys));
    Transaction counted;
    Duration wait{0};
    for (std::size_t i = 0; i < limits.size(); ++i) {
      Count count = count_from(items[i], limits[i], now);
      wait = std::max(wait, count.next - now);
      ++count.tries;
      count.next = next_after(limits[i], count, now);
      counted.push_back(put(limits[i], count, !items[i]));
    }
    if (wait > Duration{0}) return wait;
    if (!TRY(writer.write(context.call, counted)).committed()) return moved_on();
    return Duration{0};
  });
}

Transaction forgive_guess(const Context& context, const std::vector<GuessLimit>& limits) {
  Transaction forgiven;
  for (const GuessLimit& limit : limits) {
    Update update{.key = key_of(limit), .condition = Condition::exists()};
    update.add = {{"tries", -1}, {"edit", 1}};
    update.set.emplace("next", to_millis(context.call.now));
    forgiven.emplace_back(std::move(update));
  }
  return forgiven;
}

Response wait_and_try(const Context& context, Duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  Response response = problem({ErrorCode::too_many, fmt::format("Too many wrong passwords. Try again in {} seconds.", seconds), {}, "too_many_guesses"},
                              context.request_id);
  std::erase_if(response.headers, [](const auto& header) { return header.first == "retry-after"; });
  response.headers.emplace_back("retry-after", std::to_string(seconds));
  return response;
}

}  // namespace satchel
