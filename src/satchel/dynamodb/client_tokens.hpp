// SPDX-License-Identifier: Apache-2.0
// Which transactions were written under which ClientRequestToken in the last ten minutes, so that a call that is repeated has one effect.
// A bounded number; the oldest go first. In memory: a restart forgets them. Any thread may call.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "satchel/base/time.hpp"

namespace satchel::dynamodb {

class ClientTokens {
 public:
  explicit ClientTokens(std::size_t most = 50'000) : most_(most) {}

  enum class Seen {
    fresh,      // nobody had it: the caller writes, and calls end()
    running,    // another call with it has not ended
    written,    // this very transaction was written: the answer is success
    otherwise,  // it was used for another transaction
  };
  /// `hash` is of the transaction.
  Seen begin(const std::string& token, const std::string& hash, Time now);
  /// What is not written may be tried again with the same token.
  void end(const std::string& token, bool written);

 private:
  struct Use {
    std::string hash;
    Time at{};
    bool running = true;
  };
  void forget_old(Time now);

  const std::size_t most_;
  std::mutex mutex_;
  std::map<std::string, Use, std::less<>> uses_;
  std::deque<std::pair<Time, std::string>> order_;  // of those written
};

}  // namespace satchel::dynamodb
