// SPDX-License-Identifier: Apache-2.0
// All functions over the memory adapters (or what a test puts in their place), with two people, a clock that stands still and a client: what tests of functions and the
// fault harness stand on. The ports that the functions hold pass through the fault decorators, which do nothing until armed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"
#include "satchel/runtime/registry.hpp"
#include "tests/support/faults.hpp"

namespace satchel {

/// What a client sees of an answer.
struct Answer {
  int status = 0;
  Json body;
  TextMap headers;

  /// A member of the body, or of an object within it ("space.avail"); empty or 0 where there is none.
  std::string text(std::string_view path) const;
  std::int64_t number(std::string_view path) const;
  const Json* find(std::string_view path) const;
  /// The members of that name of all objects in a list: names("entries", "name").
  std::vector<std::string> texts(std::string_view list, std::string_view member) const;
  std::string type() const { return text("type"); }  // of a problem
};

class BackEnd {
 public:
  struct Options {
    std::optional<Adversity> adversity = {};
    std::int64_t quota = 100'000'000;
    std::uint64_t seed = 1;
    Time start = ManualClock().now();
    // What to stand on instead of memory: adapters over engines, whose content a test can see as it sees memory's.
    std::function<std::unique_ptr<MemoryTable>(Clock&)> table = {};
    std::function<std::unique_ptr<MemoryObjectStore>(Clock&)> objects = {};
  };
  explicit BackEnd(const Options& options);
  BackEnd() : BackEnd(Options()) {}

  // ---- the world ----
  ManualClock clock;
  SeededRandom random;
  std::unique_ptr<MemoryTable> table;
  std::unique_ptr<MemoryObjectStore> objects;
  MemoryDirectory directory;
  MemoryMailer mailer;
  std::unique_ptr<Vault> vault = memory_vault();
  std::unique_ptr<PasswordHasher> hasher = memory_password_hasher();
  Settings settings;
  Faults faults;
  User anna, ben;  // a member each, with a space of their own; anna is the administrator

  /// The functions made anew, as after a restart of the process.
  void restart();
  const Registry& registry() const { return *registry_; }
  Call call() const;

  // ---- a client ----
  /// `path` with its query ("/api/v1/folders/x/entries?limit=2"). The gates' part is played: who asks, scopes, administrators.
  Answer ask(const Principal& who, std::string_view method, std::string_view path, std::string_view body = "", TextMap headers = {});
  Answer ask(const User& who, std::string_view method, std::string_view path, std::string_view body = "", TextMap headers = {}) {
    return ask(Principal(SignedIn{.user = who, .token = {}, .scopes = {}}), method, path, body, std::move(headers));
  }
  /// As a client that repeats what may pass by itself (5xx, and 409 and 429 without a type of their own).
  Answer insist(const User& who, std::string_view method, std::string_view path, std::string_view body = "", TextMap headers = {});

  /// The body of create_upload for one file.
  static std::string new_file(const EntryId& folder, std::string_view name, std::string_view bytes, std::string_view conflict = "fail");
  /// Creates, sends and completes one file, insisting; the answer to the last request.
  Answer upload(const User& who, const EntryId& folder, std::string_view name, std::string_view bytes, std::string_view conflict = "fail");
  /// The bytes of an entry as its owner downloads them; empty where that fails.
  std::optional<std::string> download(const User& who, const EntryId& entry);
  EntryId make_folder(const User& who, const EntryId& parent, std::string_view path);
  /// What a path leads to; empty where it leads nowhere.
  EntryId find(const User& who, std::string_view path);
  std::vector<std::string> names(const User& who, const EntryId& folder);
  std::int64_t avail(const User& who);
  /// Sends bytes as a request of an answer says ("uploads.0.put" is body.find("uploads")[0].put). The status.
  int send(const Json& signed_request, std::string_view bytes);

  // ---- events and time ----
  /// Delivers what the store and the outbox have until nothing is left; false where something does not go away.
  bool deliver();
  /// The events delivered so far, each once, in their order; deliver_again() brings one a further time.
  const std::vector<Event>& delivered() const { return delivered_; }
  void deliver_again(const Event& event);
  /// From now on the newest event comes first.
  void deliver_newest_first() { newest_first_ = true; }
  /// The event of this number, counted from 1 from now on, comes twice at once.
  void double_event(std::size_t number) { doubled_ = delivered_.size() + number; }
  /// Runs a schedule by its row's name, or all of them.
  void run_schedule(std::string_view name);
  void run_schedules();

 private:
  Context context(const Principal& who) const;
  Result<Response> handle(const Principal& who, const Request& request);
  bool hand_out(const Event& event);
  bool deliver_outbox(bool& progress);
  void let_schedules_start_now();

  FaultyTable faulty_table_;
  FaultyObjectStore faulty_objects_;
  FaultyDirectory faulty_directory_;
  FaultyMailer faulty_mailer_;
  FaultyPasswordHasher faulty_hasher_;
  std::unique_ptr<Logger> logger_ = null_logger();
  std::unique_ptr<Registry> registry_;
  std::vector<Event> delivered_;
  std::size_t doubled_ = 0;
  bool newest_first_ = false;
  std::int64_t quota_;
};

}  // namespace satchel
