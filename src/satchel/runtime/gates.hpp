// SPDX-License-Identifier: Apache-2.0
// What stands in front of every function, in this order: size, concurrency, deadline, authenticate, authorise; behind it the
// mapping of errors to answers. Gateway and Lambda call pass() alike, with a request that is read whole. Any thread may call.
#pragma once

#include <optional>
#include <string>

#include "satchel/base/clock.hpp"
#include "satchel/runtime/gate_authenticate.hpp"
#include "satchel/runtime/gate_concurrency.hpp"
#include "satchel/runtime/gate_misses.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

/// What the shape knows of a request beside the request itself.
struct Arrival {
  Time at{};               // when its head had come; the row's time-out counts from here
  std::string request_id;
  std::string client;      // address, as far as it can be believed
  std::optional<Found> found = {};  // by the authorizer in front, where the shape has one
  Time latest = Time::max();        // the call ends then at the latest, whatever the row allows
};

/// What gates need of the world; all of it outlives them.
struct GateMeans {
  const Registry& registry;
  Table& table;
  const Vault& vault;
  const TrustedIssuer* issuer;  // null: an authorizer in front reads what is shown, and Arrival::found is all that counts
  Clock& clock;
  Random& random;
  Logger& logger;
};

class Gates {
 public:
  explicit Gates(const GateMeans& means, const MissLimits& limits = {});

  struct Passage {
    Response response;  // always one: a problem document where anything went wrong
    std::string actor;  // for the access log
  };
  /// `bound` is a row with a route, from the registry. Errors and exceptions of the function end here.
  Passage pass(const Bound& bound, Request request, const Arrival& arrival);

  /// Looks at the head alone, before much is read of a body: the answer for somebody whom the row does not know. Empty: read on, and
  /// pass() asks again.
  std::optional<Passage> refuse_stranger(const Bound& bound, const Request& request, const Arrival& arrival);

 private:
  Context context_of(const Bound& bound, const Arrival& arrival) const;
  Passage refusal(const Bound& bound, const Context& context, const Error& error);
  Result<Response> admit(const Bound& bound, Context& context, const Request& request, const Arrival& arrival);
  Result<Principal> identify(const Row& row, const Context& context, const Request& request, const Arrival& arrival);
  Result<Principal> authenticate(const Context& context, std::string_view authorization);
  Result<Response> run(const Bound& bound, const Context& context, const Request& request);
  Result<void> miss(const Context& context);
  Result<Response> run_guessable(const Bound& bound, const Context& context, const Request& request);
  void report(const Bound& bound, const Context& context, const Error& error);

  GateMeans means_;
  ConcurrencyGate concurrency_;
  std::optional<AuthenticateGate> authenticate_;
  MissGate misses_;
};

/// The refusal of a body over the row's limit; before it is read where its length was declared.
Result<void> check_size(const Row& row, std::uint64_t length);

}  // namespace satchel
