// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/sigv4_verifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel::net {
namespace {

constexpr std::array kQueryNames{"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-signature"};
constexpr std::string_view kContentHash = "x-amz-content-sha256";

std::unexpected<Error> denied(std::string message) { return fail(ErrorCode::forbidden, std::move(message), {}, "AccessDenied"); }
std::unexpected<Error> two_forms() {
  return fail(ErrorCode::invalid, "Send one kind of credential: a signature in the header or one in the URL.", {}, "InvalidArgument");
}
std::unexpected<Error> signature_version_2() {
  return fail(ErrorCode::invalid,
              "This is signed with Signature Version 2, which is not taken. Use Signature Version 4 (boto3: signature_version='s3v4').", {},
              "InvalidRequest");
}
std::unexpected<Error> bad_header(std::string message) {
  return fail(ErrorCode::invalid, std::move(message), {}, "AuthorizationHeaderMalformed");
}
std::unexpected<Error> bad_query(std::string message) {
  return fail(ErrorCode::invalid, std::move(message), {}, "AuthorizationQueryParametersError");
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool has_scheme(std::string_view authorization, std::string_view scheme) {
  return lower(authorization.substr(0, scheme.size())) == lower(scheme) &&
         (authorization.size() == scheme.size() || authorization[scheme.size()] == ' ');
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    parts.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool is_hash(std::string_view text) { return text.size() == 64 && from_hex(text).has_value(); }

/// Lower case tokens in strict order, host among them.
bool is_header_list(const std::vector<std::string>& names) {
  const auto token = [](const std::string& name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && (c < 'A' || c > 'Z') && c != ':' && c != ','; });
  };
  return std::ranges::all_of(names, token) && std::ranges::is_sorted(names, std::ranges::less_equal{}) && std::ranges::find(names, "host") != names.end();
}

/// Which of the kinds a request is; two at once are an error, and so is a scheme of another age.
enum class Credentials { none, header, query };

Result<Credentials> credentials_of(const RequestHead& head, const Target& target) {
  bool query = false, old_query = false;
  for (const auto& [name, value] : target.query) {
    const std::string lowered = lower(name);
    query = query || std::ranges::find(kQueryNames, lowered) != kQueryNames.end();
    old_query = old_query || name == "AWSAccessKeyId" || name == "Signature";
  }
  if (head.fields.count("authorization") > 1) return two_forms();
  const std::string_view authorization = head.fields.find("authorization").value_or("");
  // Anything that begins like an AWS credential is meant as one, and then it has to be right.
  const bool aws = lower(authorization.substr(0, 3)) == "aws", bearer = has_scheme(authorization, "Bearer");
  if (query && old_query) return two_forms();
  if ((query || old_query) && !authorization.empty() && !bearer) return two_forms();
  if (old_query || has_scheme(authorization, "AWS")) return signature_version_2();
  if (query) return Credentials::query;
  return aws ? Credentials::header : Credentials::none;
}

}  // namespace

/// What a request says about its signature, before any of it is believed.
struct Verifier::Claim {
  VerifiedRequest::Form form = VerifiedRequest::Form::header;
  std::string access_key;
  CredentialScope scope;
  std::string date;
  Time time{};
  Duration lifetime{};  // of a URL
  std::vector<std::string> signed_headers;
  std::string signature;
  std::string payload_hash;  // as it stands in the canonical request
};

namespace {

/// "KEY/20261124/us-east-1/s3/aws4_request"; the key itself may hold a slash.
bool take_credential(std::string_view text, std::string& access_key, CredentialScope& scope) {
  auto parts = split(text, '/');
  if (parts.size() < 5 || parts.back() != "aws4_request") return false;
  const std::size_t last = parts.size() - 1;
  scope = {parts[last - 3], parts[last - 2], parts[last - 1]};
  const std::size_t length = text.size() - scope.text().size();
  if (length < 2) return false;
  access_key = text.substr(0, length - 1);
  return true;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Credential, SignedHeaders and Signature, each exactly once.
Result<std::array<std::string, 3>> authorization_parts(std::string_view text) {
  std::array<std::string, 3> values;
  constexpr std::array<std::string_view, 3> kNames{"Credential", "SignedHeaders", "Signature"};
  for (const std::string& part : split(text, ',')) {
    const std::string_view pair = trim(part);
    const std::size_t equals = pair.find('=');
    const auto name = std::ranges::find(kNames, pair.substr(0, equals));
    if (equals == std::string_view::npos || name == kNames.end()) return bad_header("The Authorization header has a part that is not known.");
    std::string& value = values[static_cast<std::size_t>(name - kNames.begin())];
    if (!value.empty()) return bad_header("The Authorization header has a part twice.");
    value = pair.substr(equals + 1);
  }
  if (std::ranges::any_of(values, &std::string::empty)) return bad_header("The Authorization header needs Credential, SignedHeaders and Signature.");
  return values;
}

Result<Payload> payload_of(std::string_view value) {
  if (value == kUnsignedPayload) return Payload{};
  if (is_hash(value)) return Payload{Payload::Kind::sha256, std::string(value)};
  if (value.starts_with("STREAMING-")) {
    return fail(ErrorCode::unsupported, "Uploads in signed chunks (aws-chunked) are not taken. Send the body as it is, with its SHA-256 or UNSIGNED-PAYLOAD.",
                {}, "NotImplemented");
  }
  return fail(ErrorCode::invalid, "x-amz-content-sha256 must be UNSIGNED-PAYLOAD or a SHA-256 in 64 lower case hex digits.", {}, "InvalidArgument");
}

}  // namespace

bool VerifiedRequest::signs(std::string_view header) const { return std::ranges::find(signed_headers_, header) != signed_headers_.end(); }

Verifier::Verifier(VerifierOptions options, Secrets secrets, const Clock& clock)
    : options_(std::move(options)), secrets_(std::move(secrets)), clock_(&clock) {}

Result<Verifier::Claim> Verifier::header_claim(const RequestHead& head) const {
  const std::string_view text = *head.fields.find("authorization");
  if (!has_scheme(text, kSigV4Algorithm)) {
    return fail(ErrorCode::unsupported, "This signature algorithm is not offered. Use AWS4-HMAC-SHA256.", {}, "NotImplemented");
  }
  const auto parts = TRY(authorization_parts(text.substr(kSigV4Algorithm.size())));
  Claim claim;
  if (!take_credential(parts[0], claim.access_key, claim.scope)) return bad_header("The Credential must be KEY/DATE/REGION/SERVICE/aws4_request.");
  claim.signed_headers = split(parts[1], ';');
  claim.signature = parts[2];
  const std::string_view date = head.fields.count("x-amz-date") == 1 ? *head.fields.find("x-amz-date") : std::string_view{};
  if (!date.empty()) {
    const auto time = parse_amz(date);
    if (!time) return denied("x-amz-date must be written as 20261124T120000Z.");
    claim.time = *time;
  } else {
    const auto time = parse_http(head.fields.find("date").value_or(""));
    if (!time || std::ranges::find(claim.signed_headers, "date") == claim.signed_headers.end()) return denied("Send x-amz-date, and sign it.");
    claim.time = *time;
  }
  claim.date = format_amz(claim.time);
  const auto hash = head.fields.find(kContentHash);
  if (!hash) return fail(ErrorCode::invalid, "Send x-amz-content-sha256.", {}, "InvalidRequest");
  claim.payload_hash = *hash;
  return claim;
}

Result<Verifier::Claim> Verifier::query_claim(const RequestHead& head, const Target& target) const {
  constexpr std::array<std::string_view, 6> kNames{"X-Amz-Algorithm",     "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires",
                                                   "X-Amz-SignedHeaders", "X-Amz-Signature"};
  std::array<std::string, 6> values;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (std::ranges::count(target.query, kNames[i], &Parameters::value_type::first) != 1) {
      return bad_query(fmt::format("A signed URL has {} exactly once.", kNames[i]));
    }
    values[i] = *target.find(kNames[i]);
  }
  if (values[0] != kSigV4Algorithm) return bad_query("X-Amz-Algorithm must be AWS4-HMAC-SHA256.");
  Claim claim;
  claim.form = VerifiedRequest::Form::query;
  if (!take_credential(values[1], claim.access_key, claim.scope)) return bad_query("X-Amz-Credential must be KEY/DATE/REGION/SERVICE/aws4_request.");
  const auto time = parse_amz(values[2]);
  if (!time) return bad_query("X-Amz-Date must be written as 20261124T120000Z.");
  claim.time = *time;
  claim.date = values[2];
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(values[3].data(), values[3].data() + values[3].size(), seconds);
  const auto longest = std::chrono::duration_cast<std::chrono::seconds>(options_.longest).count();
  if (error != std::errc{} || end != values[3].data() + values[3].size() || seconds < 1 || seconds > longest) {
    return fail(ErrorCode::forbidden, fmt::format("X-Amz-Expires must lie between 1 and {} seconds.", longest), {}, "AuthorizationQueryParametersError");
  }
  claim.lifetime = std::chrono::seconds(seconds);
  claim.signed_headers = split(values[4], ';');
  claim.signature = values[5];
  const auto in_header = head.fields.find(kContentHash), in_query = target.find("X-Amz-Content-Sha256");
  if (in_header && in_query && *in_header != *in_query) return bad_query("x-amz-content-sha256 says one thing in the URL and another in the header.");
  const bool header_signed = std::ranges::find(claim.signed_headers, kContentHash) != claim.signed_headers.end();
  claim.payload_hash = in_query ? *in_query : in_header && header_signed ? *in_header : kUnsignedPayload;
  return claim;
}

Result<void> Verifier::check_scope(const Claim& claim) const {
  const auto malformed = [&](std::string message) -> Result<void> {
    return claim.form == VerifiedRequest::Form::header ? bad_header(std::move(message)) : bad_query(std::move(message));
  };
  if (!is_header_list(claim.signed_headers)) return malformed("SignedHeaders must be lower case, sorted and hold host.");
  if (!is_hash(claim.signature)) return malformed("The signature must have 64 lower case hex digits.");
  if (claim.scope.date != claim.date.substr(0, 8)) return malformed("The date of the credential is not that of the request.");
  if (claim.scope.service != options_.service) return malformed(fmt::format("The service of the credential must be {}.", options_.service));
  if (claim.scope.region != options_.region) return malformed(fmt::format("The region of the credential must be {}.", options_.region));
  return {};
}

Result<void> Verifier::check_time(const Claim& claim) const {
  const Time now = clock_->now();
  if (claim.form == VerifiedRequest::Form::query) {
    if (claim.time > now + options_.skew) return denied("This URL is not valid yet. Check the clock of the machine that signed it.");
    if (now > claim.time + claim.lifetime) return denied("This URL has expired. Ask for a fresh one.");
    return {};
  }
  if (claim.time > now + options_.skew || claim.time < now - options_.skew) {
    return fail(ErrorCode::forbidden, "The time of the request and ours differ too much. Set your clock.", {}, "RequestTimeTooSkewed");
  }
  return {};
}

Result<void> Verifier::check_signature(const Claim& claim, const RequestHead& head, const Target& target) const {
  for (const std::string& name : claim.signed_headers) {
    if (!head.fields.find(name)) return denied(fmt::format("The header {} is signed and was not sent.", name));
  }
  for (const Field& field : head.fields) {
    const bool must = field.name.starts_with("x-amz-") && field.name != kContentHash;
    if (must && std::ranges::find(claim.signed_headers, field.name) == claim.signed_headers.end()) {
      return denied(fmt::format("The header {} was sent and is not signed.", field.name));
    }
  }
  const auto secret = secrets_(claim.access_key);
  if (!secret || secret->empty()) return fail(ErrorCode::forbidden, "This access key does not exist.", {}, "InvalidAccessKeyId");
  const auto fits = [&](std::string_view method) {
    const std::string canonical = canonical_request(method, target, head.fields, claim.signed_headers, claim.payload_hash);
    return equal_constant_time(signature(keys_.get(*secret, claim.scope), string_to_sign(claim.date, claim.scope, canonical)), claim.signature);
  };
  // Who may GET by a URL may ask for the head alone; S3 refuses that, and every download manager does it.
  const bool lesser = head.method == "HEAD" && claim.form == VerifiedRequest::Form::query;
  if (!fits(head.method) && !(lesser && fits("GET"))) {
    return fail(ErrorCode::forbidden, "The signature does not fit the request. Check the secret key and what was signed.", {}, "SignatureDoesNotMatch");
  }
  return {};
}

Result<VerifiedRequest> Verifier::verify(const RequestHead& head) const {
  Target target = TRY(Target::parse(head.target));
  const Credentials credentials = TRY(credentials_of(head, target));
  if (credentials == Credentials::none) return denied("Nobody may do this without a signature.");
  if (head.fields.count("host") != 1 || head.fields.count(kContentHash) > 1) return denied("Send each of host and x-amz-content-sha256 once.");
  if (head.fields.find("x-amz-security-token") || target.find("X-Amz-Security-Token")) {
    return fail(ErrorCode::invalid, "Session tokens are not known here. Use an access key and its secret.", {}, "InvalidToken");
  }
  Claim claim = credentials == Credentials::header ? TRY(header_claim(head)) : TRY(query_claim(head, target));
  TRY(check_scope(claim));
  TRY(check_time(claim));
  // The header that is not signed still says what the body is to be checked against.
  const auto declared = head.fields.find(kContentHash);
  Payload payload = TRY(payload_of(declared ? *declared : std::string_view(claim.payload_hash)));
  TRY(check_signature(claim, head, target));
  VerifiedRequest verified;
  verified.access_key_ = std::move(claim.access_key);
  verified.form_ = claim.form;
  verified.method_ = head.method;
  verified.target_ = std::move(target);
  verified.payload_ = std::move(payload);
  verified.signed_headers_ = std::move(claim.signed_headers);
  return verified;
}

}  // namespace satchel::net
