// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/paths.hpp"

#include "satchel/model/name.hpp"

namespace satchel {

Result<std::vector<std::string>> names_of(std::string_view path) {
  std::vector<std::string> names;
  if (path.empty()) return names;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    names.push_back(TRY(check_name(path.substr(begin, end - begin))));
    begin = end + 1;
  }
  if (names.size() > kDeepest) return fail(ErrorCode::invalid, "The path has too many folders. Use at most 100.", {}, "too_deep");
  return names;
}

}  // namespace satchel
