// SPDX-License-Identifier: Apache-2.0
#include "apps/lambda/installation.hpp"

#include <fmt/format.h>

#include <utility>

#include "apps/lambda/handlers.hpp"
#include "satchel/aws/dynamodb_json.hpp"
#include "satchel/aws/object_store.hpp"
#include "satchel/aws/table.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/lambda/authorizer.hpp"
#include "satchel/lambda/cognito.hpp"
#include "satchel/lambda/fanout.hpp"
#include "satchel/net/client.hpp"
#include "satchel/passwords/password_hasher.hpp"

namespace satchel {
namespace {

std::unexpected<Error> unusable(std::string message) { return fail(ErrorCode::invalid, std::move(message), {}, "configuration"); }

/// AWS Lambda puts the credential of the function's role into its environment.
Result<std::shared_ptr<aws::CredentialSource>> credentials_of(const aws::Environment& environment) {
  const auto key = environment("AWS_ACCESS_KEY_ID"), secret = environment("AWS_SECRET_ACCESS_KEY");
  if (!key || !secret) return unusable("AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: they are not set. AWS Lambda sets them from the function's role.");
  return aws::fixed_credential({*key, *secret, environment("AWS_SESSION_TOKEN").value_or("")});
}

class NoMail final : public Mailer {
 public:
  bool enabled() const override { return false; }
  Result<void> send(const Call&, const Mail&) override { return fail(ErrorCode::unsupported, "This installation sends no mail. Set SATCHEL_MAIL_FROM."); }
};

/// Whose signatures count: the provider's of these functions, or those of another issuer's document.
Result<std::unique_ptr<KeySource>> keys_of(const LambdaSettings& settings, const TableReader& table, const Vault& vault) {
  if (settings.has_own_provider()) return std::make_unique<identity::SigningKeys>(table, vault);
  return unusable(fmt::format("SATCHEL_ISSUER: another issuer than {}/auth is not supported yet.", settings.public_url));
}

/// The one place where messages leave.
Result<lambda::Enqueue> enqueue_to(const LambdaSettings& settings) {
  return lambda::Enqueue([queues = settings.queues](const Call&, std::string_view group, const std::string&) -> Result<void> {
    return fail(ErrorCode::unsupported, "Queues are not connected yet.", std::string(queues.find(group)->second));
  });
}

}  // namespace

Result<std::unique_ptr<LambdaInstallation>> LambdaInstallation::open(const LambdaSettings& settings, const LambdaProcess& process) {
  std::unique_ptr<LambdaInstallation> made(new LambdaInstallation(settings, process));
  // Here, where a start has a whole processor, rather than in the first call, which has a slice of one.
  TRY(net::prepare_tls());
  TRY(made->open_ports());
  TRY(made->choose_handler());
  return made;
}

Result<void> LambdaInstallation::open_ports() {
  known_ = {.public_url = settings_.public_url, .default_quota = settings_.quota, .access_token_life = settings_.access_token_life, .version = SATCHEL_VERSION};
  credentials_ = TRY(credentials_of(process_.environment));
  auto table = aws::table_at(settings_.table, process_.environment);
  if (!table) return unusable("SATCHEL_TABLE: " + table.error().message);
  table->credentials = credentials_;
  table_ = aws::dynamodb_table(*std::move(table), process_.clock, process_.random);
  if (settings_.master_key.empty()) return unusable("SATCHEL_MASTER_KEY: it is not set.");
  vault_ = vault_over(settings_.master_key);
  hasher_ = argon2_password_hasher({}, process_.clock, process_.random);
  mailer_ = std::make_unique<NoMail>();
  directory_ = std::make_unique<identity::AccountDirectory>(*table_, *vault_, process_.random, settings_.quota);
  return {};
}

Result<void> LambdaInstallation::choose_handler() {
  if (settings_.handler == kAuthorizer) return serve_authorizer();
  if (settings_.handler == kFanout) return serve_fanout();
  if (settings_.handler == kCognito) return serve_sign_ups(), Result<void>();
  std::vector<Row> rows = rows_of_group(settings_.handler);
  if (rows.empty()) return unusable(fmt::format("_HANDLER: there is no deployment group '{}'. There are: {}.", settings_.handler, handler_names()));
  return serve_group(std::move(rows));
}

Result<void> LambdaInstallation::serve_group(std::vector<Row> rows) {
  if (settings_.objects.empty()) return unusable("SATCHEL_OBJECTS: it is not set. Say where the bucket of people's files lies, such as s3://BUCKET?region=eu-central-1.");
  auto bucket = aws::bucket_at(settings_.objects, process_.environment);
  if (!bucket) return unusable("SATCHEL_OBJECTS: " + bucket.error().message);
  bucket->credentials = credentials_;
  objects_ = aws::s3_object_store(*std::move(bucket), /*events=*/nullptr, process_.clock, process_.random);
  registry_ = std::make_unique<Registry>(std::move(rows), Ports{*table_, *objects_, *directory_, *mailer_, *vault_, *hasher_, known_});
  gates_ = std::make_unique<Gates>(GateMeans{*registry_, *table_, *vault_, /*issuer=*/nullptr, process_.clock, process_.random, process_.logger});
  group_ = std::make_unique<lambda::Group>(lambda::GroupMeans{*registry_, *gates_, process_.clock, process_.random, process_.logger, settings_.proxies});
  handler_ = [this](const lambda::Invocation& invocation) { return group_->answer(invocation); };
  return {};
}

Result<void> LambdaInstallation::serve_authorizer() {
  keys_ = TRY(keys_of(settings_, *table_, *vault_));
  gate_ = std::make_unique<AuthenticateGate>(TrustedIssuer{*keys_, settings_.issuer, settings_.audience}, *table_, TableWriter(*table_, {Family::token}), *vault_);
  handler_ = [authorizer = lambda::Authorizer(*gate_, process_.clock)](const lambda::Invocation& invocation) mutable { return authorizer.answer(invocation); };
  return {};
}

Result<void> LambdaInstallation::serve_fanout() {
  lambda::Fanout fanout({.rows = all_rows(), .table = *table_, .read_item = aws::item_from, .enqueue = TRY(enqueue_to(settings_)), .clock = process_.clock, .random = process_.random, .logger = process_.logger});
  for (const std::string& group : fanout.groups()) {
    if (!settings_.queues.contains(group)) return unusable(fmt::format("SATCHEL_QUEUES: the group '{}' has consumers of events and no queue. Add {}=URL.", group, group));
  }
  handler_ = [fanout = std::make_shared<lambda::Fanout>(std::move(fanout))](const lambda::Invocation& invocation) { return fanout->answer(invocation); };
  return {};
}

void LambdaInstallation::serve_sign_ups() {
  handler_ = [sign_ups = lambda::SignUps(*table_, process_.clock)](const lambda::Invocation& invocation) mutable { return sign_ups.answer(invocation); };
}

}  // namespace satchel
