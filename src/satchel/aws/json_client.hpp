// SPDX-License-Identifier: Apache-2.0
// AWS's JSON protocols: one signed POST a call, errors classified and put into a sentence, tried again where that may help. The clients
// of DynamoDB, SQS, Secrets Manager, SES and Cognito stand on it. Any thread may call.
// Source: AWS JSON 1.0 and 1.1 and REST JSON protocols (smithy.io/2.0/aws/protocols).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "satchel/aws/service_client.hpp"
#include "satchel/base/json.hpp"
#include "satchel/base/random.hpp"
#include "satchel/base/retry.hpp"

namespace satchel::aws {

/// What a service's own error types mean; those that all services share are known.
using ErrorCodes = std::span<const std::pair<std::string_view, ErrorCode>>;

struct JsonService {
  Service service;
  std::string target;   // before the operation in X-Amz-Target: "AmazonSQS"; empty: REST JSON, each call has a path
  std::string version;  // of application/x-amz-json: "1.0" or "1.1"
  std::string subject;  // in sentences: "the table 'core'"
  std::string setting;  // where it is named: "SATCHEL_TABLE"
  ErrorCodes codes;     // lives as long as the program
};

/// Which failures a call is repeated after: a refusal did nothing, of a lost answer nobody knows.
enum class Repeat { any_passing, refusals };

struct JsonCall {
  std::string operation;
  Json body;
  std::string path = "/";
  Repeat repeat = Repeat::any_passing;
  Duration patience{5'000};  // of one attempt, so that a dead connection does not use up the whole deadline
  std::string subject = {};  // where it is another one than the service's: "the queue 'https://…'"
};

class JsonClient {
 public:
  JsonClient(JsonService service, Clock& clock, Random& random);

  /// The answer's document. Errors carry the service's type ("ResourceNotFoundException") in `type` and its document in `detail`:
  /// what `codes` says, else too_many (refused for now, nothing was done), unavailable, deadline_exceeded, invalid (the call), internal
  /// (resource, permission or credential is not as configured).
  Result<Json> call(const JsonCall& call, Time deadline) const;
  /// The same, once.
  Result<Json> once(const JsonCall& call, Time deadline) const;

  const JsonService& service() const { return service_; }

 private:
  std::unexpected<Error> refused(const JsonCall& call, const net::ClientResponse& response, const Result<Json>& document) const;

  JsonService service_;
  Clock* clock_;
  Random* random_;
  ServiceClient client_;
};

/// Whether it may go well if repeated as it is; a conflict is for the caller to decide.
bool passes(const Error& error);

/// The member's text; empty where there is none.
std::string text_in(const Json& document, std::string_view name);
/// The member's elements; none where there is no such array.
const Json::Array& list_in(const Json& document, std::string_view name);

}  // namespace satchel::aws
