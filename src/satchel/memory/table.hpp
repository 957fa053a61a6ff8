// SPDX-License-Identifier: Apache-2.0
// The table in memory: the reference reading of the port, for tests and demonstrations. Nothing outlives the process. Any
// thread may call. In its adversarial mode it does, from a seed, everything unkind that the port permits.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "satchel/ports/table.hpp"

namespace satchel {

/// How often, in per cent, the table is unkind. The same seed and calls give the same run.
struct Adversity {
  std::uint64_t seed = 1;
  int conflict = 10;     // a write meets another writer: nothing is written
  int unknown = 5;       // a write answers `unavailable`; a coin decides whether it is written
  int short_page = 30;   // a page ends early, also before its first item; or the last one still has a cursor
  int stale_index = 50;  // an index is read as it was some writes ago
};

class MemoryTable : public Table {
 public:
  /// Lets the indexes catch up with all writes.
  virtual void settle() = 0;
  /// Every item, by key: what a test's invariants look at. No port has this.
  virtual std::vector<Item> items() const = 0;
  /// Ends all unkindness: what follows after a test's faults.
  virtual void be_kind() = 0;
};

std::unique_ptr<MemoryTable> memory_table();
std::unique_ptr<MemoryTable> memory_table(const Adversity& adversity);

}  // namespace satchel
