// SPDX-License-Identifier: Apache-2.0
#include "apps/lambda/installation.hpp"

#include <fmt/format.h>

#include <utility>

#include "apps/lambda/handlers.hpp"
#include "satchel/aws/object_store.hpp"
#include "satchel/aws/table.hpp"
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

}  // namespace

Result<std::unique_ptr<LambdaInstallation>> LambdaInstallation::open(const LambdaSettings& settings, const LambdaProcess& process) {
  std::unique_ptr<LambdaInstallation> made(new LambdaInstallation(settings, process));
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

}  // namespace satchel
