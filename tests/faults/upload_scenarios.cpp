// SPDX-License-Identifier: Apache-2.0
// Uploads, from the reservation to the visible file, and their other ends.
#include <fmt/format.h>

#include "tests/faults/scenario.hpp"

namespace satchel {
namespace {

void nothing(Run&) {}

std::string upload(const std::string& id, std::string_view what = "") { return fmt::format("/api/v1/uploads/{}{}", id, what); }

/// A client that remembers its key: however often it asks, it opens one upload.
Answer create(Run& run, const std::string& body, std::initializer_list<int> statuses = {201}) {
  return run.ask("POST", "/api/v1/uploads", body, statuses, {{"idempotency-key", "scenario"}});
}

void complete_and_keep(Run& run, const std::string& id, std::string_view bytes, std::initializer_list<int> statuses = {200}) {
  const Answer done = run.ask("POST", upload(id, "/complete"), "{}", statuses);
  if (done.status == 200) run.kept.insert_or_assign(EntryId(done.text("id")), std::string(bytes));
}

void upload_one(Run& run, std::string_view name, std::string_view bytes, std::string_view conflict) {
  const Answer created = create(run, BackEnd::new_file(run.root(), name, bytes, conflict));
  if (const Json* put = created.find("uploads.0.put")) run.b.send(*put, bytes);
  complete_and_keep(run, created.text("uploads.0.id"), bytes);
}

Scenario upload_small() {
  return {"upload_small", nothing, [](Run& run) { upload_one(run, "a", "hello", "fail"); }, [](Run& run) { run.require_names(run.root(), {"a"}); }};
}

Scenario upload_numbered() {
  return {"upload_numbered", [](Run& run) { run.file(run.root(), "a", "first"); }, [](Run& run) { upload_one(run, "a", "second", "rename"); },
          [](Run& run) { run.require_names(run.root(), {"a", "a (2)"}); }};
}

Scenario upload_replacing() {
  return {"upload_replacing", [](Run& run) { run.b.upload(run.anna(), run.root(), "a", "first"); },
          [](Run& run) { upload_one(run, "a", "second!", "replace"); },
          [](Run& run) {
            run.require_names(run.root(), {"a"});
            run.require(run.b.avail(run.anna()) == 100'000'000 - 5 - 7, "the old version is not counted once");
          }};
}

Scenario upload_eleventh_version() {
  return {"upload_eleventh_version",
          [](Run& run) {
            for (int i = 0; i < 10; ++i) run.b.upload(run.anna(), run.root(), "a", "12345", "replace");
          },
          [](Run& run) { upload_one(run, "a", "67890", "replace"); },
          [](Run& run) { run.require(run.b.avail(run.anna()) == 100'000'000 - 50, "not the ten newest versions are left"); }};
}

/// Without a checksum a file goes in parts, however small it is; uploads_test.cpp has one of several parts.
std::string in_parts(Run& run, std::string_view bytes) {
  return create(run, fmt::format(R"({{"files":[{{"folder":"{}","name":"a","size":{}}}]}})", run.root().str(), bytes.size())).text("uploads.0.id");
}

void upload_parts(Run& run) {
  const std::string id = in_parts(run, "hello");
  if (run.ask("GET", upload(id), "", {200}).text("state") == "open") {
    const Answer parts = run.ask("POST", upload(id, "/parts"), R"({"parts":[{"number":1,"length":5}]})", {200, 410});
    if (const Json* request = parts.find("parts.0.request")) run.b.send(*request, "hello");
  }
  complete_and_keep(run, id, "hello");
}

Scenario upload_in_parts() {
  return {"upload_in_parts", nothing, upload_parts, [](Run& run) { run.require_names(run.root(), {"a"}); }};
}

Scenario upload_batch() {
  return {"upload_batch", nothing,
          [](Run& run) {
            std::string files = BackEnd::new_file(run.root(), "a", "1");
            const std::string second = BackEnd::new_file(run.root(), "b", "22");
            files.insert(files.size() - 2, "," + second.substr(10, second.size() - 12));
            const Answer created = create(run, files);
            const std::string_view bytes[] = {"1", "22"};
            std::string list;
            for (int i = 0; i < 2; ++i) {
              if (const Json* put = created.find(fmt::format("uploads.{}.put", i))) run.b.send(*put, bytes[i]);
              list += fmt::format(R"({}{{"id":"{}"}})", i ? "," : "", created.text(fmt::format("uploads.{}.id", i)));
            }
            const Answer done = run.ask("POST", "/api/v1/uploads/complete", fmt::format(R"({{"uploads":[{}]}})", list), {200});
            for (int i = 0; i < 2; ++i) {
              const std::string id = done.text(fmt::format("results.{}.entry.id", i));
              if (!id.empty()) run.kept.insert_or_assign(EntryId(id), std::string(bytes[i]));
            }
          },
          [](Run& run) { run.require_names(run.root(), {"a", "b"}); }};
}

/// The client sends its bytes and is gone: the event alone finishes.
Scenario upload_vanishing_client() {
  return {"upload_vanishing_client", nothing,
          [](Run& run) {
            const Answer created = create(run, BackEnd::new_file(run.root(), "a", "hello"));
            if (const Json* put = created.find("uploads.0.put")) run.b.send(*put, "hello");
          },
          [](Run& run) {
            run.require_names(run.root(), {"a"});
            run.require(run.b.download(run.anna(), run.b.find(run.anna(), "a")) == "hello", "the file has other bytes");
          }};
}

Scenario upload_beside_its_event() {
  return {"upload_beside_its_event", nothing,
          [](Run& run) {
            const Answer created = create(run, BackEnd::new_file(run.root(), "a", "hello"));
            if (const Json* put = created.find("uploads.0.put")) run.b.send(*put, "hello");
            run.b.deliver();
            complete_and_keep(run, created.text("uploads.0.id"), "hello");
          },
          [](Run& run) { run.require_names(run.root(), {"a"}); }};
}

Scenario upload_in_one_line() {
  return {"upload_in_one_line", nothing,
          [](Run& run) {
            const Answer lead = run.ask("PUT", "/api/v1/put/a", "", {307}, {{"content-length", "5"}});
            const auto location = lead.headers.find("location");
            if (location == lead.headers.end()) return;
            run.b.objects->put({.method = "PUT", .url = location->second, .headers = {{"content-length", "5"}, {"if-none-match", "*"}}, .expires = {}}, "hello");
          },
          [](Run& run) {
            const auto names = run.b.names(run.anna(), run.root());
            // After a crash the person's next curl is a further file, under a number; the first one's is not lost either.
            run.require(!names.empty() && names.size() <= 3 && names[0] == "a", "the file did not arrive");
          }};
}

Scenario upload_into_folder_that_goes() {
  return {"upload_into_folder_that_goes",
          [](Run& run) { run.notes["f"] = run.b.make_folder(run.anna(), run.root(), "f").str(); },
          [](Run& run) {
            const Answer created = create(run, BackEnd::new_file(EntryId(run.notes["f"]), "a", "hello"), {201, 404});
            if (const Json* put = created.find("uploads.0.put")) run.b.send(*put, "hello");
            run.ask("DELETE", "/api/v1/entries/" + run.notes["f"], "", {204, 404});
            if (created.status == 201) run.ask("POST", upload(created.text("uploads.0.id"), "/complete"), "{}", {200, 409});
            run.ask("DELETE", "/api/v1/trash/" + run.notes["f"], "", {204, 404});
          },
          [](Run& run) {
            run.require(run.b.avail(run.anna()) == 100'000'000, "not all room has come back");
            run.require(run.b.objects->objects().empty(), "bytes are left");
          }};
}

Scenario abort_small() {
  return {"abort_small", nothing,
          [](Run& run) {
            const Answer created = create(run, BackEnd::new_file(run.root(), "a", "hello"));
            run.ask("DELETE", upload(created.text("uploads.0.id")), "", {204});
            if (const Json* put = created.find("uploads.0.put")) run.b.send(*put, "hello");  // the signature is still good
          },
          [](Run& run) {
            run.require_names(run.root(), {});
            run.require(run.b.objects->objects().empty(), "bytes are left");
          }};
}

Scenario abort_parts() {
  return {"abort_parts", nothing,
          [](Run& run) {
            const std::string id = in_parts(run, "hello");
            run.ask("POST", upload(id, "/parts"), R"({"parts":[{"number":1,"length":5}]})", {200, 410});
            run.ask("DELETE", upload(id), "", {204});
          },
          [](Run& run) {
            run.require(run.b.avail(run.anna()) == 100'000'000, "not all room has come back");
            // What the store has begun and nobody could note is the store's to sweep; there is at most one.
            run.require(run.b.objects->open_uploads() <= 1, "uploads are left in the store");
          }};
}

Scenario sweep_abandoned() {
  return {"sweep_abandoned",
          [](Run& run) {
            run.b.insist(run.anna(), "POST", "/api/v1/uploads", BackEnd::new_file(run.root(), "a", "hello"));
            run.b.insist(run.anna(), "POST", "/api/v1/uploads", BackEnd::new_file(run.root(), "b", "hello"));
            run.b.clock.advance(std::chrono::hours{24} - std::chrono::minutes{5});
            run.b.run_schedule("sweep_uploads");  // the cursor is near
            run.b.clock.advance(std::chrono::minutes{10});
          },
          [](Run& run) { run.b.run_schedule("sweep_uploads"); },
          [](Run& run) { run.require(run.b.avail(run.anna()) == 100'000'000, "not all room has come back"); }};
}

}  // namespace

std::vector<Scenario> upload_scenarios() {
  return {upload_small(), upload_numbered(), upload_replacing(), upload_eleventh_version(), upload_in_parts(), upload_batch(),
          upload_vanishing_client(), upload_beside_its_event(), upload_in_one_line(), upload_into_folder_that_goes(), abort_small(),
          abort_parts(), sweep_abandoned()};
}

}  // namespace satchel
