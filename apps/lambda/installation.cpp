// SPDX-License-Identifier: Apache-2.0
#include "apps/lambda/installation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "apps/lambda/handlers.hpp"
#include "satchel/aws/cloudfront_signer.hpp"
#include "satchel/aws/directory.hpp"
#include "satchel/aws/mailer.hpp"
#include "satchel/aws/object_store.hpp"
#include "satchel/aws/secrets.hpp"
#include "satchel/aws/table.hpp"
#include "satchel/dynamodb/json.hpp"
#include "satchel/lambda/authorizer.hpp"
#include "satchel/lambda/cognito.hpp"
#include "satchel/lambda/fanout.hpp"
#include "satchel/net/client.hpp"
#include "satchel/passwords/password_hasher.hpp"

namespace satchel {
namespace {

constexpr Duration kPatience = std::chrono::seconds{5};  // of a start, which Lambda ends after ten

std::unexpected<Error> unusable(std::string message) { return fail(ErrorCode::invalid, std::move(message), {}, "configuration"); }

/// Of handlers whose rows have no vault, and whose role may not read the master key: whoever asks it all the same is a defect.
class NoVault final : public Vault {
 public:
  std::string keyed_hash(std::string_view, std::string_view) const override { std::abort(); }
  std::string seal(std::string_view, std::string_view, std::string_view) const override { std::abort(); }
  std::optional<std::string> open(std::string_view, std::string_view, std::string_view) const override { std::abort(); }
};

Provider provider_of(const LambdaSettings& settings) { return settings.has_own_provider() ? Provider::own : Provider::outside; }

IssuerKind kind_of(const std::optional<aws::CognitoOptions>& pool) { return pool ? IssuerKind::pool : IssuerKind::other; }

bool wants(const std::vector<Row>& rows, Port port) {
  return std::ranges::any_of(rows, [&](const Row& row) { return std::ranges::find(row.ports, port) != row.ports.end(); });
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
  known_ = {.public_url = settings_.public_url,
            .default_quota = settings_.quota,
            .access_token_life = settings_.access_token_life,
            .version = SATCHEL_VERSION,
            .shared_cache = settings_.shared_cache,
            .object_events = settings_.object_events};
  credentials_ = aws::default_credentials(process_.environment, process_.clock, process_.logger);
  auto table = aws::table_at(settings_.table, process_.environment);
  if (!table) return unusable("SATCHEL_TABLE: " + table.error().message);
  table->credentials = credentials_;
  table_ = aws::dynamodb_table(*std::move(table), process_.clock, process_.random);
  hasher_ = argon2_password_hasher({}, process_.clock, process_.random);
  auto ses = aws::ses_from(settings_.mail_from, process_.environment);
  if (!ses) return unusable("SATCHEL_MAIL_FROM: " + ses.error().message);
  ses->credentials = credentials_;
  mailer_ = TRY(aws::ses_mailer(*std::move(ses), process_.clock, process_.random));
  return {};
}

Result<void> LambdaInstallation::open_vault() {
  std::string key = settings_.master_key;
  if (key.empty()) {
    if (settings_.master_key_secret.empty()) return unusable("SATCHEL_MASTER_KEY_SECRET: it is not set. Name the secret of AWS Secrets Manager that holds the installation's master key.");
    auto secret = aws::secret_at(settings_.master_key_secret, process_.environment);
    if (!secret) return unusable("SATCHEL_MASTER_KEY_SECRET: " + secret.error().message);
    secret->credentials = credentials_;
    key = TRY(aws::MasterKeySecret(*std::move(secret), process_.clock, process_.random).get(process_.clock.now() + kPatience));
  }
  vault_ = vault_over(std::move(key));
  return {};
}

/// The accounts in the table, with Cognito beside them where the issuer is a pool.
Result<void> LambdaInstallation::open_directory() {
  if (settings_.has_own_provider()) {
    accounts_ = std::make_unique<identity::AccountDirectory>(*table_, *vault_, process_.random, settings_.quota);
    return {};
  }
  auto pool = TRY(aws::user_pool_of(settings_.issuer, process_.environment));
  known_.self_signup_at_first = open_at_first(settings_, kind_of(pool));
  if (!pool) {
    accounts_ = std::make_unique<identity::OutsideDirectory>(settings_.issuer, *table_, *vault_, process_.random);
    return {};
  }
  accounts_ = std::make_unique<identity::AccountDirectory>(*table_, *vault_, process_.random, settings_.quota);
  pool->credentials = credentials_;
  pool_ = aws::cognito_directory(*accounts_, settings_.issuer, *std::move(pool), *table_, process_.clock, process_.random);
  return {};
}

/// Null where the bucket itself is downloaded from.
Result<std::unique_ptr<DownloadSigner>> LambdaInstallation::downloads() {
  if (settings_.content_url.empty()) return nullptr;
  auto secret = aws::secret_at(settings_.download_key_secret, process_.environment);
  if (!secret) return unusable("SATCHEL_DOWNLOAD_KEY_SECRET: " + secret.error().message);
  secret->setting = "SATCHEL_DOWNLOAD_KEY_SECRET";
  secret->credentials = credentials_;
  const std::string pem = TRY(aws::secret_text(*std::move(secret), process_.clock, process_.random, process_.clock.now() + kPatience));
  auto key = aws::CloudFrontKey::from(pem, settings_.download_key_id);
  if (!key) return unusable("SATCHEL_DOWNLOAD_KEY_SECRET: the secret is no key that CloudFront takes. Make one by 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256'.");
  return aws::cloudfront_downloads(settings_.content_url, *std::move(key));
}

Result<void> LambdaInstallation::open_objects() {
  if (settings_.objects.empty()) return unusable("SATCHEL_OBJECTS: it is not set. Say where the bucket of people's files lies, such as s3://BUCKET?region=eu-central-1.");
  auto bucket = aws::bucket_at(settings_.objects, process_.environment);
  if (!bucket) return unusable("SATCHEL_OBJECTS: " + bucket.error().message);
  bucket->credentials = credentials_;
  bucket->longest_upload_url = settings_.upload_url_life;
  objects_ = aws::s3_object_store(*std::move(bucket), /*events=*/nullptr, process_.clock, process_.random, TRY(downloads()));
  return {};
}

Result<void> LambdaInstallation::choose_handler() {
  if (settings_.handler == kAuthorizer) return serve_authorizer();
  if (settings_.handler == kFanout) return serve_fanout();
  if (settings_.handler == kCognito) return serve_sign_ups(), Result<void>();
  std::vector<Row> rows = rows_of_group(settings_.handler, provider_of(settings_));
  if (rows.empty()) return unusable(fmt::format("_HANDLER: there is no deployment group '{}'. There are: {}.", settings_.handler, handler_names()));
  return serve_group(std::move(rows));
}

Result<void> LambdaInstallation::serve_group(std::vector<Row> rows) {
  vault_ = std::make_unique<NoVault>();
  if (wants(rows, Port::vault) || wants(rows, Port::directory)) TRY(open_vault());
  TRY(open_directory());
  TRY(open_objects());
  Directory& directory = pool_ ? *pool_ : *accounts_;
  registry_ = std::make_unique<Registry>(std::move(rows), Ports{*table_, *objects_, directory, *mailer_, *vault_, *hasher_, known_});
  gates_ = std::make_unique<Gates>(GateMeans{*registry_, *table_, *vault_, /*issuer=*/nullptr, process_.clock, process_.random, process_.logger});
  group_ = std::make_unique<lambda::Group>(lambda::GroupMeans{*registry_, *gates_, process_.clock, process_.random, process_.logger, settings_.proxies});
  handler_ = [this](const lambda::Invocation& invocation) { return group_->answer(invocation); };
  return {};
}

Result<void> LambdaInstallation::serve_authorizer() {
  TRY(open_vault());
  TableWriter marks(*table_, {Family::token});
  if (settings_.has_own_provider()) {
    keys_ = std::make_unique<identity::SigningKeys>(*table_, *vault_);
    gate_ = std::make_unique<AuthenticateGate>(TrustedIssuer{*keys_, settings_.issuer}, *table_, std::move(marks), *vault_);
  } else {
    // A pool's keys are where the pool is asked, and the environment may say where that is.
    const auto pool = TRY(aws::user_pool_of(settings_.issuer, process_.environment));
    auto issuer = oidc::Issuer::at({.url = settings_.issuer, .reached_at = pool ? pool->endpoint + '/' + pool->pool : std::string()}, process_.clock, process_.logger);
    if (!issuer) return unusable("SATCHEL_ISSUER: " + issuer.error().message);
    issuer_ = *std::move(issuer);
    const auto told = [issuer = issuer_.get()](const Call& call, std::string_view token) { return issuer->person(call, token); };
    identity::AdmissionRules rules{.admins = settings_.admins, .required_claim = {}, .quota = settings_.quota, .open_at_first = open_at_first(settings_, kind_of(pool))};
    if (pool) rules.vouched = [](const Claims& claims) { return lambda::is_vouched_for(claims.text("username")); };
    people_ = std::make_unique<identity::AdmittedPeople>(std::move(rules), told, *table_, *vault_, process_.random, process_.logger);
    const TrustedIssuer trusted{*issuer_, settings_.issuer, settings_.audience.front(), settings_.audience, people_.get()};
    gate_ = std::make_unique<AuthenticateGate>(trusted, *table_, std::move(marks), *vault_);
  }
  handler_ = [authorizer = lambda::Authorizer(*gate_, process_.clock)](const lambda::Invocation& invocation) mutable { return authorizer.answer(invocation); };
  return {};
}

Result<void> LambdaInstallation::serve_fanout() {
  const auto enqueue = [this](const Call& call, std::string_view group, const std::vector<lambda::QueuedMessage>& messages) {
    std::vector<aws::NewMessage> sent;
    for (const auto& [body, delay] : messages) sent.push_back({body, delay});
    return queues_->send(group, std::move(sent), call.deadline);
  };
  lambda::Fanout fanout({.rows = all_rows(provider_of(settings_)), .table = *table_, .read_item = dynamodb::item_from, .enqueue = enqueue, .clock = process_.clock, .random = process_.random, .logger = process_.logger});
  for (const std::string& group : fanout.groups()) {
    if (!settings_.queues.contains(group)) return unusable(fmt::format("SATCHEL_QUEUES: the group '{}' has consumers of events and no queue. Add {}=URL.", group, group));
  }
  // All queues of an installation lie in one region.
  auto sqs = aws::queue_at(settings_.queues.begin()->second, process_.environment);
  if (!sqs) return unusable("SATCHEL_QUEUES: " + sqs.error().message);
  sqs->credentials = credentials_;
  queues_ = std::make_unique<aws::EventQueues>(*std::move(sqs), settings_.queues, process_.clock, process_.random);
  handler_ = [fanout = std::make_shared<lambda::Fanout>(std::move(fanout))](const lambda::Invocation& invocation) { return fanout->answer(invocation); };
  return {};
}

void LambdaInstallation::serve_sign_ups() {
  handler_ = [sign_ups = lambda::SignUps(*table_, process_.clock, open_at_first(settings_, IssuerKind::pool))](const lambda::Invocation& invocation) mutable { return sign_ups.answer(invocation); };
}

}  // namespace satchel
