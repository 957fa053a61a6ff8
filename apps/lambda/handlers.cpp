// SPDX-License-Identifier: Apache-2.0
#include "apps/lambda/handlers.hpp"

#include <set>
#include <utility>

#include "satchel/functions/registry.hpp"
#include "satchel/identity/registry.hpp"

namespace satchel {

std::vector<Row> all_rows(Provider provider) {
  std::vector<Row> rows = function_rows();
  for (Row& row : provider == Provider::own ? identity_rows() : rows_beside_outside_issuer()) rows.push_back(std::move(row));
  return rows;
}

std::vector<Row> rows_of_group(std::string_view group, Provider provider) {
  std::vector<Row> rows = all_rows(provider);
  std::erase_if(rows, [&](const Row& row) { return row.group != group; });
  return rows;
}

std::string handler_names() {
  std::set<std::string_view> names{kAuthorizer, kCognito, kFanout};
  for (const Row& row : all_rows()) names.insert(row.group);
  std::string list;
  for (const std::string_view name : names) (list += list.empty() ? "" : ", ") += name;
  return list;
}

}  // namespace satchel
