// SPDX-License-Identifier: Apache-2.0
// Makes guessing passwords slow. One counter per account, over all doors and all spellings of its address, also for addresses that nobody
// has; from the fifth failure on, a delay that doubles up to a quarter of an hour. Kept in the table, so it survives restarts and
// holds for all processes. An attempt is counted before its password is looked at: a hundred at once are no way round. A network
// with many failures waits, too. Any thread may call.
#pragma once

#include <string>
#include <string_view>

#include "satchel/ports/table.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel::identity {

class Lockout {
 public:
  explicit Lockout(const TableReader& reader) : reader_(&reader) {}

  /// Counts an attempt. The wait until the next may be made; zero: this one may go on. `email` is folded. Writes Family::rate.
  Result<Duration> attempt(const Context& context, TableWriter& writer, std::string_view email) const;
  /// Belongs into the transaction that a right password leads to.
  static Operation forgive(std::string_view email);
  /// What a wrong password adds for the client's network.
  Result<void> failed(const Context& context, TableWriter& writer) const;

 private:
  Result<Duration> network_wait(const Context& context) const;
  const TableReader* reader_;
};

/// 429 with Retry-After.
Response locked_out(const Context& context, Duration wait);

/// Whether one more of these may be done: at most `most` in an hour for a subject ("mail:<hash>", a network). Counts it. Writes Family::rate.
Result<bool> within_hourly(const TableReader& reader, TableWriter& writer, const Call& call, std::string_view subject, std::int64_t most);

}  // namespace satchel::identity
