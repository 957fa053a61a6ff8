// SPDX-License-Identifier: Apache-2.0
// One AWS service, or an engine that speaks its protocol: signs each request by Signature Version 4 and sends it over kept connections.
// It retries nothing and reads no answer: the clients of the services do. Any thread may call.
#pragma once

#include <memory>
#include <string>

#include "satchel/aws/credentials.hpp"
#include "satchel/base/clock.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/client.hpp"
#include "satchel/net/sigv4.hpp"

namespace satchel::aws {

struct Service {
  std::string name;      // in the credential scope: "dynamodb", "s3"
  std::string endpoint;  // "https://dynamodb.eu-central-1.amazonaws.com", without a path
  std::string region;
  std::shared_ptr<CredentialSource> credentials;
};

/// What is sent; its fields are all signed.
struct ServiceRequest {
  std::string method = "POST";
  net::Target target{"/", {}};
  net::Fields fields;
  std::string body;
};

class ServiceClient {
 public:
  ServiceClient(Service service, Clock& clock);

  /// Any status is a success here. Errors: those of net::Client and of the credentials, and invalid (the endpoint is no URL).
  Result<net::ClientResponse> send(ServiceRequest request, Time deadline) const;

 private:
  Service service_;
  Clock* clock_;
  std::unique_ptr<net::Client> http_;
};

}  // namespace satchel::aws
