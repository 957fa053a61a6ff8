// SPDX-License-Identifier: Apache-2.0
// Pieces of share, send and get: what a person gives with a link.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/result.hpp"
#include "satchel/cli/console.hpp"

namespace satchel::cli {

/// The first line of standard input. Error: invalid where it is empty.
Result<std::string> read_password(World& world);

/// PUBLIC_URL and token of a link "PUBLIC_URL/s/TOKEN"; empty where the text is no link.
struct LinkAddress {
  std::string url;
  std::string token;
};
std::optional<LinkAddress> parse_link(std::string_view text);

}  // namespace satchel::cli
