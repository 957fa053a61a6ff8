// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "satchel/runtime/decode.hpp"

namespace satchel::gateway {
namespace {

constexpr std::size_t kLongestMethod = 20;
constexpr std::uint64_t kSmallBody = 64 * 1024;

bool lies_below(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

std::string joined(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + text;
  return list;
}

Error busy() { return {ErrorCode::unavailable, "The server has too much to do and did nothing. Try again in a moment.", {}, "busy"}; }

/// A problem document with a status that no ErrorCode stands for.
std::string problem_text(std::string_view type, int status, std::string_view sentence, std::string_view request_id) {
  return Json::object({{"type", type}, {"title", net::reason_phrase(status)}, {"status", status}, {"detail", sentence}, {"request_id", request_id}}).text();
}

bool has_body(const net::RequestHead& head) { return head.chunked || head.content_length.value_or(0) > 0; }

/// What a body that could not be read whole means for its sender.
Error body_error(const Row& row, Error error) {
  if (error.code != ErrorCode::too_large) return error;
  return std::move(check_size(row, row.body_limit + 1)).error();
}

Result<TextMap> decode_headers(const net::Fields& fields) {
  TextMap headers;
  for (const net::Field& field : fields) {
    const auto [place, added] = headers.emplace(field.name, field.value);
    if (added) continue;
    if (has_one_value(field.name)) {
      return fail(ErrorCode::invalid, fmt::format("The header '{}' was sent twice. Send it once.", field.name), {}, "header_twice");
    }
    place->second += (field.name == "cookie" ? "; " : ", ") + field.value;
  }
  return headers;
}

}  // namespace

/// A request on its way to its function.
struct Gateway::Work {
  std::unique_ptr<Answer> answer;
  const Bound* bound;
  Request request;
  Arrival arrival;
  std::optional<BodyBudget::Room> room;  // of its body
};

Gateway::Gateway(GatewayOptions options, GatewayMeans means)
    : options_(std::move(options)),
      means_(std::move(means)),
      security_(options_.origins),
      answer_means_{security_, means_.clock, means_.logger, metrics_},
      assets_(means_.assets),
      pool_(options_.pool) {}

void Gateway::mount(std::string prefix, net::Handler& handler) { mounts_.emplace_back(std::move(prefix), &handler); }

void Gateway::handle(std::unique_ptr<net::Exchange> exchange) {
  auto answer = std::make_unique<Answer>(answer_means_, std::move(exchange));
  const net::RequestHead& head = answer->head();
  const std::string_view target = head.target;
  const auto path = target.substr(0, target.find('?'));
  Note& note = answer->note();
  note.began = means_.clock.now();
  note.line.request_id = random_id(means_.random);
  note.line.method = head.method.substr(0, kLongestMethod);
  note.line.client = options_.proxies.client(head.peer, head.fields.find("x-forwarded-for").value_or(""));
  for (const auto& [prefix, handler] : mounts_) {
    if (!lies_below(path, prefix)) continue;
    note.series = prefix.substr(1);
    note.kind = Kind::mount;
    note.line.path = std::string(path);
    return handler->handle(std::move(answer));
  }
  route(std::move(answer), path);
}

void Gateway::route(std::unique_ptr<Answer> answer, std::string_view path) {
  answer->note().line.path = loggable_path(path);
  answer->note().series = "other";
  auto target = decode_target(answer->head().target);
  if (!target) return send_problem(*answer, target.error());
  auto match = means_.registry.match(answer->head().method, path);
  if (match.bound) return start_function(std::move(answer), std::move(match), std::move(target->query));
  if (serve_own(answer, path) || serve_site(answer, path)) return;
  if (match.allowed.empty()) return send_problem(*answer, {ErrorCode::not_found, "There is nothing at this address. Check it for a typing error."});
  refuse_method(*answer, match.allowed);
}

void Gateway::start_function(std::unique_ptr<Answer> answer, Registry::Match match, TextMap query) {
  const Row& row = match.bound->row;
  Note& note = answer->note();
  note.line.path = loggable_path(std::get<Route>(row.trigger), match.parameters);
  note.series = std::string(row.name);
  const net::RequestHead& head = answer->head();
  auto headers = decode_headers(head.fields);
  if (!headers) return send_problem(*answer, headers.error());
  // A length that is declared is refused before the first byte of the body.
  if (const auto size = check_size(row, head.content_length.value_or(0)); !size) return send_problem(*answer, size.error());
  Request request{.method = head.method,
                  .path = head.target.substr(0, head.target.find('?')),
                  .parameters = std::move(match.parameters),
                  .query = std::move(query),
                  .headers = *std::move(headers),
                  .cookies = decode_cookies(head.fields.count("cookie") == 1 ? *head.fields.find("cookie") : std::string_view{}),
                  .body = {}};
  Arrival arrival{.at = note.began, .request_id = note.line.request_id, .client = note.line.client};
  read_body(std::make_shared<Work>(std::move(answer), match.bound, std::move(request), std::move(arrival)));
}

void Gateway::read_body(std::shared_ptr<Work> work) {
  const Row& row = work->bound->row;
  Answer& answer = *work->answer;
  if (row.body_limit == 0 || !has_body(answer.head())) return enqueue(std::move(work));
  const auto announced = answer.head().content_length.value_or(row.body_limit);
  // Much is taken only from those who are known.
  if (announced <= kSmallBody || row.access == Access::open) return receive(std::move(work), announced);
  Pool::Job job = [this, work, announced] {
    if (auto refusal = means_.gates.refuse_stranger(*work->bound, work->request, work->arrival)) return answer_with(*work, *std::move(refusal));
    receive(work, announced);
  };
  if (!pool_.submit(job)) send_problem(answer, busy());
}

void Gateway::receive(std::shared_ptr<Work> work, std::uint64_t announced) {
  const Row& row = work->bound->row;
  Answer& answer = *work->answer;
  auto room = bodies_.take(network_of(work->arrival.client), announced);
  if (!room) return send_problem(answer, busy());
  work->room.emplace(*std::move(room));
  answer.read_all(row.body_limit, [this, work = std::move(work)](Result<std::string> body) mutable {
    if (!body) return send_problem(*work->answer, body_error(work->bound->row, std::move(body).error()));
    work->request.body = *std::move(body);
    // The function's time begins when its request is whole: a slow sender takes nobody's.
    work->arrival.at = means_.clock.now();
    enqueue(std::move(work));
  });
}

void Gateway::enqueue(std::shared_ptr<Work> work) {
  Pool::Job job = [this, work] { run_function(*work); };
  if (!pool_.submit(job)) send_problem(*work->answer, busy());
}

void Gateway::run_function(Work& work) {
  answer_with(work, means_.gates.pass(*work.bound, std::move(work.request), work.arrival));
}

void Gateway::answer_with(Work& work, Gates::Passage passage) {
  work.answer->note().line.actor = std::move(passage.actor);
  send(*work.answer, std::move(passage.response));
}

void Gateway::send(Answer& answer, Response response) {
  net::ResponseHead head{.status = response.status, .fields = {}};
  for (auto& [name, value] : response.headers) head.fields.add(std::move(name), std::move(value));
  answer.respond(std::move(head), std::move(response.body));
}

void Gateway::refuse_method(Answer& answer, const std::vector<std::string>& allowed) {
  const std::string sentence = fmt::format("This address does not take this method. It takes {}.", joined(allowed));
  send(answer, {.status = 405,
                .headers = {{"content-type", "application/problem+json"}, {"allow", joined(allowed)}, {"cache-control", "no-store"}},
                .body = problem_text("method_not_allowed", 405, sentence, answer.note().line.request_id)});
}

void Gateway::send_problem(Answer& answer, const Error& error) {
  Response response = satchel::problem(error, answer.note().line.request_id);
  response.headers.emplace_back("cache-control", "no-store");
  send(answer, std::move(response));
}

std::string Gateway::problem(int status, std::string_view sentence) {
  const std::string id = random_id(means_.random);
  means_.logger.info("request.malformed", {{"request_id", id}, {"status", std::int64_t{status}}});
  metrics_.count("server", status, Duration{0}, 0);
  return problem_text(status >= 500 ? "unavailable" : "malformed_request", status, sentence, id);
}

}  // namespace satchel::gateway
