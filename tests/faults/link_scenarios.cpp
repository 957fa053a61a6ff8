// SPDX-License-Identifier: Apache-2.0
// Links and personal tokens. Whatever happens: a limited link's `left` is its limit less the leases that are out or spent, an entry is
// marked as shared exactly while links point to it, and what was withdrawn opens nothing.
#include <fmt/format.h>

#include <algorithm>

#include "satchel/functions/entries.hpp"
#include "satchel/model/api_token.hpp"
#include "satchel/model/link.hpp"
#include "tests/faults/scenario.hpp"

namespace satchel {
namespace {

/// What somebody without an account is answered, who tries again where it may pass.
Answer visit(Run& run, std::string_view method, const std::string& path, std::string_view body = "") {
  Answer answer;
  for (int i = 0; i < 8; ++i) {
    answer = run.b.ask(Principal(Anonymous{}), method, path, body);
    if (answer.status < 500 && !(answer.status == 409 && answer.type() == "conflict") && !(answer.status == 429 && answer.type() == "too_many")) break;
  }
  return answer;
}

std::vector<Link> all_links(const Run& run) {
  std::vector<Link> links;
  for (const Item& item : run.b.table->items()) {
    if (family_of(item.key.partition) == Family::link) links.push_back(link_from(item));
  }
  return links;
}

/// While the leases are there; a day later their sweep leaves the sums alone.
void require_counts(Run& run) {
  run.require(run.b.deliver(), "an event does not go away");
  for (const Link& link : all_links(run)) {
    if (!link.max_downloads) continue;
    std::int64_t out = 0;
    for (const Item& item : run.b.table->items()) {
      const bool lease = family_of(item.key.partition) == Family::lease && item.text("link") == link.id.str();
      out += lease && item.text("state") != "returned" ? 1 : 0;
    }
    run.require(link.left == *link.max_downloads - out, fmt::format("left is {}, with {} leases out of {}", link.left, out, *link.max_downloads));
    run.require(link.downloads == out, "downloads do not agree with the leases");
  }
}

void require_sums(Run& run) {
  for (const Link& link : all_links(run)) {
    if (link.max_downloads) run.require(link.left + link.downloads == *link.max_downloads, "left and downloads do not make the limit");
  }
}

void require_pointers(Run& run) {
  const auto items = run.b.table->items();
  const auto has = [&](const Key& key) { return std::ranges::any_of(items, [&](const Item& item) { return item.key == key; }); };
  for (const Link& link : all_links(run)) {
    run.require(has(keys::entry_link(link.entry, link.id)) == (link.listed && !link.revoked), "a link and its pointer do not agree");
  }
  for (const Item& meta : items) {
    if (meta.key.sort != "META" || family_of(meta.key.partition) != Family::node) continue;
    const bool pointed = std::ranges::any_of(items, [&](const Item& item) { return item.key.partition == meta.key.partition && item.key.sort.starts_with("L#"); });
    run.require(meta.flag("shared") == pointed, "an entry's mark and its links do not agree");
    if (meta.text("state") != kLive || meta.text("parent").empty()) continue;
    for (const Item& item : items) {
      if (item.key == directory_key(meta)) run.require(item.flag("shared") == pointed, "a listing's mark and the links do not agree");
    }
  }
}

void shared_file(Run& run, std::string_view terms) {
  run.notes["a"] = run.file(run.root(), "a", "hello").str();
  const Answer link = run.ask("POST", "/api/v1/links", fmt::format(R"({{"entry":"{}"{}}})", run.notes["a"], terms), {201});
  run.notes["link"] = "/api/v1/links/" + link.text("id");
  run.notes["token"] = link.text("url").substr(link.text("url").rfind('/') + 1);
}
std::string public_path(Run& run, std::string_view rest = "") { return fmt::format("/api/v1/public/links/{}{}", run.notes["token"], rest); }

Scenario create() {
  return {"create_link", [](Run& run) { run.notes["a"] = run.file(run.root(), "a", "hello").str(); },
          [](Run& run) {
            const Answer link = run.ask("POST", "/api/v1/links", fmt::format(R"({{"entry":"{}","password":"x","max_downloads":2}})", run.notes["a"]), {201});
            run.notes["id"] = link.text("id");
          },
          [](Run& run) {
            require_pointers(run);
            const auto listed = run.ask("GET", fmt::format("/api/v1/entries/{}/links", run.notes["a"]), "", {200}).texts("links", "id");
            run.require(std::ranges::find(listed, run.notes["id"]) != listed.end(), "an acknowledged link is not listed");
          }};
}

Scenario change() {
  return {"change_link", [](Run& run) { shared_file(run, R"(,"max_downloads":2)"); },
          [](Run& run) { run.ask("PATCH", run.notes["link"], R"({"max_downloads":5,"password":"x"})", {200}); },
          [](Run& run) {
            require_sums(run);
            require_pointers(run);
            run.require(visit(run, "GET", public_path(run)).type() == "link_password", "the password was not set");
          }};
}

Scenario revoke() {
  return {"revoke_link", [](Run& run) { shared_file(run, ""); }, [](Run& run) { run.ask("DELETE", run.notes["link"], "", {204}); },
          [](Run& run) {
            require_pointers(run);
            run.require(visit(run, "GET", public_path(run)).type() == "link_revoked", "what was withdrawn still opens");
          }};
}

Scenario unlock() {
  return {"unlock_link", [](Run& run) { shared_file(run, R"(,"password":"right")"); },
          [](Run& run) {
            // A lost answer counts as a try, so that the client may have to wait.
            Answer answer = visit(run, "POST", public_path(run, "/unlock"), R"({"password":"right"})");
            for (int i = 0; i < 8 && answer.status != 200; ++i) {
              run.b.clock.advance(std::chrono::minutes{15});
              answer = visit(run, "POST", public_path(run, "/unlock"), R"({"password":"right"})");
            }
            run.require(answer.status == 200, "the right password does not open");
          },
          [](Run&) {}};
}

Scenario download_whole() {
  return {"download_link", [](Run& run) { shared_file(run, R"(,"max_downloads":9)"); },
          [](Run& run) {
            const Answer answer = visit(run, "POST", public_path(run, "/downloads"), "{}");
            run.require(answer.status == 200, "a link with downloads left gave none");
            run.b.objects->get({.method = "GET", .url = answer.text("url"), .headers = {}, .expires = {}});
            require_counts(run);
          },
          [](Run& run) {
            require_sums(run);
            run.require(all_links(run).front().left <= 8, "a whole download has spent nothing");
          }};
}

Scenario download_fails() {
  return {"download_link_fails", [](Run& run) { shared_file(run, R"(,"max_downloads":9)"); },
          [](Run& run) {
            const Answer answer = visit(run, "POST", public_path(run, "/downloads"), "{}");
            run.b.objects->get({.method = "GET", .url = answer.text("url"), .headers = {}, .expires = {}}, 2);
            require_counts(run);
          },
          require_sums};
}

Scenario purge_shared() {
  return {"purge_shared_file",
          [](Run& run) {
            run.notes["a"] = run.b.upload(run.anna(), run.root(), "a", "hello").text("id");
            for (int i = 0; i < 2; ++i) run.ask("POST", "/api/v1/links", fmt::format(R"({{"entry":"{}"}})", run.notes["a"]), {201});
            run.ask("DELETE", "/api/v1/entries/" + run.notes["a"], "", {204});
          },
          [](Run& run) { run.ask("DELETE", "/api/v1/trash/" + run.notes["a"], "", {204, 404}); },
          [](Run& run) {
            require_pointers(run);
            for (const Link& link : all_links(run)) run.require(link.revoked.has_value(), "a link to what is gone was not withdrawn");
          }};
}

Scenario sweep() {
  return {"sweep_links",
          [](Run& run) {
            shared_file(run, fmt::format(R"(,"expires":"{}")", format_rfc3339(run.b.clock.now() + std::chrono::hours{1})));
            run.b.run_schedule("sweep_links");  // the cursor is near
            run.b.clock.advance(std::chrono::hours{2});
          },
          [](Run& run) { run.b.run_schedule("sweep_links"); },
          [](Run& run) {
            for (int i = 0; i < 20; ++i) run.b.run_schedule("sweep_links");
            require_pointers(run);
            run.require(visit(run, "GET", public_path(run)).type() == "link_expired", "an expired link opens");
          }};
}

Scenario tokens() {
  return {"create_and_delete_token", [](Run&) {},
          [](Run& run) {
            const Answer made = run.ask("POST", "/api/v1/tokens", R"({"name":"x"})", {201});
            run.ask("DELETE", "/api/v1/tokens/" + made.text("id"), "", {204, 404});
            run.notes["id"] = made.text("id");
          },
          [](Run& run) {
            for (const Item& item : run.b.table->items()) {
              run.require(item.key.partition != keys::token(TokenId(run.notes["id"])).partition, "a deleted token is there");
            }
          }};
}

Scenario quota() {
  return {"change_quota", [](Run& run) { run.file(run.root(), "a", "hello"); },
          [](Run& run) { run.ask("PATCH", "/api/v1/users/" + run.anna().id.str(), R"({"limit":5000})", {200}); },
          [](Run& run) { run.require(run.b.avail(run.anna()) == 4995, "the quota is not what was set"); }};
}

}  // namespace

std::vector<Scenario> link_scenarios() {
  return {create(), change(), revoke(), unlock(), download_whole(), download_fails(), purge_shared(), sweep(), tokens(), quota()};
}

}  // namespace satchel
