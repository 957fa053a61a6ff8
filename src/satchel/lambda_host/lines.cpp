// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda_host/lines.hpp"

#include <algorithm>

namespace satchel::lambda_host {

void Lines::append(std::string_view bytes) { line_ += bytes.substr(0, std::min(bytes.size(), longest_ - line_.size())); }

void Lines::add(std::string_view bytes) {
  for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    append(bytes.substr(0, end));
    finish();
    bytes.remove_prefix(end + 1);
  }
  append(bytes);
}

void Lines::finish() {
  if (!line_.empty()) take_(line_);
  line_.clear();
}

}  // namespace satchel::lambda_host
