// SPDX-License-Identifier: Apache-2.0
// A stranger's request target, query, cookies and folder path: nothing crashes, and what is accepted can lead to no other place.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "satchel/base/encoding.hpp"
#include "satchel/functions/paths.hpp"
#include "satchel/runtime/decode.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check_path(std::string_view path) {
  require(path.starts_with('/'));
  const auto decoded = satchel::percent_decode(path);
  require(decoded && satchel::is_utf8(*decoded));
  require(decoded->find('\0') == std::string::npos);
  for (std::string_view bad : {"//", "/./", "/../"}) require(path.find(bad) == std::string_view::npos);
  require(!path.ends_with("/..") && !path.ends_with("/."));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = satchel::decode_target(text)) check_path(target->path);
  if (const auto query = satchel::decode_query(text)) {
    for (const auto& [name, value] : *query) require(!name.empty() && satchel::is_utf8(value));
  }
  for (const auto& [name, value] : satchel::decode_cookies(text)) require(!name.empty());
  if (const auto names = satchel::names_of(text)) {
    for (const std::string& name : *names) require(!name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos);
  }
  return 0;
}
