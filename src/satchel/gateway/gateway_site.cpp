// SPDX-License-Identifier: Apache-2.0
// The gateway's part that is no function: files of the front-end and the gateway's own addresses.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "satchel/base/crypto.hpp"
#include "satchel/gateway/gateway.hpp"
#include "satchel/net/client.hpp"

namespace satchel::gateway {
namespace {

constexpr Duration kOwnTimeout = std::chrono::seconds{5};
// What never turns into a page of the front-end, so that a program that mistypes gets a problem document.
constexpr std::array<std::string_view, 4> kMachine{"/api", "/auth", "/objects", "/assets"};
constexpr std::string_view kLinkPrefix = "/s/";

std::string_view first_segment(std::string_view path) {
  path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

const std::vector<std::string> kRead{"GET", "HEAD"};

bool is_read(const net::RequestHead& head) { return head.method == "GET" || head.method == "HEAD"; }

bool wants_page(const net::Fields& fields) {
  const auto accept = fields.find("accept");
  return accept && accept->contains("text/html");
}

bool is_machine(std::string_view path) {
  return std::ranges::any_of(kMachine, [&](std::string_view prefix) { return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/'); });
}

}  // namespace

bool Gateway::serve_own(std::unique_ptr<Answer>& answer, std::string_view path) {
  const bool ours = path == "/healthz" || path == "/readyz" || path == "/metrics" || path == "/config.json";
  if (!ours) return false;
  if (!is_read(answer->head())) return refuse_method(*answer, kRead), true;
  answer->note().series = std::string(path.substr(1));
  if (path == "/healthz") {
    Response alive = Response::json(Json::object({{"status", "ok"}}));
    alive.headers.emplace_back("cache-control", "no-store");
    return send(*answer, std::move(alive)), true;
  }
  if (path == "/metrics") return serve_metrics(*answer), true;
  on_pool(std::move(answer), path == "/readyz" ? &Gateway::serve_readiness : &Gateway::serve_config);
  return true;
}

void Gateway::on_pool(std::unique_ptr<Answer> answer, void (Gateway::*serve)(Answer&, const Call&)) {
  const std::shared_ptr<Answer> shared = std::move(answer);
  Pool::Job job = [this, shared, serve] {
    const Time now = means_.clock.now();
    (this->*serve)(*shared, {.now = now, .deadline = now + kOwnTimeout});
  };
  if (!pool_.submit(job)) send_problem(*shared, {ErrorCode::unavailable, "The server has too much to do. Try again in a moment.", {}, "busy"});
}

void Gateway::serve_config(Answer& answer, const Call& call) {
  const auto config = means_.config(call);
  if (!config) return send_problem(answer, config.error());
  Response response = Response::json(*config);
  response.headers.emplace_back("cache-control", "no-store");
  send(answer, std::move(response));
}

void Gateway::serve_readiness(Answer& answer, const Call& call) {
  for (const Probe& probe : means_.probes) {
    const auto ready = probe.ask(call);
    if (ready) continue;
    means_.logger.warn("not_ready", {{"request_id", answer.note().line.request_id}, {"probe", probe.name}, {"detail", ready.error().detail}});
    return send_problem(answer, {ErrorCode::unavailable, fmt::format("The part '{}' cannot do its work now.", probe.name), {}, "not_ready"});
  }
  Response response = Response::json(Json::object({{"status", "ready"}}));
  response.headers.emplace_back("cache-control", "no-store");
  send(answer, std::move(response));
}

/// Behind a proxy on the same machine everybody comes from loopback, and not every proxy says for whom it asks: so without a token only an
/// installation that is for this machine alone shows them.
bool Gateway::may_see_metrics(const net::RequestHead& head) const {
  if (!options_.metrics_token.empty()) {
    return equal_constant_time(bearer_token(head.fields.find("authorization").value_or("")), options_.metrics_token);
  }
  constexpr std::array<std::string_view, 3> kForwarded{"x-forwarded-for", "forwarded", "via"};
  const auto url = net::Url::parse(options_.origins.public_url);
  const bool own = url && (url->host == "localhost" || is_loopback(url->host));
  return own && is_loopback(head.peer) && std::ranges::none_of(kForwarded, [&](std::string_view name) { return head.fields.count(name) > 0; });
}

void Gateway::serve_metrics(Answer& answer) {
  if (!may_see_metrics(answer.head())) {
    return send_problem(answer, {ErrorCode::forbidden, "Metrics are for whoever has the configured token (metrics_token).", {}, "metrics_closed"});
  }
  const auto pool = pool_.counters();
  std::string text = metrics_.text();
  text += metric("satchel_pool_threads", "gauge", "Threads that run functions.", pool.threads);
  text += metric("satchel_pool_idle_threads", "gauge", "Those of them that wait for work.", pool.idle);
  text += metric("satchel_pool_queue", "gauge", "Requests that wait for a thread.", pool.queued);
  if (means_.metrics) text += means_.metrics();
  send(answer, {.status = 200, .headers = {{"content-type", "text/plain; version=0.0.4; charset=utf-8"}, {"cache-control", "no-store"}}, .body = std::move(text)});
}

bool Gateway::serve_site(std::unique_ptr<Answer>& answer, std::string_view path) {
  const net::RequestHead& head = answer->head();
  const bool is_link = path.starts_with(kLinkPrefix) && path.size() > kLinkPrefix.size() && !path.substr(kLinkPrefix.size()).contains('/');
  const Asset* asset = assets_.find(path);
  const auto first = first_segment(path);
  const bool is_page = path == "/" || std::ranges::find(options_.pages, first) != options_.pages.end();
  if (!is_read(head)) {
    if (!asset && !is_link && !is_page) return false;
    return refuse_method(*answer, kRead), true;
  }
  if (is_link) return serve_link_page(std::move(answer), path.substr(kLinkPrefix.size())), true;
  const bool hidden = path.ends_with(".html");  // pages have one address each
  if (asset && !hidden) return send_asset(*answer, *asset), true;
  const Asset* index = assets_.find("/index.html");
  if (!index || is_machine(path) || (!is_page && !wants_page(head.fields))) return false;
  return send_asset(*answer, *index, is_page ? 200 : 404), true;
}

/// The page asks the API by itself; its status already tells programs and caches what the link has come to.
void Gateway::serve_link_page(std::unique_ptr<Answer> answer, std::string_view token) {
  Note& note = answer->note();
  note.line.path = "/s/{token}";
  note.series = "link_page";
  note.hide_from_search = true;
  std::string path = fmt::format("/api/v1/public/links/{}", token);
  auto match = means_.registry.match("GET", path);
  const Asset* page = assets_.find("/link.html");
  if (!page || !match.bound) return send_problem(*answer, {ErrorCode::not_found, "There is no such link. Check it for a typing error."});
  const std::shared_ptr<Answer> shared = std::move(answer);
  Pool::Job job = [this, shared, page, bound = match.bound, path = std::move(path), parameters = std::move(match.parameters)] {
    const AccessLine& line = shared->note().line;
    const Request request{.method = "GET", .path = path, .parameters = parameters, .query = {}, .headers = {}, .cookies = {}, .body = {}};
    const auto passage = means_.gates.pass(*bound, request, {.at = shared->note().began, .request_id = line.request_id, .client = line.client});
    send_asset(*shared, *page, passage.response.status);
  };
  if (!pool_.submit(job)) send_problem(*shared, {ErrorCode::unavailable, "The server has too much to do. Try again in a moment.", {}, "busy"});
}

void Gateway::send_asset(Answer& answer, const Asset& asset, int status) {
  Note& note = answer.note();
  if (note.series == "other") {
    note.series = "static";
    if (status == 200) note.line.path = std::string(asset.path);
  }
  note.kind = Kind::page;
  auto found = answer_asset(asset, answer.head().fields, status);
  if (!found.head.fields.find("cache-control")) found.head.fields.add("cache-control", "no-store");
  answer.respond(std::move(found.head), std::string(found.body));
}

}  // namespace satchel::gateway
