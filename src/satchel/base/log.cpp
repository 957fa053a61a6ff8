// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::string_view kNames[] = {"debug", "info", "warn", "error"};

class FdLogger final : public Logger {
 public:
  FdLogger(int fd, LogLevel least, const Clock& clock) : fd_(fd), least_(least), clock_(clock) {}

  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override {
    if (level < least_) return;
    std::string line = fmt::format(R"({{"time":"{}","level":"{}","event":{})", format_rfc3339(clock_.now()),
                                   kNames[static_cast<int>(level)], json_quote(event));
    for (const LogField& field : fields) {
      line += fmt::format(",{}:", json_quote(field.name));
      if (const auto* text = std::get_if<std::string_view>(&field.value)) line += json_quote(*text);
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) line += fmt::to_string(*number);
      if (const auto* flag = std::get_if<bool>(&field.value)) line += *flag ? "true" : "false";
    }
    line += "}\n";
    // A log that cannot be written must not stop the work it speaks of.
    if (::write(fd_, line.data(), line.size()) < 0) return;
  }

 private:
  const int fd_;
  const LogLevel least_;
  const Clock& clock_;
};

class NullLogger final : public Logger {
 public:
  void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

}  // namespace

std::unique_ptr<Logger> fd_logger(int fd, LogLevel least, const Clock& clock) {
  return std::make_unique<FdLogger>(fd, least, clock);
}
std::unique_ptr<Logger> null_logger() { return std::make_unique<NullLogger>(); }

std::string json_quote(std::string_view text) {
  const bool whole = is_utf8(text);
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\u{:04x}", byte);
    } else if (byte >= 0x80 && !whole) {
      quoted += "\\ufffd";
    } else {
      quoted += c;
    }
  }
  return quoted += '"';
}

}  // namespace satchel
