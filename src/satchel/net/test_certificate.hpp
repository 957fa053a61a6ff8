// SPDX-License-Identifier: Apache-2.0
// For tests of TLS: a certificate that vouches for itself, good for an hour.
#pragma once

#include <string>

namespace satchel::net {

/// Writes FOLDER/NAME.pem and FOLDER/NAME.key. `alternative_names`: such as "DNS:localhost,IP:127.0.0.1".
void write_certificate(const std::string& folder, const std::string& name, const char* alternative_names, const char* subject = "satchel test");

}  // namespace satchel::net
