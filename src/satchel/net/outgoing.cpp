// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/outgoing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "satchel/base/encoding.hpp"

namespace satchel::net {
namespace {

// A text of up to this size travels in one piece with its head.
constexpr std::size_t kOnePiece = 16 * 1024;
constexpr std::uint64_t kOneTurn = 8 * 1024 * 1024;

std::optional<Outgoing::Next> blocked(Io::Next next) {
  switch (next) {
    case Io::Next::go_on: return std::nullopt;
    case Io::Next::wait_read: return Outgoing::Next::wait_read;
    case Io::Next::wait_write: return Outgoing::Next::wait_write;
    case Io::Next::ended:
    case Io::Next::broken: break;
  }
  return Outgoing::Next::broken;
}

}  // namespace

void Outgoing::clear() {
  body_ = std::string();
  std::string().swap(text_);
}

void Outgoing::set_text(std::string text, std::size_t framing_before, std::size_t body_bytes) {
  body_bytes_ += text_body_;
  text_ = std::move(text);
  text_at_ = 0;
  framing_before_ = framing_before;
  text_body_ = body_bytes;
}

void Outgoing::start(std::string head, AnswerBody body, std::optional<std::uint64_t> length, bool chunked) {
  body_ = std::move(body);
  slice_ = 0;
  slice_at_ = body_bytes_ = wire_bytes_ = text_body_ = 0;
  source_left_ = length;
  chunked_ = chunked;
  source_ended_ = false;
  const std::size_t head_size = head.size();
  auto* text = std::get_if<std::string>(&body_);
  if (text && text->size() <= kOnePiece) {
    head += *text;
    text->clear();
  }
  set_text(std::move(head), head_size, 0);
  text_body_ = text_.size() - head_size;
}

std::uint64_t Outgoing::body_bytes() const {
  const std::size_t sent = text_at_ - std::min(text_at_, framing_before_);
  return body_bytes_ + std::min(sent, text_body_);
}

std::optional<Outgoing::Next> Outgoing::send_text(Transport& transport) {
  const auto* slices = std::get_if<std::vector<FileSlice>>(&body_);
  const auto* text = std::get_if<std::string>(&body_);
  const bool more = (slices && slice_ < slices->size()) || (text && !text->empty());
  const Io io = transport.write(as_bytes(text_).subspan(text_at_), more);
  text_at_ += io.bytes;
  wire_bytes_ += io.bytes;
  return blocked(io.next);
}

std::optional<Outgoing::Next> Outgoing::send_slice(Transport& transport) {
  auto& slices = std::get<std::vector<FileSlice>>(body_);
  const FileSlice& slice = slices[slice_];
  if (slice_at_ == slice.length) {
    slices[slice_++].descriptor.reset();
    slice_at_ = 0;
    return std::nullopt;
  }
  const Io io = transport.send_file(*slice.descriptor, slice.offset + slice_at_, slice.length - slice_at_);
  slice_at_ += io.bytes;
  body_bytes_ += io.bytes;
  wire_bytes_ += io.bytes;
  return blocked(io.next);
}

bool Outgoing::source_gave(Result<std::string> piece) {
  if (!piece) return false;
  const std::size_t size = piece->size();
  if (size == 0) {
    source_ended_ = true;
    if (chunked_) set_text("0\r\n\r\n", 5, 0);
    return source_left_.value_or(0) == 0;
  }
  if (source_left_) {
    if (size > *source_left_) return false;
    *source_left_ -= size;
  }
  if (!chunked_) {
    set_text(std::move(*piece), 0, size);
    return true;
  }
  std::string text = fmt::format("{:x}\r\n", size);
  const std::size_t framing = text.size();
  text.append(*piece).append("\r\n");
  set_text(std::move(text), framing, size);
  return true;
}

/// What follows when text_ is sent.
std::optional<Outgoing::Next> Outgoing::next_part() {
  if (auto* text = std::get_if<std::string>(&body_)) {
    if (text->empty()) return Next::done;
    const std::size_t size = text->size();
    set_text(std::exchange(*text, {}), 0, size);
    return std::nullopt;
  }
  if (const auto* slices = std::get_if<std::vector<FileSlice>>(&body_)) return slice_ == slices->size() ? std::optional(Next::done) : std::nullopt;
  return source_ended_ ? Next::done : Next::wait_source;
}

Outgoing::Next Outgoing::pump(Transport& transport) {
  const std::uint64_t turn_end = wire_bytes_ + kOneTurn;
  while (wire_bytes_ < turn_end) {
    std::optional<Next> next;
    if (text_at_ < text_.size()) {
      next = send_text(transport);
    } else if (const auto* slices = std::get_if<std::vector<FileSlice>>(&body_); slices && slice_ < slices->size()) {
      next = send_slice(transport);
    } else {
      next = next_part();
    }
    if (!next) continue;
    if (*next == Next::done || *next == Next::wait_source) {
      // What a TLS transport has gathered leaves before anything is waited for.
      if (const auto held = blocked(transport.flush().next)) return *held;
    }
    return *next;
  }
  return Next::yield;
}

}  // namespace satchel::net
