// SPDX-License-Identifier: Apache-2.0
// The header under which a download is saved (RFC 6266, RFC 8187).
#pragma once

#include <string>
#include <string_view>

namespace satchel {

/// `attachment; filename="Gr__e.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt`: an ASCII name for old clients, the true one for the
/// rest. Control characters and those that turn the reading direction are left out, since they show another ending than
/// the file has. Bytes that are no UTF-8 become '_'. Always a valid field value.
std::string content_disposition(std::string_view file_name, bool inline_view);

}  // namespace satchel
