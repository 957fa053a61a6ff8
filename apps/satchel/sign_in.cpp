// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/sign_in.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "satchel/identity/clients.hpp"
#include "satchel/identity/directory.hpp"
#include "satchel/identity/outside_people.hpp"
#include "satchel/identity/registry.hpp"
#include "satchel/identity/setup.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/model/keys.hpp"
#include "satchel/net/client.hpp"
#include "satchel/oidc/issuer.hpp"

namespace satchel {
namespace {

class OwnProvider final : public SignIn {
 public:
  OwnProvider(const Configuration& configuration, Table& table, const Vault& vault, const Process& process)
      : public_url_(configuration.public_url), table_(&table), vault_(&vault), random_(&process.random), directory_(table, vault, process.random, configuration.quota), keys_(table, vault),
        issuer_{keys_, configuration.issuer()} {}

  Result<void> prepare(const Call& call) { return keys_.tend(call, TableWriter(*table_, {Family::key}), *random_); }

  Directory& directory() override { return directory_; }
  const TrustedIssuer& issuer() const override { return issuer_; }
  std::vector<Row> rows() const override { return identity_rows(); }
  Json::Object page() const override {
    return {{"issuer", issuer_.issuer}, {"client_id", identity::kWebClient}, {"cli_client_id", identity::kCliClient}, {"scope", "openid profile email offline_access"}, {"accounts", "here"}};
  }
  std::vector<std::string> origins() const override { return {}; }
  Result<std::optional<std::string>> hint(const Call& call) override {
    const identity::Setup setup(*table_, *vault_);
    const auto token = TRY(setup.token(call, TableWriter(*table_, {Family::key}), *random_));
    if (!token) return std::nullopt;
    return std::optional(fmt::format("Make the first account, the administrator's, here:\n\n  {}", identity::setup_url(public_url_, *token)));
  }

 private:
  std::string public_url_;
  Table* table_;
  const Vault* vault_;
  Random* random_;
  identity::AccountDirectory directory_;
  identity::SigningKeys keys_;
  TrustedIssuer issuer_;
};

/// Those of the scopes that the issuer knows; all where it does not say. Some refuse a sign-in that asks for others.
std::string known_scopes(const oidc::Provider& provider) {
  std::string scopes;
  for (const char* scope : {"openid", "profile", "email", "offline_access"}) {
    if (provider.scopes.empty() || std::ranges::find(provider.scopes, scope) != provider.scopes.end()) scopes += (scopes.empty() ? "" : " ") + std::string(scope);
  }
  return scopes;
}

class OutsideProvider final : public SignIn {
 public:
  OutsideProvider(const Configuration& configuration, std::unique_ptr<oidc::Issuer> issuer, oidc::Provider provider, Table& table, const Vault& vault, const Process& process)
      : configuration_(configuration),
        table_(&table),
        provider_(std::move(provider)),
        source_(std::move(issuer)),
        directory_(configuration.outside_issuer, table, vault, process.random),
        people_({.admins = configuration.admins, .required_claim = configuration.required_claim, .quota = configuration.quota},
                [source = source_.get()](const Call& call, std::string_view token) { return source->person(call, token); }, table, vault, process.random, process.logger),
        issuer_{*source_, configuration.outside_issuer, configuration.audience, {configuration.client_id, configuration.cli_client_id}, &people_} {}

  Directory& directory() override { return directory_; }
  const TrustedIssuer& issuer() const override { return issuer_; }
  std::vector<Row> rows() const override { return rows_beside_outside_issuer(); }
  Json::Object page() const override {
    Json::Object members{{"issuer", configuration_.outside_issuer},
                         {"client_id", configuration_.client_id},
                         {"cli_client_id", configuration_.cli_client_id},
                         {"scope", configuration_.scopes.empty() ? known_scopes(provider_) : configuration_.scopes},
                         {"accounts", "issuer"}};
    if (!configuration_.cli_callback.empty()) members.emplace_back("cli_callback", configuration_.cli_callback);
    // RFC 8707: an issuer that gives tokens for resources wants to hear the name of ours.
    if (net::Url::parse(configuration_.audience)) members.emplace_back("resource", configuration_.audience);
    return members;
  }
  std::vector<std::string> origins() const override {
    std::set<std::string> origins;
    for (const std::string& address : {configuration_.outside_issuer, provider_.token_endpoint, provider_.revocation_endpoint}) {
      if (const auto url = net::Url::parse(address)) origins.insert(url->origin());
    }
    return {origins.begin(), origins.end()};
  }
  Result<std::optional<std::string>> hint(const Call& call) override {
    if (TRY(table_->get(call, keys::administrators()))) return std::nullopt;
    if (!configuration_.admins.empty()) return std::optional(fmt::format("There is no administrator yet: whoever 'admins' names is one from their first sign-in on."));
    return std::optional<std::string>("There is no administrator. Name one in 'admins', such as --admins ann@example.org, and start again.");
  }

 private:
  Configuration configuration_;
  Table* table_;
  oidc::Provider provider_;
  std::unique_ptr<oidc::Issuer> source_;
  identity::OutsideDirectory directory_;
  identity::AdmittedPeople people_;
  TrustedIssuer issuer_;
};

}  // namespace

Result<std::unique_ptr<SignIn>> open_sign_in(const Configuration& configuration, Table& table, const Vault& vault, const Process& process) {
  const Call call = call_for(process.clock);
  if (configuration.outside_issuer.empty()) {
    auto own = std::make_unique<OwnProvider>(configuration, table, vault, process);
    TRY(own->prepare(call));
    return own;
  }
  auto issuer = TRY(oidc::Issuer::at({.url = configuration.outside_issuer}, process.clock, process.logger));
  auto provider = issuer->provider(call);
  if (!provider) return fail(provider.error().code, provider.error().message + " Check 'issuer'; 'satchel doctor' tells more.", provider.error().detail, provider.error().type);
  return std::make_unique<OutsideProvider>(configuration, std::move(issuer), *std::move(provider), table, vault, process);
}

}  // namespace satchel
