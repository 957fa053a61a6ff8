// SPDX-License-Identifier: Apache-2.0
// Bytes of a stranger as JSON: nothing crashes, and what is accepted says the same after it was written and read again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "satchel/base/encoding.hpp"
#include "satchel/base/json.hpp"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = satchel::Json::parse(text);
  if (!value) {
    require(value.error().code == satchel::ErrorCode::invalid && !value.error().message.empty());
    return 0;
  }
  require(satchel::is_utf8(text));
  const std::string written = value->text();
  const auto again = satchel::Json::parse(written);
  require(again && again->text() == written);
  if (auto reader = satchel::JsonReader::over(*value, "")) {
    (void)reader->optional_text("name");
    (void)reader->optional_number("size");
    (void)reader->optional_time("expires");
    (void)reader->optional_texts("scopes");
    (void)reader->objects("files");
    (void)reader->finish();
  }
  return 0;
}
