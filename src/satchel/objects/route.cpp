// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/route.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "satchel/objects/failure.hpp"

namespace satchel::objects {
namespace {

constexpr std::size_t kLongestKey = 1024;

// What would change the meaning of a request: never to be passed over.
constexpr std::array<std::string_view, 8> kRefusedHeaders{
    "x-amz-copy-source",   "x-amz-server-side-encryption", "x-amz-object-lock-", "x-amz-website-redirect-location",
    "x-amz-tagging",       "x-amz-grant-",                 "x-amz-write-offset-bytes", "x-amz-bypass-governance-retention"};

constexpr std::array<std::string_view, 5> kPlainParameters{"x-id", "x-satchel-ticket", "x-satchel-lease", "x-satchel-if-none-match", "versionId"};

struct Row {
  std::string_view method;
  std::string_view mark;  // the parameter that tells operations of one method apart
  Operation operation;
  std::array<std::string_view, 4> parameters;  // what it takes beside kPlainParameters
};

constexpr std::array kRows{
    Row{"GET", "uploadId", Operation::list_parts, {"uploadId", "max-parts", "part-number-marker", "encoding-type"}},
    Row{"GET", "", Operation::get_object, {"response-"}},
    Row{"HEAD", "", Operation::head_object, {"response-"}},
    Row{"PUT", "uploadId", Operation::upload_part, {"uploadId", "partNumber"}},
    Row{"PUT", "", Operation::put_object, {}},
    Row{"POST", "uploads", Operation::create_upload, {"uploads"}},
    Row{"POST", "uploadId", Operation::complete_upload, {"uploadId"}},
    Row{"DELETE", "uploadId", Operation::abort_upload, {"uploadId"}},
    Row{"DELETE", "", Operation::delete_object, {}},
};

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lowered;
}

bool changes_meaning(std::string_view name) {
  return std::ranges::any_of(kRefusedHeaders, [&](std::string_view refused) { return name.starts_with(refused); });
}

std::unexpected<Error> not_offered(std::string_view what) {
  return refuse(ErrorCode::unsupported, "NotImplemented", fmt::format("{} is not offered by this store.", what));
}

bool takes(const Row& row, std::string_view name) {
  // Signers put headers into the query; those that change the meaning have been refused, the rest of x-amz-* is the signature.
  if (lower(name).starts_with("x-amz-")) return true;
  if (std::ranges::find(kPlainParameters, name) != kPlainParameters.end()) return true;
  return std::ranges::any_of(row.parameters, [&](std::string_view known) {
    return !known.empty() && (known.ends_with('-') ? name.starts_with(known) : name == known);
  });
}

Result<void> refuse_other_meanings(const net::VerifiedRequest& request, const net::Fields& fields) {
  for (const net::Field& field : fields) {
    if (changes_meaning(field.name)) return not_offered(field.name);
  }
  for (const auto& [name, value] : request.target().query) {
    if (changes_meaning(lower(name))) return not_offered(name);
  }
  if (const auto version = request.target().find("versionId"); version && *version != "null") {
    return refuse(ErrorCode::invalid, "InvalidArgument", "This store keeps no versions.");
  }
  return {};
}

Result<Row> row_of(const net::VerifiedRequest& request) {
  for (const Row& row : kRows) {
    if (row.method != request.method() || (!row.mark.empty() && !request.target().find(row.mark))) continue;
    for (const auto& [name, value] : request.target().query) {
      if (!takes(row, name)) return not_offered(fmt::format("?{}", name));
    }
    return row;
  }
  if (request.method() == "POST") return not_offered("This POST");
  return refuse(ErrorCode::invalid, "MethodNotAllowed", "This method is not known here.");
}

}  // namespace

Result<int> number_in(std::string_view text, std::string_view name, int least, int most) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most) {
    return refuse(ErrorCode::invalid, "InvalidArgument", fmt::format("{} must be a number between {} and {}.", name, least, most));
  }
  return number;
}

Result<Route> route(const net::VerifiedRequest& request, const net::Fields& fields, std::string_view prefix) {
  std::string_view path = request.target().path;
  if (!path.starts_with(prefix) || !path.substr(prefix.size()).starts_with('/')) {
    return refuse(ErrorCode::not_found, "NoSuchBucket", "This address lies outside of the object store.");
  }
  path.remove_prefix(prefix.size() + 1);
  const std::size_t slash = path.find('/');
  Route route;
  route.bucket = path.substr(0, slash);
  if (slash == std::string_view::npos || slash + 1 == path.size()) return not_offered("An operation on a bucket");
  route.key = ObjectKey(std::string(path.substr(slash + 1)));
  if (route.key.str().size() > kLongestKey) return refuse(ErrorCode::invalid, "KeyTooLongError", "A key has at most 1,024 bytes.");
  TRY(refuse_other_meanings(request, fields));
  route.operation = TRY(row_of(request)).operation;
  route.upload = request.target().find("uploadId").value_or("");
  if (route.operation == Operation::upload_part) {
    route.part = TRY(number_in(request.target().find("partNumber").value_or(""), "partNumber", 1, 10'000));
  }
  return route;
}

}  // namespace satchel::objects
