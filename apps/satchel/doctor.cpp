// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "apps/satchel/ground.hpp"
#include "satchel/aws/examine_bucket.hpp"
#include "satchel/aws/examine_table.hpp"
#include "satchel/oidc/issuer.hpp"

namespace satchel {
namespace {

using aws::Finding;
using aws::Findings;
using aws::Weight;

constexpr Duration kPatience = std::chrono::minutes{2};
constexpr Duration kTolerableSkew = std::chrono::seconds{30};  // half of what tokens are allowed

Finding bad(std::string about, const Error& error, std::string setting) { return {Weight::bad, std::move(about), error.message, std::move(setting)}; }

void append(Findings& findings, Findings more) { std::ranges::move(more, std::back_inserter(findings)); }

std::string_view word_of(Weight weight) {
  switch (weight) {
    case Weight::good: return "good";
    case Weight::advice: return "advice";
    case Weight::bad: return "bad";
  }
  std::unreachable();
}

void look_at_clock(const oidc::Issuer& issuer, const Process& process, Findings& findings) {
  const auto theirs = issuer.its_time(call_for(process.clock));
  if (!theirs) return;
  const Duration skew = std::chrono::abs(process.clock.now() - *theirs);
  if (skew <= kTolerableSkew) {
    findings.push_back({Weight::good, "issuer", "Its clock and this machine's agree."});
    return;
  }
  findings.push_back({Weight::bad, "issuer", fmt::format("Its clock and this machine's are {} seconds apart: its tokens seem to be of the future, or over. Set this machine's clock (NTP).", skew.count() / 1000)});
}

Findings examine_issuer(const Configuration& configuration, const Process& process) {
  Findings findings;
  const auto issuer = oidc::Issuer::at({.url = configuration.outside_issuer}, process.clock, process.logger);
  if (!issuer) return {bad("issuer", issuer.error(), "issuer")};
  const auto provider = (*issuer)->provider(call_for(process.clock));
  if (!provider) return {bad("issuer", provider.error(), "issuer")};
  findings.push_back({Weight::good, "issuer", fmt::format("{} has a discovery document that names it.", configuration.outside_issuer)});
  const auto keys = (*issuer)->find(call_for(process.clock), "doctor");
  if (!keys) {
    findings.push_back(bad("issuer", keys.error(), "issuer"));
  } else {
    findings.push_back({Weight::good, "issuer", fmt::format("Its keys are at {}.", provider->jwks_uri)});
  }
  if (provider->userinfo_endpoint.empty()) findings.push_back({Weight::advice, "issuer", "It has no user info endpoint: people whose access token has no name and address are known by their subject alone."});
  look_at_clock(**issuer, process, findings);
  return findings;
}

template <class Options, class Examine>
Findings examine_engine(const Result<Options>& options, std::string about, Examine look) {
  if (!options) return {bad(about, options.error(), about)};
  return look(*options);
}

}  // namespace

Findings examine(const Configuration& configuration, const Process& process) {
  Findings findings;
  const Time deadline = process.clock.now() + kPatience;
  if (!configuration.table.empty()) {
    append(findings, examine_engine(remote_table(configuration, process), "table", [&](const auto& options) { return aws::examine_table(options, process.clock, process.random, deadline); }));
  }
  if (!configuration.objects.empty()) {
    append(findings, examine_engine(remote_bucket(configuration, process), "objects", [&](const auto& options) { return aws::examine_bucket(options, configuration.public_url, process.clock, process.random, deadline); }));
  }
  if (!configuration.outside_issuer.empty()) append(findings, examine_issuer(configuration, process));
  if (findings.empty()) findings.push_back({Weight::good, "data", fmt::format("Nothing lies elsewhere: everything is kept in {}. 'satchel doctor' looks at what table, objects and issuer name.", configuration.data)});
  return findings;
}

Findings create_engines(const Configuration& configuration, const Process& process) {
  Findings findings;
  const Time deadline = process.clock.now() + kPatience;
  if (!configuration.table.empty()) {
    append(findings, examine_engine(remote_table(configuration, process), "table", [&](const auto& options) -> Findings {
             const auto made = aws::create_table(options, process.clock, deadline);
             return made ? Findings{} : Findings{bad("table", made.error(), "table")};
           }));
  }
  if (!configuration.objects.empty()) {
    append(findings, examine_engine(remote_bucket(configuration, process), "objects", [&](const auto& options) -> Findings {
             auto made = aws::create_bucket(options, configuration.public_url, process.clock, process.random, deadline);
             return made ? *std::move(made) : Findings{bad("objects", made.error(), "objects")};
           }));
  }
  return findings;
}

bool is_well(const Findings& findings) { return std::ranges::none_of(findings, [](const Finding& finding) { return finding.weight == Weight::bad; }); }

Json to_json(const Findings& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    Json one = Json::object({{"about", finding.about}, {"weight", word_of(finding.weight)}, {"sentence", finding.sentence}});
    if (!finding.setting.empty()) one.set("setting", finding.setting);
    list.push(std::move(one));
  }
  return list;
}

std::string to_text(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) text += fmt::format("{}{:<8} {:<7} {}", text.empty() ? "" : "\n", finding.about, word_of(finding.weight), finding.sentence);
  return text;
}

}  // namespace satchel
