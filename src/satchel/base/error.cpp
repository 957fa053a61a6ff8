// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/error.hpp"

#include <utility>

namespace satchel {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return "invalid";
    case ErrorCode::unauthenticated: return "unauthenticated";
    case ErrorCode::forbidden: return "forbidden";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::gone: return "gone";
    case ErrorCode::conflict: return "conflict";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::too_many: return "too_many";
    case ErrorCode::deadline_exceeded: return "deadline_exceeded";
    case ErrorCode::unavailable: return "unavailable";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::internal: return "internal";
  }
  std::unreachable();
}

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid: return 400;
    case ErrorCode::unauthenticated: return 401;
    case ErrorCode::forbidden: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::gone: return 410;
    case ErrorCode::conflict: return 409;
    case ErrorCode::too_large: return 413;
    case ErrorCode::too_many: return 429;
    case ErrorCode::deadline_exceeded: return 504;
    case ErrorCode::unavailable: return 503;
    case ErrorCode::unsupported: return 501;
    case ErrorCode::internal: return 500;
  }
  std::unreachable();
}

bool is_retryable(ErrorCode code) {
  switch (code) {
    case ErrorCode::conflict:
    case ErrorCode::too_many:
    case ErrorCode::deadline_exceeded:
    case ErrorCode::unavailable: return true;
    case ErrorCode::invalid:
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
    case ErrorCode::gone:
    case ErrorCode::too_large:
    case ErrorCode::unsupported:
    case ErrorCode::internal: return false;
  }
  std::unreachable();
}

}  // namespace satchel
