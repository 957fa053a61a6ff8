// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <utility>

namespace satchel::cli {
namespace {

constexpr Duration kRedraw{100};

std::string bar(std::uint64_t done, std::uint64_t total, std::size_t width) {
  const std::size_t filled = total == 0 ? width : static_cast<std::size_t>(static_cast<double>(width) * static_cast<double>(done) / static_cast<double>(total));
  return std::string(std::min(filled, width), '#') + std::string(width - std::min(filled, width), '.');
}

std::string time_left(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60) : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

/// Code points that do something to a terminal or to the direction of text.
bool is_hidden(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x200b && point <= 0x200f) ||
         (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

}  // namespace

Progress::Progress(World& world, std::string label, std::uint64_t total)
    : world_(world), label_(printable(label)), total_(total), started_(world.clock.now()) {}

Progress::~Progress() {
  if (drawn_ != Time{}) world_.err << "\r\x1b[K" << std::flush;
}

void Progress::add(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  done_ += bytes;
  const Time now = world_.clock.now();
  if (world_.err_is_terminal && now - drawn_ >= kRedraw) draw(now);
}

void Progress::skip(std::uint64_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    skipped_ += bytes;
  }
  add(bytes);
}

void Progress::take_back(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  done_ -= std::min(bytes, done_);
}

void Progress::draw(Time now) {
  drawn_ = now;
  const double seconds = std::max(0.001, static_cast<double>((now - started_).count()) / 1000);
  const double rate = static_cast<double>(done_ - std::min(skipped_, done_)) / seconds;
  const std::string left = rate < 1 ? "-:--" : time_left(static_cast<double>(total_ - std::min(done_, total_)) / rate);
  const auto percent = total_ == 0 ? 100 : std::min<std::uint64_t>(100, done_ * 100 / total_);
  const std::string figures = fmt::format(" {:3}%  {}/s  {}", percent, human_size(static_cast<std::uint64_t>(rate)), left);
  const std::size_t room = static_cast<std::size_t>(std::max(20, world_.columns - 1)) - figures.size();
  const std::size_t width = std::min<std::size_t>(30, room / 2);
  world_.err << fmt::format("\r\x1b[K{:.{}} [{}]{}", label_, room - std::min(room, width + 3), bar(done_, total_, width), figures) << std::flush;
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array kUnits{"kB", "MB", "GB", "TB", "PB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (value /= 1000; value >= 999.95 && unit + 1 < kUnits.size(); ++unit) value /= 1000;
  return fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    std::uint32_t point = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t j = 1; j < length && i + j < text.size(); ++j) point = point << 6 | (static_cast<unsigned char>(text[i + j]) & 0x3fU);
    out += is_hidden(point) ? std::string("?") : std::string(text.substr(i, length));
    i += length;
  }
  return out;
}

int exit_status(const Error& error) {
  switch (error.code) {
    case ErrorCode::not_found:
    case ErrorCode::gone: return kNotFound;
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden: return kNotAllowed;
    case ErrorCode::unavailable:
    case ErrorCode::deadline_exceeded: return kNoAnswer;
    case ErrorCode::invalid:
    case ErrorCode::conflict:
    case ErrorCode::too_large:
    case ErrorCode::too_many:
    case ErrorCode::unsupported:
    case ErrorCode::internal: return kFailed;
  }
  std::unreachable();
}

int report(std::ostream& err, bool json, const Error& error) {
  if (json) {
    err << Json::object({{"type", error.type.empty() ? std::string(to_string(error.code)) : error.type}, {"detail", error.message}}).text() << '\n';
  } else {
    err << "satchel: " << printable(error.message) << '\n';
    if (!error.detail.empty()) err << "         (" << printable(error.detail) << ")\n";
  }
  return exit_status(error);
}

int report(World& world, const Error& error) { return report(world.err, world.json, error); }

void tell(World& world, std::string_view type, std::string_view sentence) {
  if (world.err_is_terminal) world.err << "\r\x1b[K";  // a progress line may stand there
  if (world.json) {
    world.err << Json::object({{"type", type}, {"detail", sentence}}).text() << std::endl;
  } else {
    world.err << "satchel: " << printable(sentence) << std::endl;
  }
}

}  // namespace satchel::cli
