// SPDX-License-Identifier: Apache-2.0
// What the Lambda binary is told, all of it by its environment: the same names as the settings of `satchel serve`, and those that AWS Lambda
// sets. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "satchel/aws/event_queue.hpp"
#include "satchel/aws/location.hpp"
#include "satchel/base/log.hpp"

namespace satchel {

struct LambdaSettings {
  std::string handler;        // _HANDLER: a deployment group, or what has no rows (handler_names())
  int concurrency = 1;        // AWS_LAMBDA_MAX_CONCURRENCY: invocations at once
  std::string table;          // SATCHEL_TABLE: dynamodb://…
  std::string objects;        // SATCHEL_OBJECTS: s3://…; empty: the handler has no function that needs it
  std::string public_url;     // SATCHEL_PUBLIC_URL, without a slash at its end
  std::string issuer;         // SATCHEL_ISSUER; the provider of these functions where it is not set
  std::vector<std::string> audience;  // SATCHEL_AUDIENCE: what an outside issuer's tokens name, or its clients, separated by spaces
  std::vector<std::string> admins;    // SATCHEL_ADMINS: an outside issuer's people who are administrators, as `satchel serve` takes them
  std::string master_key;     // SATCHEL_MASTER_KEY: 32 bytes, here no longer in base64; empty where a secret holds it, or for a group that seals nothing
  std::string master_key_secret;  // SATCHEL_MASTER_KEY_SECRET: name or ARN
  aws::GroupQueues queues;    // SATCHEL_QUEUES: group to URL, for the fan-out
  std::string mail_from;      // SATCHEL_MAIL_FROM; empty: no mail
  std::string content_url;    // SATCHEL_CONTENT_URL: the distribution that files are downloaded from; empty: the bucket itself
  std::string download_key_id, download_key_secret;  // SATCHEL_DOWNLOAD_KEY_ID, SATCHEL_DOWNLOAD_KEY_SECRET: what its addresses are signed by
  Duration shared_cache{};    // SATCHEL_SHARED_CACHE: seconds that a cache in front may keep what an open link shows
  std::int64_t quota = 0;     // SATCHEL_QUOTA: bytes of a new person's space
  std::optional<bool> self_signup;  // SATCHEL_SELF_SIGNUP: whether strangers come, until an administrator has moved that switch
  bool object_events = true;  // SATCHEL_OBJECT_EVENTS: "no": nobody tells of new objects, so the arrival of a one-line upload is looked for
  Duration upload_url_life{};    // SATCHEL_UPLOAD_URL_LIFETIME: "15m", at most 60m
  Duration access_token_life{};  // SATCHEL_ACCESS_TOKEN_LIFETIME: "5m"
  int proxies = 0;            // SATCHEL_PROXIES: those in front of API Gateway that write X-Forwarded-For
  LogLevel log_level = LogLevel::info;  // SATCHEL_LOG_LEVEL

  bool has_own_provider() const { return issuer == public_url + "/auth"; }
};

enum class IssuerKind { own, pool, other };
/// Where the switch for self sign-up stands until somebody has moved it: for whoever asks, the pool's trigger, the authorizer and the page.
bool open_at_first(const LambdaSettings& settings, IssuerKind issuer);

/// Error: invalid, naming the variable and what to write there.
Result<LambdaSettings> lambda_settings(const aws::Environment& environment);

}  // namespace satchel
