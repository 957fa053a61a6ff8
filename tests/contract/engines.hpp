// SPDX-License-Identifier: Apache-2.0
// The engines that `make test-engines` has started, as the environment names them.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace satchel::contract {

/// "Moto=http://127.0.0.1:5000 MiniStack=http://127.0.0.1:4566": names and endpoints. Empty where the variable is not set.
inline std::vector<std::pair<std::string, std::string>> engines_in(const char* variable) {
  std::vector<std::pair<std::string, std::string>> engines;
  const char* value = std::getenv(variable);
  std::string_view rest = value ? value : "";
  while (!rest.empty()) {
    const std::string_view engine = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(engine.size() + 1, rest.size()));
    const std::size_t equals = engine.find('=');
    engines.emplace_back(engine.substr(0, equals), engine.substr(equals + 1));
  }
  return engines;
}

}  // namespace satchel::contract
