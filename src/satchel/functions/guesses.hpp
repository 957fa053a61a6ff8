// SPDX-License-Identifier: Apache-2.0
// Counters of guesses, kept in the table so that a restart or another process forgets none. A try is counted before it is made, so
// that a thousand at once are a thousand; the right one is given back.
#pragma once

#include <string>
#include <vector>

#include "satchel/ports/table.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

struct GuessLimit {
  std::string subject;  // "link:<id>", "client:<network>"
  int free = 3;         // wrong ones without a wait; from then on 1 s, doubled each time
  int most = 10;        // wrong ones; then nothing until the window has passed
  Duration window = std::chrono::minutes{15};  // from the first one
};

/// Counts a try against every limit. How long to wait before one is let in; zero: now, and it has been counted. Errors: of the table.
Result<Duration> admit_guess(const Context& context, const TableReader& table, TableWriter& writer, const std::vector<GuessLimit>& limits);

/// For the transaction that follows a right guess, or one that was never judged: it does not count.
Transaction forgive_guess(const Context& context, const std::vector<GuessLimit>& limits);

/// 429 with the seconds to wait.
Response wait_and_try(const Context& context, Duration wait);

}  // namespace satchel
