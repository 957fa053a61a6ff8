// SPDX-License-Identifier: Apache-2.0
// What the S3 endpoint says when it refuses: status, S3's code, a sentence; as the XML document that S3 clients read.
#pragma once

#include <string>
#include <string_view>

#include "satchel/base/result.hpp"

namespace satchel::objects {

/// What goes over the wire.
struct Failure {
  int status = 500;
  std::string code;
  std::string message;
};

/// An Error whose type is S3's own code ("NoSuchKey"); the status follows from the code.
std::unexpected<Error> refuse(ErrorCode code, std::string_view s3_code, std::string message);

/// Of errors made by refuse(), by the verifier and by the storage engine alike.
Failure failure_of(const Error& error);

/// `resource` is the path as it was sent.
std::string to_xml(const Failure& failure, std::string_view resource, std::string_view request_id);

}  // namespace satchel::objects
