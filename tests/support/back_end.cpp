// SPDX-License-Identifier: Apache-2.0
#include "tests/support/back_end.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "satchel/base/crc.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/functions/registry.hpp"

namespace satchel {
namespace {

User person_of(std::string name, Role role, Random& random, Time created) {
  return {.id = UserId(random_id(random)), .email = name + "@example.org", .name = std::move(name), .role = role,
          .space = SpaceId(random_id(random)), .root = EntryId(random_id(random)), .created = created};
}

/// Fixtures write past all adversity.
void must_write(MemoryTable& table, const Call& call, const Transaction& transaction) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto written = table.write(call, transaction);
    if (written) return;  // committed, or by an attempt whose answer was lost
  }
  throw std::runtime_error("the table does not take what the fixture writes");
}

Request request_of(std::string_view method, std::string_view target, std::string_view body, TextMap headers) {
  Request request{.method = std::string(method), .path = std::string(target.substr(0, target.find('?'))), .headers = std::move(headers),
                  .body = std::string(body)};
  const std::size_t mark = target.find('?');
  std::string_view query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    request.query.insert_or_assign(percent_decode(pair.substr(0, equals)).value_or(""),
                                   percent_decode(pair.substr(std::min(pair.size(), equals + 1))).value_or(""));
  }
  return request;
}

Result<void> check_access(const Row& row, const Principal& who) {
  const auto* person = std::get_if<SignedIn>(&who);
  if (row.access == Access::open) return {};
  if (!person) return fail(ErrorCode::unauthenticated, "Sign in first.");
  if (row.access == Access::admin && (person->user.role != Role::admin || person->by_api_token())) {
    return fail(ErrorCode::forbidden, "This is for administrators.");
  }
  if (person->by_api_token() && !person->scopes.contains(row.scope)) return fail(ErrorCode::forbidden, "The scope is missing.", {}, "scope_missing");
  return {};
}

bool passes(const Answer& answer) {
  return answer.status >= 500 || (answer.status == 409 && answer.type() == "conflict") || (answer.status == 429 && answer.type() == "too_many");
}

}  // namespace

const Json* Answer::find(std::string_view path) const {
  const Json* at = &body;
  while (at && !path.empty()) {
    const std::string_view step = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), step.size() + 1));
    if (const auto* list = at->as<Json::Array>()) {
      std::size_t index = 0;
      std::from_chars(step.data(), step.data() + step.size(), index);
      at = index < list->size() ? &(*list)[index] : nullptr;
    } else {
      at = at->find(step);
    }
  }
  return at;
}
std::string Answer::text(std::string_view path) const {
  const Json* found = find(path);
  const auto* value = found ? found->as<std::string>() : nullptr;
  return value ? *value : std::string();
}
std::int64_t Answer::number(std::string_view path) const {
  const Json* found = find(path);
  const auto* value = found ? found->as<std::int64_t>() : nullptr;
  return value ? *value : 0;
}
std::vector<std::string> Answer::texts(std::string_view list, std::string_view member) const {
  std::vector<std::string> texts;
  const Json* found = find(list);
  const auto* items = found ? found->as<Json::Array>() : nullptr;
  for (std::size_t i = 0; items && i < items->size(); ++i) texts.push_back(text(fmt::format("{}.{}.{}", list, i, member)));
  return texts;
}

BackEnd::BackEnd(const Options& options)
    : clock(options.start),
      random(options.seed),
      table(options.table ? options.table(clock) : options.adversity ? memory_table(*options.adversity) : memory_table()),
      objects(options.objects ? options.objects(clock) : memory_object_store(clock, random, {.smallest_part = 1})),
      directory(random),
      settings{.public_url = "https://satchel.test", .default_quota = options.quota, .version = "test"},
      faulty_table_(*table, faults),
      faulty_objects_(*objects, faults),
      faulty_directory_(directory, faults),
      faulty_mailer_(mailer, faults),
      faulty_hasher_(*hasher, faults),
      quota_(options.quota) {
  anna = person_of("Anna", Role::admin, random, clock.now());
  ben = person_of("Ben", Role::member, random, clock.now());
  for (const User& user : {anna, ben}) {
    directory.add(user);
    Transaction transaction{Put{to_item(user), Condition::none()}};
    for (Item& item : new_space(user, quota_)) transaction.push_back(Put{std::move(item), Condition::none()});
    must_write(*table, call(), transaction);
  }
  restart();
  let_schedules_start_now();
}

/// As if every sweep had been here before: the cursor of one that never ran lies two days back, which only costs time.
void BackEnd::let_schedules_start_now() {
  const Time hour = std::chrono::floor<std::chrono::hours>(clock.now());
  Transaction cursors;
  for (const Bound& bound : registry_->all()) {
    if (!std::holds_alternative<Every>(bound.row.trigger)) continue;
    for (int shard = 0; shard < keys::kDueShards; ++shard) {
      Item cursor{keys::cursor(bound.row.name, shard), {}};
      cursor.set("hour", to_millis(hour));
      cursors.push_back(Put{std::move(cursor), Condition::none()});
    }
  }
  must_write(*table, call(), cursors);
}

void BackEnd::restart() {
  const Ports ports{faulty_table_, faulty_objects_, faulty_directory_, faulty_mailer_, *vault, faulty_hasher_, settings};
  registry_ = std::make_unique<Registry>(function_rows(), ports);
}

Call BackEnd::call() const { return {clock.now(), clock.now() + std::chrono::minutes{1}}; }

Context BackEnd::context(const Principal& who) const {
  auto& self = const_cast<BackEnd&>(*this);  // a context hands out what the world owns
  return {.call = call(), .principal = who, .request_id = "test", .client = "192.0.2.1", .random = self.random, .logger = *self.logger_, .clock = nullptr};
}

Result<Response> BackEnd::handle(const Principal& who, const Request& request) {
  const auto match = registry_->match(request.method, request.path);
  if (!match.bound) return fail(ErrorCode::not_found, "There is no such route: " + request.path);
  TRY(check_access(match.bound->row, who));
  Request routed = request;
  routed.parameters = match.parameters;
  return match.bound->function->handle(context(who), routed);
}

Answer BackEnd::ask(const Principal& who, std::string_view method, std::string_view path, std::string_view body, TextMap headers) {
  auto result = handle(who, request_of(method, path, body, std::move(headers)));
  const Response response = result ? *std::move(result) : problem(result.error(), "test");
  Answer answer{.status = response.status};
  for (const auto& [name, value] : response.headers) answer.headers.insert_or_assign(name, value);
  if (!response.body.empty()) answer.body = Json::parse(response.body).value_or(Json());
  return answer;
}

Answer BackEnd::insist(const User& who, std::string_view method, std::string_view path, std::string_view body, TextMap headers) {
  constexpr int kMost = 5;
  Answer answer = ask(who, method, path, body, headers);
  for (int attempt = 1; attempt < kMost && passes(answer); ++attempt) answer = ask(who, method, path, body, headers);
  return answer;
}

std::string BackEnd::new_file(const EntryId& folder, std::string_view name, std::string_view bytes, std::string_view conflict) {
  const auto checksum = Json::object({{"algorithm", "crc64nvme"}, {"value", checksum_text(crc64nvme(bytes))}});
  const auto file = Json::object({{"folder", folder.str()}, {"name", name}, {"size", static_cast<std::int64_t>(bytes.size())},
                                  {"checksum", checksum}, {"conflict", conflict}});
  return Json::object({{"files", Json::Array{file}}}).text();
}

int BackEnd::send(const Json& signed_request, std::string_view bytes) {
  SignedRequest request;
  for (const auto& [name, value] : *signed_request.as<Json::Object>()) {
    if (name == "method") request.method = *value.as<std::string>();
    if (name == "url") request.url = *value.as<std::string>();
    if (name != "headers") continue;
    for (const auto& [header, text] : *value.as<Json::Object>()) request.headers.emplace_back(header, *text.as<std::string>());
  }
  return objects->put(request, bytes).status;
}

Answer BackEnd::upload(const User& who, const EntryId& folder, std::string_view name, std::string_view bytes, std::string_view conflict) {
  const Answer created = insist(who, "POST", "/api/v1/uploads", new_file(folder, name, bytes, conflict));
  const Json* put = created.find("uploads.0.put");
  if (created.status != 201 || !put) return created;
  send(*put, bytes);
  return insist(who, "POST", fmt::format("/api/v1/uploads/{}/complete", created.text("uploads.0.id")), "{}");
}

std::optional<std::string> BackEnd::download(const User& who, const EntryId& entry) {
  const Answer answer = insist(who, "POST", "/api/v1/downloads", Json::object({{"entry", entry.str()}}).text());
  if (answer.status != 200) return std::nullopt;
  const ClientAnswer got = objects->get({.method = "GET", .url = answer.text("url"), .headers = {}, .expires = {}});
  return got.status == 200 ? std::optional(got.body) : std::nullopt;
}

EntryId BackEnd::make_folder(const User& who, const EntryId& parent, std::string_view path) {
  return EntryId(insist(who, "POST", "/api/v1/folders", Json::object({{"parent", parent.str()}, {"path", path}}).text()).text("id"));
}
EntryId BackEnd::find(const User& who, std::string_view path) {
  return EntryId(insist(who, "GET", fmt::format("/api/v1/resolve?path={}", percent_encode(path))).text("id"));
}
std::vector<std::string> BackEnd::names(const User& who, const EntryId& folder) {
  std::vector<std::string> names;
  std::string cursor;
  do {
    const Answer page = insist(who, "GET", fmt::format("/api/v1/folders/{}/entries?cursor={}", folder.str(), percent_encode(cursor)));
    for (std::string& name : page.texts("entries", "name")) names.push_back(std::move(name));
    cursor = page.text("cursor");
  } while (!cursor.empty());
  return names;
}
std::int64_t BackEnd::avail(const User& who) { return insist(who, "GET", "/api/v1/me").number("space.avail"); }

bool BackEnd::hand_out(const Event& event) {
  bool all = true;
  for (const Bound* consumer : registry_->consumers(event.type)) {
    if (!consumer->function->on_event(context(System{}), event)) all = false;
  }
  return all;
}

void BackEnd::deliver_again(const Event& event) { hand_out(event); }

bool BackEnd::deliver_outbox(bool& progress) {
  bool left = false;
  auto items = table->items();
  if (newest_first_) std::ranges::reverse(items);
  for (const Item& item : items) {
    if (family_of(item.key.partition) != Family::outbox || item.key.sort == "LEASE") continue;
    if (from_millis(item.number(kNotBefore)) > clock.now()) continue;
    const Event event = event_from(item);
    if (!hand_out(event)) {
      left = true;
      continue;
    }
    delivered_.push_back(event);
    if (delivered_.size() == doubled_) hand_out(event);
    must_write(*table, call(), {Delete{item.key, Condition::none()}});
    progress = true;
  }
  return left;
}

bool BackEnd::deliver() {
  constexpr int kMostRounds = 200;
  int idle = 0;
  for (int round = 0; round < kMostRounds && idle < 10; ++round) {
    bool progress = false;
    bool left = deliver_outbox(progress);
    auto arrived = objects->receive(call(), 100);
    if (newest_first_) std::ranges::reverse(*arrived);
    for (const Event& event : *arrived) {
      if (!hand_out(event)) {
        left = true;
        continue;
      }
      delivered_.push_back(event);
      if (delivered_.size() == doubled_) hand_out(event);
      (void)objects->acknowledge(call(), event);
      progress = true;
    }
    if (!left && !progress) return true;
    idle = progress ? 0 : idle + 1;
  }
  return false;
}

void BackEnd::run_schedule(std::string_view name) {
  for (const Bound& bound : registry_->all()) {
    if (bound.row.name == name) (void)bound.function->on_schedule(context(System{}));
  }
}
void BackEnd::run_schedules() {
  for (const Bound& bound : registry_->all()) {
    if (std::holds_alternative<Every>(bound.row.trigger)) (void)bound.function->on_schedule(context(System{}));
  }
}

}  // namespace satchel
