// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace satchel::gateway {

void Metrics::count(std::string_view name, int status, Duration took, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  auto found = series_.find(name);
  if (found == series_.end()) found = series_.emplace(std::string(name), Series{}).first;
  Series& series = found->second;
  ++series.by_status[status];
  const auto bound = std::ranges::lower_bound(kBounds, took.count());
  ++series.buckets[static_cast<std::size_t>(bound - kBounds.begin())];
  series.bytes += bytes;
  series.millis += static_cast<std::uint64_t>(std::max<std::int64_t>(0, took.count()));
}

std::string Metrics::text() const {
  const std::scoped_lock lock(mutex_);
  std::string requests = "# HELP satchel_http_requests_total Answers given.\n# TYPE satchel_http_requests_total counter\n";
  std::string bytes = "# HELP satchel_http_body_bytes_total Bytes of bodies sent.\n# TYPE satchel_http_body_bytes_total counter\n";
  std::string seconds = "# HELP satchel_http_request_seconds From the head of a request to the end of its answer.\n# TYPE satchel_http_request_seconds histogram\n";
  for (const auto& [name, series] : series_) {
    for (const auto& [status, number] : series.by_status) {
      fmt::format_to(std::back_inserter(requests), "satchel_http_requests_total{{function=\"{}\",status=\"{}\"}} {}\n", name, status, number);
    }
    fmt::format_to(std::back_inserter(bytes), "satchel_http_body_bytes_total{{function=\"{}\"}} {}\n", name, series.bytes);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < series.buckets.size(); ++i) {
      sum += series.buckets[i];
      const std::string bound = i < kBounds.size() ? fmt::format("{}", kBounds[i] / 1000.0) : "+Inf";
      fmt::format_to(std::back_inserter(seconds), "satchel_http_request_seconds_bucket{{function=\"{}\",le=\"{}\"}} {}\n", name, bound, sum);
    }
    fmt::format_to(std::back_inserter(seconds), "satchel_http_request_seconds_sum{{function=\"{0}\"}} {1}\nsatchel_http_request_seconds_count{{function=\"{0}\"}} {2}\n",
                   name, static_cast<double>(series.millis) / 1000.0, sum);
  }
  return requests + bytes + seconds;
}

std::string metric(std::string_view name, std::string_view type, std::string_view help, std::uint64_t value) {
  return fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n{0} {3}\n", name, type, help, value);
}

}  // namespace satchel::gateway
