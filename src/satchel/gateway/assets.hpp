// SPDX-License-Identifier: Apache-2.0
// The front-end's files, compressed when the binary was built: which of their forms a client gets, and whether it has it already.
// Pure; any thread may call.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "satchel/net/http.hpp"

namespace satchel::gateway {

struct Asset {
  std::string_view path;                        // "/assets/index-3f2a.js"
  std::string_view type;                        // content-type
  std::string_view digest;                      // of the plain bytes: the ETag's stem
  std::string_view plain, gzip, brotli;         // the latter two empty where they would not be smaller
};

class Assets {
 public:
  /// The table and its bytes outlive it.
  explicit Assets(std::span<const Asset> table);

  /// Null where there is none.
  const Asset* find(std::string_view path) const;

 private:
  std::unordered_map<std::string_view, const Asset*> by_path_;
};

struct AssetAnswer {
  net::ResponseHead head;
  std::string_view body;
};

/// 200, or 304 where If-None-Match has the form's ETag. Names below /assets/ carry a hash and are kept for ever; the rest is asked for
/// again each time. For any other status there is no 304.
AssetAnswer answer_asset(const Asset& asset, const net::Fields& request, int status = 200);

/// The weight of a coding in Accept-Encoding (RFC 9110 section 12.5.3), in thousandths; 0: not wanted.
int coding_weight(std::string_view accept_encoding, std::string_view coding);

}  // namespace satchel::gateway
