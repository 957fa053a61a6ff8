// SPDX-License-Identifier: Apache-2.0
// What a command sees of the terminal: results go to `out`, everything else to `err`, so that scripts read results alone.
// Any thread may call Progress; the rest is the command's own thread's.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/clock.hpp"
#include "satchel/base/json.hpp"
#include "satchel/base/random.hpp"

namespace satchel::cli {

/// The process as commands see it; a test gives them another.
struct World {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int columns = 80;
  bool json = false;  // results as JSON, and errors as problem documents
  std::function<std::optional<std::string>(std::string_view)> environment;
  Clock& clock;
  Random& random;
};

/// Bytes on their way, as one line that is drawn anew ten times a second; nothing where `err` is no terminal.
class Progress {
 public:
  Progress(World& world, std::string label, std::uint64_t total);
  ~Progress();  // clears the line
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(std::uint64_t bytes);
  /// Bytes that need not be sent again: they count, but not as speed.
  void skip(std::uint64_t bytes);
  /// Bytes that were sent in vain.
  void take_back(std::uint64_t bytes);

 private:
  void draw(Time now);

  World& world_;
  std::string label_;
  std::uint64_t total_, done_ = 0, skipped_ = 0;
  Time started_, drawn_{};
  std::mutex mutex_;
};

/// "1.5 MB", in powers of 1000.
std::string human_size(std::uint64_t bytes);
/// Without characters that move the cursor, change its colours or turn text round: names come from strangers.
std::string printable(std::string_view text);

/// Exit statuses that scripts may rely on.
inline constexpr int kDone = 0, kFailed = 1, kUsage = 2, kNotFound = 3, kNotAllowed = 4, kNoAnswer = 5;
int exit_status(const Error& error);
/// Writes the error with its way on; the exit status that goes with it.
int report(std::ostream& err, bool json, const Error& error);
int report(World& world, const Error& error);
/// What a person should know though the command goes on: on `err`, in the form of an error.
void tell(World& world, std::string_view type, std::string_view sentence);

}  // namespace satchel::cli
