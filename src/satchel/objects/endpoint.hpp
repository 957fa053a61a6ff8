// SPDX-License-Identifier: Apache-2.0
// The S3 endpoint over the storage engine, mounted under a prefix: PUT, GET, HEAD, DELETE of objects and multipart uploads, path
// style, Signature Version 4. Every request is verified first, and refused from its head before a byte of its body is read.
// Work that waits for the disk runs on threads of its own, so handle() never blocks a loop.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/net/server.hpp"
#include "satchel/objects/store.hpp"

namespace satchel::objects {

/// Whether what a signed URL was made for still stands; asked before bytes leave or come. May block. Any thread.
using TicketCheck = std::function<bool(std::string_view ticket)>;

struct EndpointOptions {
  std::string prefix = "/objects";
  std::string bucket = "satchel";
  std::string region = "us-east-1";
  /// The secret of an access key; empty where there is none.
  std::function<std::optional<std::string>(std::string_view access_key)> secrets;
  /// Of the signed parameter x-satchel-ticket. Without a check every ticket is void.
  TicketCheck ticket_check;
  int threads = 32;          // group commit lives on many waiting writers
  int most_requests = 4096;  // at once; beyond it 503 SlowDown
};

class Endpoint : public net::Handler {
 public:
  /// All referred to outlive it; it outlives the server that calls it.
  static std::unique_ptr<Endpoint> create(EndpointOptions options, Store& store, const Clock& clock, Random& random, Logger& log);
};

}  // namespace satchel::objects
