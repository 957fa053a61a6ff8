// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/location.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <utility>

#include "satchel/net/client.hpp"

namespace satchel::aws {
namespace {

struct Location {
  std::string name;
  std::map<std::string, std::string, std::less<>> options;

  std::string option(std::string_view option) const {
    const auto found = options.find(option);
    return found == options.end() ? std::string() : found->second;
  }
};

bool is_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; };
  return name.size() >= 3 && name.size() <= 255 && std::ranges::all_of(name, plain);
}

Result<Location> parse(std::string_view text, std::string_view scheme, std::initializer_list<std::string_view> known, std::string_view example) {
  const auto wrong = [&](std::string what) { return fail(ErrorCode::invalid, fmt::format("{} Write it as {}.", what, example)); };
  if (!text.starts_with(scheme)) return wrong(fmt::format("'{}' does not begin with {}.", text, scheme));
  text.remove_prefix(scheme.size());
  const std::size_t mark = std::min(text.find('?'), text.size());
  Location location{.name = std::string(text.substr(0, mark)), .options = {}};
  if (!is_name(location.name)) return wrong(fmt::format("'{}' is no name of a table or bucket.", location.name));
  text.remove_prefix(std::min(mark + 1, text.size()));
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view name = pair.substr(0, equals);
    if (std::ranges::find(known, name) == known.end()) return wrong(fmt::format("There is no option '{}'.", name));
    const std::string_view value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view();
    if (value.empty() || !location.options.emplace(name, value).second) return wrong(fmt::format("Give '{}' once, with a value.", name));
  }
  return location;
}

Result<std::string> region_of(const Location& location, const Environment& environment) {
  std::string region = location.option("region");
  if (region.empty()) region = first_set(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  // An engine of one's own has no regions; it wants some name in the signature, and this is the usual one.
  if (region.empty() && !location.option("endpoint").empty()) region = "us-east-1";
  if (region.empty()) return fail(ErrorCode::invalid, fmt::format("'{}' lies in no region. Add ?region=… to it, or set AWS_REGION.", location.name));
  return region;
}

struct Place {
  std::string endpoint;  // "https://rgw.example.org"; empty: AWS's own
  std::string path;      // "/objects"; empty: none
};

std::unexpected<Error> no_endpoint(std::string_view text) {
  return fail(ErrorCode::invalid, fmt::format("'{}' is no endpoint. Give scheme, host and port, such as https://rgw.example.org.", text));
}

Result<Place> place_of(std::string endpoint) {
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (endpoint.empty()) return Place{};
  const auto url = net::Url::parse(endpoint);
  if (!url || url->target.find_first_of("?%") != std::string::npos) return no_endpoint(endpoint);
  const std::string path = url->target == "/" ? std::string() : url->target;
  return Place{endpoint.substr(0, endpoint.size() - path.size()), path};
}

Result<Place> endpoint_of(const Location& location, const Environment& environment, std::string_view variable) {
  const std::string endpoint = location.option("endpoint");
  return place_of(endpoint.empty() ? first_set(environment, {variable, "AWS_ENDPOINT_URL"}) : endpoint);
}

std::string_view domain_of(std::string_view region) { return region.starts_with("cn-") ? "amazonaws.com.cn" : "amazonaws.com"; }

}  // namespace

std::string first_set(const Environment& environment, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (auto value = environment(name); value && !value->empty()) return *std::move(value);
  }
  return {};
}

Result<std::string> service_endpoint(const Environment& environment, std::string_view variable, std::string_view service, std::string_view region) {
  std::string endpoint = TRY(place_of(first_set(environment, {variable, "AWS_ENDPOINT_URL"}))).endpoint;
  if (endpoint.empty()) endpoint = fmt::format("https://{}.{}.{}", service, region, domain_of(region));
  return endpoint;
}

Result<DynamoDbOptions> table_at(std::string_view text, const Environment& environment) {
  const Location location = TRY(parse(text, "dynamodb://", {"region", "endpoint"}, "dynamodb://TABLE?region=eu-central-1"));
  const Place place = TRY(endpoint_of(location, environment, "AWS_ENDPOINT_URL_DYNAMODB"));
  if (!place.path.empty()) return no_endpoint(place.endpoint + place.path);
  DynamoDbOptions options{.table = location.name};
  options.endpoint = place.endpoint;
  options.region = TRY(region_of(location, environment));
  if (options.endpoint.empty()) options.endpoint = fmt::format("https://dynamodb.{}.{}", options.region, domain_of(options.region));
  return options;
}

Result<S3Options> bucket_at(std::string_view text, const Environment& environment) {
  constexpr std::string_view kExample = "s3://BUCKET?region=eu-central-1, or s3://BUCKET?endpoint=https://rgw.example.org";
  const Location location = TRY(parse(text, "s3://", {"region", "endpoint", "style", "checksums", "public", "tickets"}, kExample));
  const Place place = TRY(endpoint_of(location, environment, "AWS_ENDPOINT_URL_S3")), shown = TRY(place_of(location.option("public")));
  S3Options options{.path = place.path, .public_endpoint = shown.endpoint, .public_path = shown.path, .bucket = location.name};
  options.endpoint = place.endpoint;
  options.region = TRY(region_of(location, environment));
  const bool aws = options.endpoint.empty();
  if (aws) options.endpoint = fmt::format("https://s3.{}.{}", options.region, domain_of(options.region));
  const std::string style = location.option("style"), checksums = location.option("checksums"), tickets = location.option("tickets");
  if (!style.empty() && style != "host" && style != "path") return fail(ErrorCode::invalid, "'style' is host (the bucket in the host name) or path.");
  if (!checksums.empty() && checksums != "full" && checksums != "parts") return fail(ErrorCode::invalid, "'checksums' is full (the engine keeps that of a whole object) or parts.");
  if (!tickets.empty() && tickets != "satchel") return fail(ErrorCode::invalid, "'tickets' is satchel (the endpoint is Satchel's own), or not given.");
  options.tickets = !tickets.empty();
  options.bucket_in_host = style.empty() ? aws : style == "host";
  options.full_object_checksums = checksums != "parts";
  return options;
}

}  // namespace satchel::aws
