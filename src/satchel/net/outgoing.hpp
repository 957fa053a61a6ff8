// SPDX-License-Identifier: Apache-2.0
// One answer on its way out: head, then a text, slices of files or the pieces of a source. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "satchel/net/server.hpp"
#include "satchel/net/transport.hpp"

namespace satchel::net {

using AnswerBody = std::variant<std::string, std::vector<FileSlice>, std::unique_ptr<BodySource>>;

class Outgoing {
 public:
  /// `length`: of a source, where it is known; it is held to it.
  void start(std::string head, AnswerBody body, std::optional<std::uint64_t> length, bool chunked);

  enum class Next { done, yield, wait_read, wait_write, wait_source, broken };
  /// Sends what the socket takes. yield: it takes a lot; call again when others had their turn.
  Next pump(Transport& transport);

  BodySource& source() { return *std::get<std::unique_ptr<BodySource>>(body_); }
  /// False: the source failed or does not keep its length, and the answer cannot be ended in order.
  bool source_gave(Result<std::string> piece);

  /// Bytes of the body that were taken so far.
  std::uint64_t body_bytes() const;
  std::uint64_t wire_bytes() const { return wire_bytes_; }
  /// Lets go of files and memory.
  void clear();

 private:
  std::optional<Next> send_text(Transport& transport);
  std::optional<Next> send_slice(Transport& transport);
  std::optional<Next> next_part();
  void set_text(std::string text, std::size_t framing_before, std::size_t body_bytes);

  AnswerBody body_;
  std::string text_;  // what is being sent now
  std::size_t text_at_ = 0, framing_before_ = 0, text_body_ = 0;
  std::size_t slice_ = 0;
  std::uint64_t slice_at_ = 0;
  std::optional<std::uint64_t> source_left_;
  bool chunked_ = false, source_ended_ = false;
  std::uint64_t body_bytes_ = 0, wire_bytes_ = 0;  // body_bytes_: of what came before text_
};

}  // namespace satchel::net
