// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/time.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace satchel {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct Civil {
  year_month_day date;
  hh_mm_ss<milliseconds> time;
};

Civil civil(Time time) {
  const auto day = floor<days>(time);
  return {year_month_day{day}, hh_mm_ss<milliseconds>{time - day}};
}

/// Reads exactly `count` digits and takes them from the text.
std::optional<int> digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool literal(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

std::optional<Time> assemble(int y, int mo, int d, int h, int mi, int s) {
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  return Time{sys_days{date}} + hours{h} + minutes{mi} + seconds{s};
}

std::unexpected<Error> malformed(std::string_view form) {
  return fail(ErrorCode::invalid, fmt::format("This is not a time. Write it as {}.", form));
}

}  // namespace

std::string format_rfc3339(Time time) {
  const auto [date, clock] = civil(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

Result<Time> parse_rfc3339(std::string_view text) {
  const auto wrong = malformed("2026-11-24T16:24:11Z");
  const auto y = digits(text, 4);
  if (!y || !literal(text, "-")) return wrong;
  const auto mo = digits(text, 2);
  if (!mo || !literal(text, "-")) return wrong;
  const auto d = digits(text, 2);
  if (!d || !(literal(text, "T") || literal(text, "t"))) return wrong;
  const auto h = digits(text, 2);
  if (!h || !literal(text, ":")) return wrong;
  const auto mi = digits(text, 2);
  if (!mi || !literal(text, ":")) return wrong;
  const auto s = digits(text, 2);
  if (!s) return wrong;
  auto time = assemble(*y, *mo, *d, *h, *mi, *s);
  if (!time) return wrong;
  if (literal(text, ".")) {
    int millis = 0;
    std::size_t count = 0;
    for (; count < 9 && !text.empty() && text[0] >= '0' && text[0] <= '9'; ++count) {
      if (count < 3) millis = millis * 10 + (text[0] - '0');
      text.remove_prefix(1);
    }
    if (count == 0) return wrong;
    for (; count < 3; ++count) millis *= 10;
    *time += milliseconds{millis};
  }
  if (literal(text, "Z") || literal(text, "z")) return text.empty() ? Result<Time>{*time} : wrong;
  const int sign = literal(text, "+") ? -1 : literal(text, "-") ? 1 : 0;
  const auto offset_hours = digits(text, 2);
  if (sign == 0 || !offset_hours || !literal(text, ":")) return wrong;
  const auto offset_minutes = digits(text, 2);
  if (!offset_minutes || *offset_hours > 23 || *offset_minutes > 59 || !text.empty()) return wrong;
  return *time + sign * (hours{*offset_hours} + minutes{*offset_minutes});
}

std::string format_amz(Time time) {
  const auto [date, clock] = civil(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", int{date.year()}, unsigned{date.month()},
                     unsigned{date.day()}, clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

Result<Time> parse_amz(std::string_view text) {
  const auto wrong = malformed("20261124T162411Z");
  if (text.size() != 16) return wrong;
  const auto y = digits(text, 4), mo = digits(text, 2), d = digits(text, 2);
  if (!y || !mo || !d || !literal(text, "T")) return wrong;
  const auto h = digits(text, 2), mi = digits(text, 2), s = digits(text, 2);
  if (!h || !mi || !s || text != "Z") return wrong;
  const auto time = assemble(*y, *mo, *d, *h, *mi, *s);
  if (!time) return wrong;
  return *time;
}

std::string format_http(Time time) {
  const auto [date, clock] = civil(time);
  const weekday day{sys_days{date}};
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[day.c_encoding()],
                     unsigned{date.day()}, kMonths[unsigned{date.month()} - 1], int{date.year()},
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Result<Time> parse_http(std::string_view text) {
  const auto wrong = malformed("Tue, 24 Nov 2026 16:24:11 GMT");
  if (text.size() != 29) return wrong;
  text.remove_prefix(5);
  const auto d = digits(text, 2);
  if (!d || !literal(text, " ")) return wrong;
  int mo = 0;
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (literal(text, kMonths[i])) mo = static_cast<int>(i) + 1;
  }
  if (mo == 0 || !literal(text, " ")) return wrong;
  const auto y = digits(text, 4);
  if (!y || !literal(text, " ")) return wrong;
  const auto h = digits(text, 2);
  if (!h || !literal(text, ":")) return wrong;
  const auto mi = digits(text, 2);
  if (!mi || !literal(text, ":")) return wrong;
  const auto s = digits(text, 2);
  if (!s || text != " GMT") return wrong;
  const auto time = assemble(*y, mo, *d, *h, *mi, *s);
  if (!time) return wrong;
  return *time;
}

Result<Duration> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, count);
  if (error == std::errc() && count > 0 && count < 1'000'000 && unit + 1 == end) {
    if (*unit == 's') return std::chrono::seconds{count};
    if (*unit == 'm') return std::chrono::minutes{count};
    if (*unit == 'h') return std::chrono::hours{count};
    if (*unit == 'd') return std::chrono::hours{24 * count};
  }
  return fail(ErrorCode::invalid, fmt::format("'{}' is no span of time. Write 30s, 15m, 12h or 7d.", text));
}

}  // namespace satchel
