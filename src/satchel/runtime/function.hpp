// SPDX-License-Identifier: Apache-2.0
// The contract of a function, the unit of the back-end: started by a request, an event or the clock, in every shape. Its
// constructor lists the ports it may use; time, randomness and who asks come from the Context; there is no other way to the
// world. One object serves any number of threads at once and keeps no state between calls.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/base/result.hpp"
#include "satchel/model/access.hpp"
#include "satchel/model/event.hpp"
#include "satchel/ports/call.hpp"
#include "satchel/base/json.hpp"

namespace satchel {

struct Context {
  Call call;                // now and deadline, the same for every port call of the invocation
  Principal principal;      // as the gates found it; System for events and schedules
  std::string request_id;   // stands in the answer's problem document and in the log
  std::string client;       // address of the client, for guess limits; empty for events
  Random& random;
  Logger& logger;
  Clock* clock = nullptr;   // waits between attempts (base/retry.hpp); without one they follow each other at once
};

using TextMap = std::map<std::string, std::string, std::less<>>;

struct Request {
  std::string method;
  std::string path;     // undecoded, without query
  TextMap parameters;   // of the route's template, decoded: "id"
  TextMap query;        // decoded; a name given twice is refused before
  TextMap headers;      // lower-case names
  TextMap cookies;
  std::string body;     // whole, within the row's limit

  std::string_view parameter(std::string_view name) const { return find(parameters, name); }
  /// Empty where absent.
  std::string_view header(std::string_view name) const { return find(headers, name); }
  std::string_view cookie(std::string_view name) const { return find(cookies, name); }
  std::string_view argument(std::string_view name) const { return find(query, name); }

 private:
  static std::string_view find(const TextMap& map, std::string_view name) {
    const auto found = map.find(name);
    return found == map.end() ? std::string_view{} : std::string_view(found->second);
  }
};

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // Content-Length and the security headers are added outside
  std::string body;

  static Response json(const Json& value, int status = 200);
  static Response empty(int status = 204) { return {.status = status, .headers = {}, .body = {}}; }
  static Response redirect(std::string location, int status = 303);
};

/// RFC 9457 document of an error, with its HTTP status and further members; `detail` stays out of it. What passes by itself carries
/// Retry-After.
Response problem(const Error& error, std::string_view request_id, const Json::Object& extra = {});

class Function {
 public:
  virtual ~Function() = default;
  /// Overridden by those whose row has a route.
  virtual Result<Response> handle(const Context& context, const Request& request);
  /// By those whose row has an event type. Delivered at least once: the function records the event's id (keys::consumed) in the
  /// transaction of its effect, or its effect is idempotent by nature.
  virtual Result<void> on_event(const Context& context, const Event& event);
  /// By those whose row has a period. May run twice at once and may be cut at any point.
  virtual Result<void> on_schedule(const Context& context);
};

}  // namespace satchel
