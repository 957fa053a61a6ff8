// SPDX-License-Identifier: Apache-2.0
// Prints what infra/ needs to know of the program as JSON: all rows of the registries, the prefixes of the key families, and the headers
// that the gateway adds to each kind of answer. infra/registry.json is its output; infra/generate.py makes templates from that.
#include <cstdio>
#include <string>

#include "satchel/base/json.hpp"
#include "satchel/functions/registry.hpp"
#include "satchel/gateway/security_headers.hpp"
#include "satchel/identity/registry.hpp"

namespace {

using namespace satchel;

std::string_view to_string(Access access) {
  switch (access) {
    case Access::open: return "open";
    case Access::user: return "user";
    case Access::admin: return "admin";
  }
  return "?";
}

std::string_view to_string(Port port) {
  switch (port) {
    case Port::table_reader: return "table_reader";
    case Port::upload_signer: return "upload_signer";
    case Port::download_signer: return "download_signer";
    case Port::object_assembler: return "object_assembler";
    case Port::object_remover: return "object_remover";
    case Port::directory: return "directory";
    case Port::mailer: return "mailer";
    case Port::vault: return "vault";
    case Port::password_hasher: return "password_hasher";
  }
  return "?";
}

struct DescribeTrigger {
  Json& row;
  void operator()(const Route& route) const { row.set("route", route.method).set("path", route.path); }
  void operator()(const OnEvent& event) const { row.set("event", event.type); }
  void operator()(const Every& every) const { row.set("every_ms", std::int64_t{every.period.count()}); }
};

Json describe(const Row& row) {
  Json described = Json::object({{"name", row.name}, {"group", row.group}});
  std::visit(DescribeTrigger{described}, row.trigger);
  described.set("access", to_string(row.access)).set("scope", row.scope);
  Json ports = Json::array(), writes = Json::array();
  for (const Port port : row.ports) ports.push(to_string(port));
  for (const Family family : row.writes) writes.push(prefix(family));
  described.set("ports", ports).set("writes", writes);
  return described.set("body_limit", std::uint64_t{row.body_limit}).set("timeout_ms", std::int64_t{row.timeout.count()}).set("concurrency", row.concurrency);
}

Json headers(gateway::Kind kind) {
  // Origins that stand for those of an installation.
  const gateway::SecurityHeaders security({.public_url = "https://app.invalid", .content_url = "https://content.invalid",
                                           .connect = {"https://objects.invalid", "https://issuer.invalid", "https://sign-in.invalid"}});
  net::ResponseHead head{.status = 200, .fields = {}};
  security.add_to(head, kind);
  Json fields = Json::object();
  for (const net::Field& field : head.fields) fields.set(field.name, field.value);
  return fields;
}

}  // namespace

int main() {
  Json rows = Json::array();
  for (const auto& registry : {function_rows, identity_rows}) {
    for (const Row& row : registry()) rows.push(describe(row));
  }
  const Json all = Json::object({{"rows", rows},
                                 {"object_created", kObjectCreated},
                                 {"headers", Json::object({{"page", headers(gateway::Kind::page)}, {"data", headers(gateway::Kind::data)}, {"mount", headers(gateway::Kind::mount)}})}});
  std::puts(all.text().c_str());
}
