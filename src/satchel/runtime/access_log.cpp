// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/access_log.hpp"

#include <algorithm>

#include "satchel/base/random.hpp"

namespace satchel {
namespace {

constexpr std::size_t kLongestSegment = 32;

}  // namespace

void log_access(Logger& logger, const AccessLine& line) {
  logger.info("request", {{"request_id", line.request_id},
                          {"method", line.method},
                          {"path", line.path},
                          {"status", std::int64_t{line.status}},
                          {"bytes", static_cast<std::int64_t>(line.bytes)},
                          {"complete", line.complete},
                          {"ms", std::int64_t{line.took.count()}},
                          {"client", line.client},
                          {"actor", line.actor}});
}

std::string loggable_path(const Route& route, const TextMap& parameters) {
  std::string path(route.path);
  const auto id = parameters.find("id");
  // A link is named by 43 characters; 22 in their place are the link's token, shown by mistake.
  if (id == parameters.end() || !is_random_id(id->second) || path.contains("/links/")) return path;
  const std::size_t place = path.find("{id}");
  return place == std::string::npos ? path : path.replace(place, 4, id->second);
}

std::string loggable_path(std::string_view path) {
  const std::size_t second = path.find('/', 1);
  std::string first(path.substr(0, std::min(second, kLongestSegment)));
  return second == std::string_view::npos && path.size() <= kLongestSegment ? first : first + "…";
}

}  // namespace satchel
