// SPDX-License-Identifier: Apache-2.0
// Structured log: an event name and fields, one line of JSON each. Never a payload, token, e-mail address or signed URL.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "satchel/base/clock.hpp"

namespace satchel {

enum class LogLevel { debug, info, warn, error };

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;
};

/// Any thread may call. Does not throw; a line that cannot be written is lost.
class Logger {
 public:
  virtual ~Logger() = default;
  virtual void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) = 0;

  void info(std::string_view event, std::initializer_list<LogField> fields = {}) { write(LogLevel::info, event, fields); }
  void warn(std::string_view event, std::initializer_list<LogField> fields = {}) { write(LogLevel::warn, event, fields); }
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) { write(LogLevel::error, event, fields); }
};

/// Lines to a file descriptor, one write(2) each, so that lines of several processes do not mix.
std::unique_ptr<Logger> fd_logger(int fd, LogLevel least, const Clock& clock);
/// Takes everything and writes nothing.
std::unique_ptr<Logger> null_logger();

/// A JSON string literal with its quotes; bytes that are no UTF-8 become U+FFFD, so a line is valid JSON whatever came in.
std::string json_quote(std::string_view text);

}  // namespace satchel
