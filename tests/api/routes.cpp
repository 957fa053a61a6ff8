// SPDX-License-Identifier: Apache-2.0
// Prints the routes of all functions, one a line: method, path, name, access, scope ("-" for none). check_openapi.py reads it.
#include <fmt/format.h>

#include <cstdio>

#include "satchel/functions/registry.hpp"
#include "satchel/identity/registry.hpp"

namespace {

std::string_view to_string(satchel::Access access) {
  switch (access) {
    case satchel::Access::open: return "open";
    case satchel::Access::user: return "user";
    case satchel::Access::admin: return "admin";
  }
  return "?";
}

}  // namespace

int main() {
  for (const auto& rows : {satchel::function_rows, satchel::identity_rows}) {
    for (const satchel::Row& row : rows()) {
      const auto* route = std::get_if<satchel::Route>(&row.trigger);
      if (!route) continue;
      std::fputs(fmt::format("{} {} {} {} {}\n", route->method, route->path, row.name, to_string(row.access), row.scope.empty() ? "-" : row.scope).c_str(), stdout);
    }
  }
}
