// SPDX-License-Identifier: Apache-2.0
// The headers that protect whoever looks at an answer in a browser. One source: the policy follows from the configuration, never
// from a request. Immutable; any thread may call.
#pragma once

#include <string>
#include <vector>

#include "satchel/net/http.hpp"

namespace satchel::gateway {

struct SiteOrigins {
  std::string public_url;            // "https://files.example.org"
  std::string content_url;           // where user content is fetched from, if elsewhere
  std::string objects;               // of an object store elsewhere: bytes go there and come from there
  std::vector<std::string> connect;  // other origins that the page talks to: an outside issuer
};

enum class Kind {
  page,   // HTML, scripts and all else of our own that a browser may run
  data,   // answers of functions and of the server: nothing in them is ever run
  mount,  // user content: contained, whatever it is
};

class SecurityHeaders {
 public:
  explicit SecurityHeaders(const SiteOrigins& origins);
  /// Adds what the head does not have yet.
  void add_to(net::ResponseHead& head, Kind kind) const;
  const std::string& page_policy() const { return page_policy_; }

 private:
  std::string page_policy_;
  bool secure_, content_elsewhere_;
};

}  // namespace satchel::gateway
