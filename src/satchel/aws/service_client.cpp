// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/service_client.hpp"

#include <utility>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel::aws {

ServiceClient::ServiceClient(Service service, Clock& clock)
    : service_(std::move(service)), clock_(&clock), http_(net::Client::create({.user_agent = "satchel"}, clock)) {}

Result<net::ClientResponse> ServiceClient::send(ServiceRequest request, Time deadline) const {
  net::Url url = TRY(net::Url::parse(service_.endpoint));
  const net::Credential credential = TRY(service_.credentials->get(deadline));
  net::SigningRequest signing{.method = request.method,
                              .origin = url.origin(),
                              .target = std::move(request.target),
                              .fields = request.fields,
                              .payload_hash = to_hex(sha256(request.body)),
                              .region = service_.region,
                              .service = service_.name};
  url.target = net::encode_target(signing.target);
  net::ClientRequest outgoing{.method = std::move(request.method), .url = std::move(url), .fields = std::move(request.fields), .body = std::move(request.body), .body_reader = {}, .body_length = 0};
  for (const net::Field& field : net::sign_headers(signing, credential, clock_->now())) {
    if (field.name != "host") outgoing.fields.add(field.name, field.value);
  }
  return http_->send(outgoing, deadline);
}

}  // namespace satchel::aws
