// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda_host/remote_function.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "satchel/lambda/callers.hpp"

namespace satchel::lambda_host {
namespace {

/// Whom the gates have found, as an authorizer in front of the functions tells it: they look again.
std::optional<Found> found_of(const Principal& principal) {
  const auto* person = std::get_if<SignedIn>(&principal);
  if (!person) return std::nullopt;
  return Found{.user = person->user.id, .epoch = person->user.epoch, .session = person->session, .token = person->token};
}

class RemoteFunction final : public Function {
 public:
  RemoteFunction(const Row& row, Fleet& fleet, std::string domain) : name_(row.name), group_(row.group), fleet_(&fleet), domain_(std::move(domain)) {
    if (const auto* route = std::get_if<Route>(&row.trigger)) route_ = fmt::format("{} {}", route->method, route->path);
  }

  Result<Response> handle(const Context& context, const Request& request) override {
    const lambda::HttpCall call{.request = request, .request_id = context.request_id, .client = context.client, .found = found_of(context.principal)};
    return lambda::http_response_from(TRY(invoke(context, lambda::http_event(call, {.route = route_, .domain = domain_, .at = context.call.now}))));
  }

  Result<void> on_event(const Context& context, const Event& event) override {
    return lambda::queue_outcome(TRY(invoke(context, lambda::queue_event(name_, event, group_))), event);
  }

  Result<void> on_schedule(const Context& context) override {
    TRY(invoke(context, lambda::schedule_event(name_)));
    return {};
  }

 private:
  Result<std::string> invoke(const Context& context, const Json& event) { return fleet_->invoke(group_, context.request_id, event.text(), context.call.deadline); }

  std::string name_, group_, route_;
  Fleet* fleet_;
  std::string domain_;
};

}  // namespace

std::unique_ptr<Function> remote_function(const Row& row, Fleet& fleet, std::string domain) { return std::make_unique<RemoteFunction>(row, fleet, std::move(domain)); }

}  // namespace satchel::lambda_host
