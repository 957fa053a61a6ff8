// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/gates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "satchel/runtime/gate_authorise.hpp"

namespace satchel {
namespace {

Result<void> check_deadline(const Call& call) {
  if (call.now < call.deadline) return {};
  return fail(ErrorCode::unavailable, "The server is too busy to answer in time, and did nothing. Try again in a moment.", "waited too long for a thread", "busy");
}

bool has(const Response& response, std::string_view name) {
  return std::ranges::any_of(response.headers, [&](const auto& header) { return header.first == name; });
}

/// What each answer of a function carries, whatever the function does.
void complete(Response& response, const Error* error) {
  if (response.status == 401 && !has(response, "www-authenticate")) {
    const bool bad = error && error->type == "invalid_token";
    response.headers.emplace_back("www-authenticate", bad ? R"(Bearer realm="satchel", error="invalid_token")" : R"(Bearer realm="satchel")");
  }
  if (error && error->type == "scope_missing" && !has(response, "www-authenticate")) {
    response.headers.emplace_back("www-authenticate", R"(Bearer realm="satchel", error="insufficient_scope")");
  }
  if (!has(response, "cache-control")) response.headers.emplace_back("cache-control", "no-store");
}

/// Whether the path carries a secret that somebody may try to guess.
bool is_guessable(const Row& row) { return row.access == Access::open && std::get<Route>(row.trigger).path.contains("{token}"); }

}  // namespace

Result<void> check_size(const Row& row, std::uint64_t length) {
  if (row.body_limit == 0 || length <= row.body_limit) return {};
  return fail(ErrorCode::too_large, fmt::format("The body has more than the {} bytes that are taken here. Send less at once.", row.body_limit), {}, "body_too_large");
}

Gates::Gates(const GateMeans& means, const MissLimits& limits)
    : means_(means),
      concurrency_(means.registry),
      misses_(limits) {
  if (means.issuer) authenticate_.emplace(*means.issuer, means.table, TableWriter(means.table, {Family::token}), means.vault);
}

Context Gates::context_of(const Bound& bound, const Arrival& arrival) const {
  return {.call = {.now = means_.clock.now(), .deadline = std::min(arrival.at + bound.row.timeout, arrival.latest)},
          .principal = Anonymous{},
          .request_id = arrival.request_id,
          .client = arrival.client,
          .random = means_.random,
          .logger = means_.logger,
          .clock = &means_.clock};
}

Gates::Passage Gates::refusal(const Bound& bound, const Context& context, const Error& error) {
  report(bound, context, error);
  Passage passage{.response = problem(error, context.request_id), .actor = actor_of(context.principal)};
  complete(passage.response, &error);
  return passage;
}

Gates::Passage Gates::pass(const Bound& bound, Request request, const Arrival& arrival) {
  Context context = context_of(bound, arrival);
  // HEAD is answered as GET is; whoever writes the answer leaves the body out.
  if (request.method == "HEAD") request.method = "GET";
  auto result = admit(bound, context, request, arrival);
  if (!result) return refusal(bound, context, result.error());
  Passage passage{.response = *std::move(result), .actor = actor_of(context.principal)};
  complete(passage.response, nullptr);
  return passage;
}

std::optional<Gates::Passage> Gates::refuse_stranger(const Bound& bound, const Request& request, const Arrival& arrival) {
  const Context context = context_of(bound, arrival);
  const auto known = identify(bound.row, context, request, arrival);
  return known ? std::nullopt : std::optional(refusal(bound, context, known.error()));
}

Result<Response> Gates::admit(const Bound& bound, Context& context, const Request& request, const Arrival& arrival) {
  TRY(check_size(bound.row, request.body.size()));
  const auto slot = TRY(concurrency_.enter(bound));
  TRY(check_deadline(context.call));
  context.principal = TRY(identify(bound.row, context, request, arrival));
  TRY(authorise(bound.row, context.principal));
  return is_guessable(bound.row) ? run_guessable(bound, context, request) : run(bound, context, request);
}

Result<Principal> Gates::identify(const Row& row, const Context& context, const Request& request, const Arrival& arrival) {
  if (row.access == Access::open) return Principal(Anonymous{});
  const auto authorization = request.header("authorization");
  if (authenticate_) return authenticate(context, authorization);
  if (arrival.found) return Principal(TRY(confirm(context.call, means_.table, *arrival.found)));
  return authorization.empty() ? sign_in_wanted() : void_token("the authorizer has found nobody");
}

Result<Principal> Gates::authenticate(const Context& context, std::string_view authorization) {
  auto person = authenticate_->authenticate(context.call, authorization);
  if (person) return Principal(*std::move(person));
  const bool guessed = is_api_token(bearer_token(authorization)) && person.error().code == ErrorCode::unauthenticated;
  if (guessed) TRY(miss(context));
  return std::unexpected(std::move(person).error());
}

/// Judged after the look-up: who shows what is good is never refused for what a neighbour behind the same address tries.
Result<void> Gates::miss(const Context& context) {
  TRY(misses_.check(context.client, context.call.now));
  misses_.count(context.client, context.call.now);
  return {};
}

Result<Response> Gates::run_guessable(const Bound& bound, const Context& context, const Request& request) {
  auto result = run(bound, context, request);
  const int status = result ? result->status : http_status(result.error().code);
  if (status == 404) TRY(miss(context));
  return result;
}

Result<Response> Gates::run(const Bound& bound, const Context& context, const Request& request) {
  constexpr auto kSentence = "Something went wrong here. Try again; if it stays, tell an administrator the request id.";
  try {
    return bound.function->handle(context, request);
  } catch (const std::exception& error) {
    return fail(ErrorCode::internal, kSentence, fmt::format("exception in {}: {}", bound.row.name, error.what()));
  } catch (...) {
    return fail(ErrorCode::internal, kSentence, fmt::format("unknown exception in {}", bound.row.name));
  }
}

void Gates::report(const Bound& bound, const Context& context, const Error& error) {
  if (error.detail.empty()) return;
  const bool ours = http_status(error.code) >= 500;
  means_.logger.write(ours ? LogLevel::error : LogLevel::info, ours ? "request.failed" : "request.refused",
                      {{"request_id", context.request_id}, {"function", bound.row.name}, {"code", to_string(error.code)}, {"detail", error.detail}});
}

}  // namespace satchel
