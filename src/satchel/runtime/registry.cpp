// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // '/'
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

/// How well a template fits: the number of its literal segments, or -1. Literals win over parameters.
int fit(const std::vector<std::string_view>& wanted, const std::vector<std::string_view>& given, TextMap& parameters) {
  if (wanted.size() != given.size()) return -1;
  int literals = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      auto value = percent_decode(given[i]);
      if (!value || value->empty() || !is_utf8(*value)) return -1;
      parameters.insert_or_assign(std::string(wanted[i].substr(1, wanted[i].size() - 2)), *std::move(value));
    } else if (wanted[i] == given[i]) {
      ++literals;
    } else {
      return -1;
    }
  }
  return literals;
}

}  // namespace

void Wiring::demand(Port port) const {
  if (std::ranges::find(row_->ports, port) != row_->ports.end()) return;
  std::fputs(fmt::format("the row '{}' takes a port that it does not list\n", row_->name).c_str(), stderr);
  std::abort();
}

const TableReader& Wiring::reader() const { return demand(Port::table_reader), ports_->table; }
TableWriter Wiring::writer() const { return {ports_->table, {row_->writes.begin(), row_->writes.end()}}; }
const UploadSigner& Wiring::upload_signer() const { return demand(Port::upload_signer), ports_->objects; }
const DownloadSigner& Wiring::download_signer() const { return demand(Port::download_signer), ports_->objects; }
ObjectAssembler& Wiring::assembler() const { return demand(Port::object_assembler), ports_->objects; }
ObjectRemover& Wiring::remover() const { return demand(Port::object_remover), ports_->objects; }
Directory& Wiring::directory() const { return demand(Port::directory), ports_->directory; }
Mailer& Wiring::mailer() const { return demand(Port::mailer), ports_->mailer; }
const Vault& Wiring::vault() const { return demand(Port::vault), ports_->vault; }
PasswordHasher& Wiring::hasher() const { return demand(Port::password_hasher), ports_->hasher; }

Registry::Registry(std::vector<Row> rows, const Ports& ports) {
  bound_.reserve(rows.size());
  for (Row& row : rows) {
    auto function = row.make(Wiring(ports, row));
    bound_.push_back({std::move(row), std::move(function)});
  }
}

Registry::Match Registry::match(std::string_view method, std::string_view path) const {
  if (!path.starts_with('/')) return {};
  const auto given = segments(path);
  const std::string_view sought = method == "HEAD" ? "GET" : method;
  Match best;
  int best_fit = -1;
  for (const Bound& bound : bound_) {
    const Route* route = std::get_if<Route>(&bound.row.trigger);
    TextMap parameters;
    const int literals = route ? fit(segments(route->path), given, parameters) : -1;
    if (literals < 0) continue;
    if (route->method != sought) {
      best.allowed.emplace_back(route->method);
    } else if (literals > best_fit) {
      best_fit = literals;
      best.bound = &bound;
      best.parameters = std::move(parameters);
    }
  }
  if (best.bound) best.allowed.clear();
  return best;
}

std::vector<const Bound*> Registry::consumers(std::string_view type) const {
  std::vector<const Bound*> found;
  for (const Bound& bound : bound_) {
    const OnEvent* event = std::get_if<OnEvent>(&bound.row.trigger);
    if (event && event->type == type) found.push_back(&bound);
  }
  return found;
}

}  // namespace satchel
