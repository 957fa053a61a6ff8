// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/lockout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/runtime/gate_misses.hpp"

namespace satchel::identity {
namespace {

constexpr std::int64_t kFree = 4;  // failures without a wait
constexpr Duration kFirstWait = std::chrono::seconds{1}, kLongestWait = std::chrono::minutes{15};
constexpr Duration kForgotten = std::chrono::hours{24};
constexpr Duration kWindow = std::chrono::minutes{15};
constexpr std::int64_t kMostOfNetwork = 50;  // failures in a window

Duration wait_after(std::int64_t failures) {
  if (failures <= kFree) return Duration{0};
  return std::min(kFirstWait * (std::int64_t{1} << std::min<std::int64_t>(failures - kFree - 1, 20)), kLongestWait);
}

Key account_key(std::string_view email) { return keys::rate("sign-in:" + to_base64url(sha256(email)), "ALL"); }

std::int64_t window_of(Time now, Duration length) { return now.time_since_epoch() / length; }

Key network_key(const Context& context) {
  return keys::rate("network:" + network_of(context.client), std::to_string(window_of(context.call.now, kWindow)));
}

/// An addition that nobody's writing can contradict.
Operation count(Key key, Time forget) {
  Item due{key, {}};
  keys::index_due(due, forget);
  Update update{.key = std::move(key), .set = std::move(due.attributes)};
  update.add.emplace("count", 1);
  return update;
}

}  // namespace

Result<Duration> Lockout::network_wait(const Context& context) const {
  if (context.client.empty()) return Duration{0};
  const auto item = TRY(reader_->get(context.call, network_key(context)));
  if (!item || item->number("count") < kMostOfNetwork) return Duration{0};
  return kWindow * (window_of(context.call.now, kWindow) + 1) - context.call.now.time_since_epoch();
}

Result<Duration> Lockout::attempt(const Context& context, TableWriter& writer, std::string_view email) const {
  const Time now = context.call.now;
  if (const Duration wait = TRY(network_wait(context)); wait.count() > 0) return wait;
  for (int round = 0; round < 8; ++round) {
    const auto before = TRY(reader_->get(context.call, account_key(email)));
    const std::int64_t version = before ? before->number("version") : 0;
    const bool old = !before || from_millis(before->number("last")) + kForgotten <= now;
    if (!old && from_millis(before->number("until")) > now) return from_millis(before->number("until")) - now;
    const std::int64_t failures = (old ? 0 : before->number("count")) + 1;
    Item after{account_key(email), {}};
    after.set("count", failures);
    after.set("version", version + 1);
    after.set("last", to_millis(now));
    after.set("until", to_millis(now + wait_after(failures)));
    keys::index_due(after, now + kForgotten);
    const auto condition = before ? Condition::equals("version", version) : Condition::absent();
    if (TRY(write_again(writer, context.call, {Put{std::move(after), condition}})).committed()) return Duration{0};
  }
  return kFirstWait;  // many at once for one account
}

Operation Lockout::forgive(std::string_view email) { return Delete{account_key(email), {}}; }

Result<void> Lockout::failed(const Context& context, TableWriter& writer) const {
  if (context.client.empty()) return {};
  TRY(write_again(writer, context.call, {count(network_key(context), context.call.now + kWindow)}));
  return {};
}

Response locked_out(const Context& context, Duration wait) {
  const auto seconds = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count());
  const Error error{ErrorCode::too_many, fmt::format("There were too many attempts. Wait {} seconds, then try again.", seconds), {}, "too_many_attempts"};
  Response response = problem(error, context.request_id);
  std::erase_if(response.headers, [](const auto& header) { return header.first == "retry-after"; });
  response.headers.emplace_back("retry-after", std::to_string(seconds));
  return response;
}

Result<bool> within_hourly(const TableReader& reader, TableWriter& writer, const Call& call, std::string_view subject, std::int64_t most) {
  constexpr Duration kHour = std::chrono::hours{1};
  const Key key = keys::rate(subject, std::to_string(window_of(call.now, kHour)));
  const auto item = TRY(reader.get(call, key));
  if (item && item->number("count") >= most) return false;
  TRY(write_again(writer, call, {count(key, call.now + kHour)}));
  return true;
}

}  // namespace satchel::identity
