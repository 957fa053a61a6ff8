// SPDX-License-Identifier: Apache-2.0
// A client of the object store that keeps a ledger, and the judge of what a power cut left of it.
#pragma once

#include <memory>
#include <random>
#include <set>
#include <string>

#include "satchel/base/log.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/objects/store.hpp"
#include "tests/powercut/cuts.hpp"
#include "tests/powercut/disk_files.hpp"

namespace satchel::powercut {

/// A store on a disk, without a thread of its own.
struct StoreOnDisk {
  explicit StoreOnDisk(std::shared_ptr<Disk> disk);
  /// Empty, or why it does not open.
  std::string open();
  std::size_t files() const { return disk->count_files("/data/objects/blobs"); }

  std::shared_ptr<Disk> disk;
  ManualClock clock;
  SeededRandom random{99};
  std::unique_ptr<Logger> log = null_logger();
  std::unique_ptr<objects::FileSystem> files_below;
  std::unique_ptr<objects::Store> store;
};

/// What is wrong with a store after a cut; empty: nothing.
std::string judge_store(std::shared_ptr<Disk> left, const Ledger& ledger);

/// Calls that end before the next begins, each with its cuts; every kind of write, several starts.
class StoreScenario {
 public:
  StoreScenario(std::uint64_t seed, std::set<SyncKind> ignored) : cuts_(seed, std::move(ignored), judge_store), random_(seed), ground_(cuts_.disk()) {}
  void run(int random_steps);
  /// Many writers at once, which share syncs.
  void run_concurrent(int writers, int objects_each);
  const Cuts& cuts() const { return cuts_; }

 private:
  bool broken() const { return !cuts_.violation().empty(); }
  void reopen();
  void put(const std::string& key, std::size_t size);
  void remove(const std::string& key);
  std::string begin(const std::string& key);
  void part(const std::string& upload, int number, std::size_t size);
  void complete(const std::string& upload);
  void abort(const std::string& upload);
  void acknowledge_events();
  void maintain();
  void step();
  std::string bytes(std::size_t size);
  std::string any_upload();

  Cuts cuts_;
  std::mt19937_64 random_;
  StoreOnDisk ground_;
};

}  // namespace satchel::powercut
