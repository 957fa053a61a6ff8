// SPDX-License-Identifier: Apache-2.0
// Into the trash, out of it, and the end.
#include <fmt/format.h>

#include "tests/faults/scenario.hpp"

namespace satchel {
namespace {

std::string entry(const EntryId& id) { return "/api/v1/entries/" + id.str(); }
std::string restore(const EntryId& id) { return entry(id) + "/restore"; }
std::string in_trash(const EntryId& id) { return "/api/v1/trash/" + id.str(); }
EntryId noted(Run& run, const std::string& name) { return EntryId(run.notes[name]); }

void discard(Run& run, const std::string& name) { run.b.insist(run.anna(), "DELETE", entry(noted(run, name))); }

/// A file that the scenario deletes, so nobody is promised that it stays.
void doomed(Run& run, const std::string& note, const EntryId& folder, std::string_view name, std::string_view bytes) {
  run.notes[note] = run.b.upload(run.anna(), folder, name, bytes).text("id");
}

/// f with the files a and b and the folder g with a file, two of them one blob's.
void doomed_folder(Run& run) {
  run.notes["g"] = run.b.make_folder(run.anna(), run.root(), "f/g").str();
  run.notes["f"] = run.b.find(run.anna(), "f").str();
  doomed(run, "a", noted(run, "f"), "a", "1");
  doomed(run, "b", noted(run, "f"), "b", "22");
  doomed(run, "c", noted(run, "g"), "c", "333");
  run.b.insist(run.anna(), "POST", entry(noted(run, "a")) + "/copy", fmt::format(R"({{"parent":"{}"}})", run.notes["g"]));
}

void require_all_room(Run& run) {
  run.require(run.b.avail(run.anna()) == 100'000'000, "not all room has come back");
  run.require(run.b.objects->objects().empty(), "bytes are left");
}

Scenario trash_file() {
  return {"trash_file", [](Run& run) { doomed(run, "a", run.root(), "a", "hello"); },
          [](Run& run) { run.ask("DELETE", entry(noted(run, "a")), "", {204}); },
          [](Run& run) {
            run.require_names(run.root(), {});
            run.require(run.ask("GET", "/api/v1/trash", "", {200}).texts("entries", "name") == std::vector<std::string>{"a"}, "it is not in the trash");
          }};
}

Scenario restore_file() {
  return {"restore_file",
          [](Run& run) {
            run.notes["a"] = run.file(run.root(), "a", "hello").str();
            discard(run, "a");
          },
          [](Run& run) { run.ask("POST", restore(noted(run, "a")), "", {200}); }, [](Run& run) { run.require_names(run.root(), {"a"}); }};
}

Scenario restore_under_number() {
  return {"restore_under_number",
          [](Run& run) {
            run.notes["a"] = run.file(run.root(), "a", "hello").str();
            discard(run, "a");
            run.file(run.root(), "a", "other");
          },
          [](Run& run) { run.ask("POST", restore(noted(run, "a")), "", {200}); },
          [](Run& run) { run.require_names(run.root(), {"a", "a (2)"}); }};
}

Scenario restore_folder() {
  return {"restore_folder",
          [](Run& run) {
            run.notes["f"] = run.b.make_folder(run.anna(), run.root(), "e/f").str();
            run.file(noted(run, "f"), "a", "hello");
            discard(run, "f");
            run.notes["e"] = run.b.find(run.anna(), "e").str();
            discard(run, "e");
          },
          [](Run& run) { run.ask("POST", restore(noted(run, "f")), "", {200}); }, [](Run& run) { run.require_names(run.root(), {"f"}); }};
}

Scenario purge_file() {
  return {"purge_file",
          [](Run& run) {
            doomed(run, "a", run.root(), "a", "one");
            run.b.upload(run.anna(), run.root(), "a", "two", "replace");
            discard(run, "a");
          },
          [](Run& run) { run.ask("DELETE", in_trash(noted(run, "a")), "", {204, 404}); }, require_all_room};
}

Scenario purge_copy() {
  return {"purge_copy",
          [](Run& run) {
            doomed(run, "a", run.root(), "a", "one");
            const Answer copy = run.b.insist(run.anna(), "POST", entry(noted(run, "a")) + "/copy",
                                             fmt::format(R"({{"parent":"{}","name":"b"}})", run.root().str()));
            run.kept.emplace(copy.text("id"), "one");
            discard(run, "a");
          },
          [](Run& run) { run.ask("DELETE", in_trash(noted(run, "a")), "", {204, 404}); },
          [](Run& run) { run.require_names(run.root(), {"b"}); }};
}

Scenario purge_folder() {
  return {"purge_folder",
          [](Run& run) {
            doomed_folder(run);
            discard(run, "f");
          },
          [](Run& run) { run.ask("DELETE", in_trash(noted(run, "f")), "", {204, 404}); }, require_all_room};
}

Scenario purge_or_restore() {
  return {"purge_or_restore",
          [](Run& run) {
            doomed_folder(run);
            discard(run, "f");
          },
          [](Run& run) {
            run.ask("POST", restore(noted(run, "f")), "", {200, 404});
            run.ask("DELETE", in_trash(noted(run, "f")), "", {204, 404, 409});
            run.ask("DELETE", entry(noted(run, "f")), "", {204, 404});
            run.ask("DELETE", in_trash(noted(run, "f")), "", {204, 404});
          },
          require_all_room};
}

Scenario empty_trash() {
  return {"empty_trash",
          [](Run& run) {
            doomed_folder(run);
            doomed(run, "x", run.root(), "x", "4444");
            for (const char* name : {"b", "f", "x"}) discard(run, name);
          },
          [](Run& run) { run.ask("DELETE", "/api/v1/trash", "", {204}); }, require_all_room};
}

Scenario trash_by_the_clock() {
  return {"trash_by_the_clock",
          [](Run& run) {
            doomed_folder(run);
            for (const char* name : {"b", "f"}) discard(run, name);
            run.b.clock.advance(std::chrono::days{30} - std::chrono::minutes{5});
            for (int again = 0; again < 10; ++again) run.b.run_schedule("purge_trash");  // until its cursor is near
            run.b.clock.advance(std::chrono::minutes{10});
          },
          [](Run& run) { run.b.run_schedule("purge_trash"); },
          require_all_room};
}

}  // namespace

std::vector<Scenario> trash_scenarios() {
  return {trash_file(), restore_file(), restore_under_number(), restore_folder(), purge_file(), purge_copy(),
          purge_folder(), purge_or_restore(), empty_trash(), trash_by_the_clock()};
}

}  // namespace satchel
