// SPDX-License-Identifier: Apache-2.0
// HTTP proxies in front of engines that spoil the exchange a test names: what the network and AWS do to an adapter and an engine on loopback
// never does. The bytes of requests pass as they are, so that signatures hold. A client's own transfers (presigned requests) are let through.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace satchel {

enum class WireFault {
  drop,         // the connection is cut before the engine heard anything
  lose,         // the engine has done it, and the connection is cut
  throttle,     // ProvisionedThroughputExceededException, SlowDown: nothing was done
  conflict,     // a transaction met another, OperationAborted: nothing was done
  error,        // 500, or a completion's 200 with an error inside: nothing was done
  error_after,  // 500, and the engine has done it
};
inline constexpr WireFault kWireFaults[] = {WireFault::drop,     WireFault::lose,  WireFault::throttle,
                                            WireFault::conflict, WireFault::error, WireFault::error_after};
std::string_view to_string(WireFault fault);
/// Whether there is such an answer to a request of that name: who reads meets no other writer.
bool befalls(WireFault fault, std::string_view name);

/// What the proxies of one run share: they count requests together. Any thread.
class Wire {
 public:
  /// Spoils the request of this number, the first being 1, counted from the last reset(); with `lasting` also what follows it under the same
  /// name, eight in a row at most, so that the adapter's own tries are used up.
  void arm(std::size_t call, WireFault fault, bool lasting);
  /// Forgets the count and the plan.
  void reset();
  /// The names of all requests so far: "TransactWriteItems", "POST uploads".
  std::vector<std::string> trace() const;
  /// How many of them were spoilt.
  std::size_t spoilt() const;

  /// Counts a request; what to do to it. For the proxies.
  std::optional<WireFault> next(const std::string& name);

 private:
  struct Plan {
    std::size_t call;
    WireFault fault;
    bool lasting;
  };
  bool meets(const std::string& name) const;

  mutable std::mutex mutex_;
  std::vector<std::string> trace_;
  std::optional<Plan> plan_;
  std::size_t spoilt_ = 0;
};

class FaultProxy {
 public:
  /// After an answer of 2xx of the engine, also where it is lost on its way; the target is as sent. Called on a thread of the proxy.
  using Done = std::function<void(std::string_view method, std::string_view target)>;

  /// Listens on a free port of loopback, in front of "http://127.0.0.1:PORT".
  FaultProxy(Wire& wire, std::string_view engine, Done done = {});
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  std::string origin() const;

 private:
  void accept_all();
  void serve(int client);

  Wire& wire_;
  Done done_;
  std::uint16_t engine_port_;
  int listener_;
  std::mutex mutex_;
  std::vector<int> open_;
  std::list<std::thread> connections_;
  std::atomic<bool> stopping_ = false;
  std::thread acceptor_;
};

}  // namespace satchel
