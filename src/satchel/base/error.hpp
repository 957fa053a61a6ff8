// SPDX-License-Identifier: Apache-2.0
// What can go wrong, in twelve words. An adapter classifies, a function decides, the edge translates.
#pragma once

#include <string>
#include <string_view>

namespace satchel {

enum class ErrorCode {
  invalid,            // the caller sent something that can never work: mend it, do not repeat it
  unauthenticated,    // who asks is not known
  forbidden,          // who asks is known and may not
  not_found,          // it is not there, or the caller may not know that it is
  gone,               // it was there and is over: expired, spent, withdrawn
  conflict,           // the state has changed or is taken; reading again may help
  too_large,          // over a limit of size or quota
  too_many,           // over a limit of rate; later is fine
  deadline_exceeded,  // time ran out; whether there was an effect is unknown
  unavailable,        // somebody we need does not answer; whether there was an effect is unknown
  unsupported,        // a form that is known and not offered
  internal,           // a defect of ours
};

/// An error as a value.
struct Error {
  ErrorCode code;
  std::string message;      // may be shown to the caller: a sentence that says what to do
  std::string detail = {};  // for the log only
  std::string type = {};    // RFC 9457 problem type, a short word such as "name_taken"; empty: the code's name
};

std::string_view to_string(ErrorCode code);

/// The HTTP status of a code (RFC 9110).
int http_status(ErrorCode code);

/// Whether the same call may succeed when repeated unchanged.
bool is_retryable(ErrorCode code);

}  // namespace satchel
