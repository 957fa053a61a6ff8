// SPDX-License-Identifier: Apache-2.0
// A mailer that keeps what it is given, for tests and demonstrations. Any thread may call.
#pragma once

#include <mutex>
#include <vector>

#include "satchel/ports/mailer.hpp"

namespace satchel {

class MemoryMailer final : public Mailer {
 public:
  explicit MemoryMailer(bool enabled = true) : enabled_(enabled) {}
  bool enabled() const override { return enabled_; }
  Result<void> send(const Call& call, const Mail& mail) override;
  /// Everything sent, the oldest first.
  std::vector<Mail> sent() const;

 private:
  bool enabled_;
  mutable std::mutex mutex_;
  std::vector<Mail> sent_;
};

}  // namespace satchel
