// SPDX-License-Identifier: Apache-2.0
// Answers of the endpoint, and errors as DynamoDB writes them: a status, a type string, a sentence, and the reasons of a cancelled transaction. Pure; any thread may call.
// Source: Amazon DynamoDB Developer Guide, "Error handling with DynamoDB".
#pragma once

#include <cstddef>
#include <string>

#include "satchel/base/error.hpp"
#include "satchel/base/json.hpp"

namespace satchel::dynamodb {

struct Answer {
  int status = 200;
  Json document;
};

/// An error whose `type` is AWS's where it has one; else what its code comes to.
Answer failure_of(const Error& error);

/// A transaction that was cancelled: reason `code` ("ConditionalCheckFailed") of the operation at `place`, "None" of the others.
Answer cancelled(std::size_t operations, std::size_t place, const std::string& code, const std::string& sentence);
/// The same for an error of Table::write() that says nothing was written.
Answer cancelled_by(const Error& error, std::size_t operations);

/// AWS's word for what Verifier refused.
Error signature_error(Error error);

}  // namespace satchel::dynamodb
