// SPDX-License-Identifier: Apache-2.0
// Takes an image of the disk, and of the ledger, before every sync; each is cut in every way and judged later, when the system
// under test is at rest.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/powercut/disk.hpp"
#include "tests/powercut/ledger.hpp"

namespace satchel::powercut {

class Cuts {
 public:
  /// Opens what a cut left and says what is wrong with it; empty: nothing.
  using Judge = std::function<std::string(std::shared_ptr<Disk> left, const Ledger& ledger)>;

  Cuts(std::uint64_t seed, std::set<SyncKind> ignored, Judge judge) : seed_(seed), judge_(std::move(judge)) {
    // To find what is missing altogether the hardest cut will do.
    ways_ = ignored.empty() ? std::vector{Unsynced::lost, Unsynced::some} : std::vector{Unsynced::lost};
    disk_->ignored = std::move(ignored);
    disk_->make_folder("/data");
    disk_->sync_folder("/");
    disk_->before_sync = [this](SyncKind kind, const std::function<Image()>& image) {
      const std::scoped_lock lock(mutex_);
      waiting_.push_back({image(), ledger_, kind});
    };
  }

  std::shared_ptr<Disk> disk() const { return disk_; }
  /// Changes the ledger: before a call what may come, after it what was answered.
  void note(const std::function<void(Ledger&)>& change) {
    const std::scoped_lock lock(mutex_);
    change(ledger_);
  }
  Ledger ledger() const {
    const std::scoped_lock lock(mutex_);
    return ledger_;
  }

  /// Cuts at every sync since the last call. Once something was wrong it judges no more.
  void judge() {
    std::vector<Moment> moments;
    {
      const std::scoped_lock lock(mutex_);
      moments.swap(waiting_);
    }
    for (const Moment& moment : moments) {
      for (const Unsynced unsynced : ways_) {
        if (!violation_.empty()) return;
        const std::uint64_t seed = seed_ * 1'000'003 + static_cast<std::uint64_t>(++count_);
        ++counts_[moment.kind];
        const std::string found = judge_(std::make_shared<Disk>(moment.image, unsynced, seed), moment.ledger);
        if (!found.empty()) {
          violation_ = "cut " + std::to_string(count_) + ", before a sync of kind " + std::string(to_string(moment.kind)) + ", unsynced " +
                       std::array{"lost", "some kept", "kept"}[static_cast<std::size_t>(unsynced)] + ": " + found;
        }
      }
    }
  }

  int count() const { return count_; }
  int count(SyncKind kind) const {
    const auto found = counts_.find(kind);
    return found == counts_.end() ? 0 : found->second;
  }
  const std::string& violation() const { return violation_; }

 private:
  struct Moment {
    Image image;
    Ledger ledger;
    SyncKind kind;
  };

  std::uint64_t seed_;
  Judge judge_;
  std::vector<Unsynced> ways_;
  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
  mutable std::mutex mutex_;
  Ledger ledger_;
  std::vector<Moment> waiting_;
  int count_ = 0;
  std::map<SyncKind, int> counts_;
  std::string violation_;
};

}  // namespace satchel::powercut
