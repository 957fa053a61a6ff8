// SPDX-License-Identifier: Apache-2.0
// One line a request, without a secret: no query, no header, and in place of a token or a name in the path the route's template.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "satchel/base/log.hpp"
#include "satchel/runtime/registry.hpp"

namespace satchel {

struct AccessLine {
  std::string request_id;
  std::string method;
  std::string path;   // from loggable_path()
  int status = 0;
  std::uint64_t bytes = 0;  // of the answer's body that were sent
  bool complete = true;     // false: the client went away in the middle
  Duration took{};
  std::string client;
  std::string actor;  // "anonymous", a user id, "link:…"; empty where nobody asked who it was
};

void log_access(Logger& logger, const AccessLine& line);

/// The route's template with the ids of entries, uploads and users put in, and nothing else from the request.
std::string loggable_path(const Route& route, const TextMap& parameters);
/// Of a path that is no route: its first segment alone, as all behind it may be anything.
std::string loggable_path(std::string_view path);

}  // namespace satchel
