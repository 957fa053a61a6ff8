// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/asked.hpp"

#include <utility>

#include "satchel/objects/failure.hpp"

namespace satchel::objects {

net::ResponseHead head_of(int status, const Asked& asked) {
  // Whatever a person stored is shown as data: in a document of no origin that loads nothing and runs nothing.
  return {status,
          {{"x-amz-request-id", asked.request_id},
           {"content-security-policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'"},
           {"x-content-type-options", "nosniff"},
           {"referrer-policy", "no-referrer"}}};
}

void answer(Asked& asked, net::ResponseHead head, std::string body) {
  std::exchange(asked.exchange, nullptr)->respond(std::move(head), std::move(body));
}

void answer_xml(Asked& asked, net::ResponseHead head, std::string document) {
  head.fields.add("content-type", "application/xml");
  head.fields.add("cache-control", "no-store");
  answer(asked, std::move(head), std::move(document));
}

void answer_error(Asked& asked, const Error& error, Logger& log) {
  const Failure failure = failure_of(error);
  if (failure.status >= 500 && failure.status != 501) {
    log.error("objects.failed", {{"request", asked.request_id}, {"code", failure.code}, {"message", error.message}, {"detail", error.detail}});
  }
  const std::string_view target = asked.exchange->head().target;
  answer_xml(asked, head_of(failure.status, asked), to_xml(failure, target.substr(0, target.find('?')), asked.request_id));
}

}  // namespace satchel::objects
