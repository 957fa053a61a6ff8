// SPDX-License-Identifier: Apache-2.0
// Which operation of S3 a verified request asks for. One parse of bucket and key serves authorisation and storage alike; what
// is not known is refused, never read as something else.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "satchel/base/result.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/net/sigv4_verifier.hpp"

namespace satchel::objects {

enum class Operation { get_object, head_object, put_object, delete_object, create_upload, upload_part, list_parts, complete_upload, abort_upload };

struct Route {
  Operation operation = Operation::get_object;
  std::string bucket;
  ObjectKey key;
  std::string upload;  // of the operations on a multipart upload
  int part = 0;        // of upload_part
};

/// Path style: PREFIX/BUCKET/KEY. Errors: unsupported (NotImplemented, also for an x-amz-* header whose meaning is not offered),
/// invalid, not_found.
Result<Route> route(const net::VerifiedRequest& request, const net::Fields& fields, std::string_view prefix);

/// A whole number between bounds. Error: invalid (InvalidArgument).
Result<int> number_in(std::string_view text, std::string_view name, int least, int most);

}  // namespace satchel::objects
