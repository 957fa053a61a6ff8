// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/sigv4.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel::net {
namespace {

constexpr std::size_t kKeysHeld = 256;

/// Runs of spaces and tabs become one space; none at the ends.
std::string squeeze(std::string_view value) {
  std::string squeezed;
  for (const char c : value) {
    const bool space = c == ' ' || c == '\t';
    if (!space) {
      squeezed += c;
    } else if (!squeezed.empty() && squeezed.back() != ' ') {
      squeezed += ' ';
    }
  }
  if (squeezed.ends_with(' ')) squeezed.pop_back();
  return squeezed;
}

std::string canonical_query(const Parameters& query) {
  Parameters encoded;
  for (const auto& [name, value] : query) {
    if (name != "X-Amz-Signature") encoded.emplace_back(percent_encode(name), percent_encode(value));
  }
  std::ranges::sort(encoded);
  std::string text;
  for (const auto& [name, value] : encoded) text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  return text;
}

std::string canonical_value(const Fields& fields, std::string_view name) {
  std::string joined;
  bool first = true;
  for (const Field& field : fields) {
    if (field.name != name) continue;
    if (!std::exchange(first, false)) joined += ',';
    joined += squeeze(field.value);
  }
  return joined;
}

std::string host_of(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return std::string(scheme == std::string_view::npos ? origin : origin.substr(scheme + 3));
}

std::vector<std::string> sorted_names(const Fields& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace

Result<Target> Target::parse(std::string_view raw) {
  const auto broken = [] { return fail(ErrorCode::invalid, "The address is not well formed. Encode it as a URL.", {}, "InvalidURI"); };
  if (!raw.starts_with('/')) return broken();
  const std::size_t mark = raw.find('?');
  auto path = percent_decode(raw.substr(0, mark));
  if (!path) return broken();
  Target target{std::move(*path), {}};
  std::string_view rest = mark == std::string_view::npos ? std::string_view{} : raw.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals));
    auto value = percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1));
    if (!name || !value) return broken();
    target.query.emplace_back(std::move(*name), std::move(*value));
  }
  return target;
}

std::optional<std::string_view> Target::find(std::string_view name) const {
  const auto found = std::ranges::find(query, name, &Parameters::value_type::first);
  return found == query.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::string CredentialScope::text() const { return fmt::format("{}/{}/{}/aws4_request", date, region, service); }

std::string signing_key(std::string_view secret, const CredentialScope& scope) {
  std::string key = hmac_sha256(fmt::format("AWS4{}", secret), scope.date);
  key = hmac_sha256(key, scope.region);
  key = hmac_sha256(key, scope.service);
  return hmac_sha256(key, "aws4_request");
}

std::string SigningKeys::get(const std::string& secret, const CredentialScope& scope) {
  if (secret.empty()) std::abort();  // "AWS4" alone would be a key that everybody knows
  const std::pair name(secret, scope.text());
  const std::scoped_lock lock(mutex_);
  if (const auto found = keys_.find(name); found != keys_.end()) return found->second;
  if (keys_.size() >= kKeysHeld) keys_.clear();
  return keys_.emplace(name, signing_key(secret, scope)).first->second;
}

std::string canonical_request(std::string_view method, const Target& target, const Fields& fields,
                              const std::vector<std::string>& signed_headers, std::string_view payload_hash) {
  std::string headers;
  for (const std::string& name : signed_headers) headers += fmt::format("{}:{}\n", name, canonical_value(fields, name));
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", method, percent_encode(target.path, /*keep_slash=*/true), canonical_query(target.query),
                     headers, fmt::join(signed_headers, ";"), payload_hash);
}

std::string string_to_sign(std::string_view amz_date, const CredentialScope& scope, std::string_view canonical) {
  return fmt::format("{}\n{}\n{}\n{}", kSigV4Algorithm, amz_date, scope.text(), to_hex(sha256(canonical)));
}

std::string signature(std::string_view key, std::string_view text) { return to_hex(hmac_sha256(key, text)); }

Fields sign_headers(const SigningRequest& request, const Credential& credential, Time now) {
  const std::string date = format_amz(now);
  const CredentialScope scope{date.substr(0, 8), request.region, request.service};
  Fields added{{"host", host_of(request.origin)}, {"x-amz-date", date}};
  if (!request.fields.find("x-amz-content-sha256")) added.add("x-amz-content-sha256", request.payload_hash);
  if (!credential.session_token.empty()) added.add("x-amz-security-token", credential.session_token);
  Fields all = request.fields;
  for (const Field& field : added) all.add(field.name, field.value);
  const auto names = sorted_names(all);
  const std::string canonical = canonical_request(request.method, request.target, all, names, request.payload_hash);
  added.add("authorization", fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", kSigV4Algorithm, credential.access_key,
                                         scope.text(), fmt::join(names, ";"),
                                         signature(signing_key(credential.secret, scope), string_to_sign(date, scope, canonical))));
  return added;
}

std::string encode_target(const Target& target) {
  std::string text = percent_encode(target.path, /*keep_slash=*/true);
  char separator = '?';
  for (const auto& [name, value] : target.query) {
    text += std::exchange(separator, '&');
    text += percent_encode(name);
    if (!value.empty() || name.empty()) text += '=' + percent_encode(value);
  }
  return text;
}

std::string presign(const SigningRequest& request, const Credential& credential, Time now, Duration lifetime, SigningKeys* keys) {
  const std::string date = format_amz(now);
  const CredentialScope scope{date.substr(0, 8), request.region, request.service};
  Fields all = request.fields;
  all.add("host", host_of(request.origin));
  const auto names = sorted_names(all);
  Target target = request.target;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(lifetime).count();
  for (auto& [name, value] : Parameters{{"X-Amz-Algorithm", std::string(kSigV4Algorithm)},
                                        {"X-Amz-Credential", fmt::format("{}/{}", credential.access_key, scope.text())},
                                        {"X-Amz-Date", date},
                                        {"X-Amz-Expires", std::to_string(seconds)},
                                        {"X-Amz-SignedHeaders", fmt::format("{}", fmt::join(names, ";"))}}) {
    target.query.emplace_back(name, value);
  }
  if (!credential.session_token.empty()) target.query.emplace_back("X-Amz-Security-Token", credential.session_token);
  const std::string canonical = canonical_request(request.method, target, all, names, request.payload_hash);
  const std::string key = keys ? keys->get(credential.secret, scope) : signing_key(credential.secret, scope);
  target.query.emplace_back("X-Amz-Signature", signature(key, string_to_sign(date, scope, canonical)));
  return request.origin + encode_target(target);
}

}  // namespace satchel::net
