// SPDX-License-Identifier: Apache-2.0
// Folders, names, places, copies.
#include <fmt/format.h>

#include "tests/faults/scenario.hpp"

namespace satchel {
namespace {

void nothing(Run&) {}

std::string entry(const EntryId& id) { return "/api/v1/entries/" + id.str(); }
std::string to(const EntryId& parent) { return fmt::format(R"({{"parent":"{}"}})", parent.str()); }

Scenario create_folders() {
  return {"create_folders", nothing,
          [](Run& run) { run.ask("POST", "/api/v1/folders", fmt::format(R"({{"parent":"{}","path":"a/b/c"}})", run.root().str()), {200, 201}); },
          [](Run& run) {
            run.require_names(run.root(), {"a"});
            run.require_names(run.b.find(run.anna(), "a"), {"b"});
            run.require_names(run.b.find(run.anna(), "a/b"), {"c"});
          }};
}

Scenario create_exclusive_folder() {
  return {"create_exclusive_folder", nothing,
          [](Run& run) {
            run.ask("POST", "/api/v1/folders", fmt::format(R"({{"parent":"{}","path":"a","exclusive":true}})", run.root().str()), {201, 409});
          },
          [](Run& run) { run.require_names(run.root(), {"a"}); }};
}

Scenario rename_file() {
  return {"rename_file", [](Run& run) { run.file(run.root(), "a", "hello"); },
          [](Run& run) { run.ask("PATCH", entry(run.kept.begin()->first), R"({"name":"b"})", {200}); },
          [](Run& run) { run.require_names(run.root(), {"b"}); }};
}

Scenario rename_to_number() {
  return {"rename_to_number",
          [](Run& run) {
            run.notes["a"] = run.file(run.root(), "a", "1").str();
            run.file(run.root(), "b", "2");
          },
          [](Run& run) { run.ask("PATCH", entry(EntryId(run.notes["a"])), R"({"name":"b","conflict":"rename"})", {200}); },
          [](Run& run) { run.require_names(run.root(), {"b", "b (2)"}); }};
}

Scenario move_folder() {
  return {"move_folder",
          [](Run& run) {
            run.notes["b"] = run.b.make_folder(run.anna(), run.root(), "a/b").str();
            run.file(EntryId(run.notes["b"]), "f", "hello");
            run.notes["to"] = run.b.make_folder(run.anna(), run.root(), "to").str();
          },
          [](Run& run) { run.ask("PATCH", entry(EntryId(run.notes["b"])), to(EntryId(run.notes["to"])), {200}); },
          [](Run& run) {
            run.require_names(EntryId(run.notes["to"]), {"b"});
            run.require_names(run.b.find(run.anna(), "a"), {});
          }};
}

/// Two moves that together would make a ring, and a client that insists on both.
Scenario move_into_each_other() {
  return {"move_into_each_other",
          [](Run& run) {
            run.notes["a"] = run.b.make_folder(run.anna(), run.root(), "a").str();
            run.notes["b"] = run.b.make_folder(run.anna(), run.root(), "b").str();
          },
          [](Run& run) {
            run.ask("PATCH", entry(EntryId(run.notes["a"])), to(EntryId(run.notes["b"])), {200});
            run.ask("PATCH", entry(EntryId(run.notes["b"])), to(EntryId(run.notes["a"])), {400});
          },
          [](Run& run) { run.require_names(run.root(), {"b"}); }};
}

Scenario copy_file() {
  return {"copy_file",
          [](Run& run) {
            run.notes["a"] = run.file(run.root(), "a", "hello").str();
            run.notes["to"] = run.b.make_folder(run.anna(), run.root(), "to").str();
          },
          [](Run& run) { run.ask("POST", entry(EntryId(run.notes["a"])) + "/copy", to(EntryId(run.notes["to"])), {201, 409}); },
          [](Run& run) {
            run.require(run.b.download(run.anna(), run.b.find(run.anna(), "to/a")) == "hello", "the copy has other bytes");
            run.require(run.b.objects->objects().size() == 1, "the copy has bytes of its own");
          }};
}

Scenario copy_folder() {
  return {"copy_folder",
          [](Run& run) {
            run.notes["f"] = run.b.make_folder(run.anna(), run.root(), "f").str();
            run.b.make_folder(run.anna(), EntryId(run.notes["f"]), "g");
            run.file(EntryId(run.notes["f"]), "a", "1");
            run.file(run.b.find(run.anna(), "f/g"), "b", "22");
            run.notes["to"] = run.b.make_folder(run.anna(), run.root(), "to").str();
          },
          [](Run& run) { run.ask("POST", entry(EntryId(run.notes["f"])) + "/copy", to(EntryId(run.notes["to"])), {201, 409}); },
          [](Run& run) {
            run.require_names(EntryId(run.notes["to"]), {"f"});
            run.require_names(run.b.find(run.anna(), "to/f"), {"a", "g"});
            run.require(run.b.download(run.anna(), run.b.find(run.anna(), "to/f/g/b")) == "22", "a copied file has other bytes");
          }};
}

Scenario change_my_name() {
  return {"change_my_name", nothing, [](Run& run) { run.ask("PATCH", "/api/v1/me", R"({"name":"Anne"})", {200}); }, nothing};
}

Scenario look_around() {
  return {"look_around", [](Run& run) { run.notes["a"] = run.file(run.b.make_folder(run.anna(), run.root(), "f"), "a", "hello").str(); },
          [](Run& run) {
            run.ask("GET", "/api/v1/me", "", {200});
            run.ask("GET", entry(EntryId(run.notes["a"])), "", {200});
            run.ask("GET", "/api/v1/resolve?path=f/a", "", {200});
            run.ask("GET", fmt::format("/api/v1/folders/{}/entries", run.root().str()), "", {200});
            run.ask("GET", "/api/v1/trash", "", {200});
            run.ask("GET", entry(EntryId(run.notes["a"])) + "/content", "", {303});
          },
          nothing};
}

}  // namespace

std::vector<Scenario> file_scenarios() {
  return {create_folders(), create_exclusive_folder(), rename_file(), rename_to_number(), move_folder(), move_into_each_other(),
          copy_file(), copy_folder(), change_my_name(), look_around()};
}

}  // namespace satchel
