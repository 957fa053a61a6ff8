// SPDX-License-Identifier: Apache-2.0
// The fault harness's side of the ports: decorators that count every call and, at the calls a test names, crash, fail or leave
// the outcome unknown. A scenario is run once without faults to learn its calls, then once for each call and mode; after each
// run the functions are made anew over the undecorated ports, as a restart would, and must come to the right end. Any thread.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/ports/directory.hpp"
#include "satchel/ports/mailer.hpp"
#include "satchel/ports/object_store.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"

namespace satchel {

enum class FaultMode {
  crash_before,  // the process ends: no effect
  crash_after,   // the process ends: the effect is there, nobody heard the answer
  fail_once,     // `unavailable`, no effect
  unknown,       // `unavailable`, the effect is there
};
inline constexpr FaultMode kFaultModes[] = {FaultMode::crash_before, FaultMode::crash_after, FaultMode::fail_once, FaultMode::unknown};
std::string_view to_string(FaultMode mode);

/// The end of the process, as far as a scenario is concerned. No std::exception, so that only the harness catches it; it drives
/// functions directly, not through a gate that turns every exception into an answer.
struct Crash {
  std::string call;  // "table.write"
};

/// The plan of one run, shared by its decorators.
class Faults {
 public:
  /// At the call of this number, the first being 1, counted from the last reset(). Several may be armed: faults in a recovery.
  void arm(std::size_t call, FaultMode mode);
  /// Forgets calls and plan.
  void reset();
  /// The names of all calls so far, in their order.
  std::vector<std::string> trace() const;
  std::size_t calls() const { return trace().size(); }
  /// Whether every armed fault has happened.
  bool spent() const;

  /// Makes a call of a port, or what the plan has instead of it.
  template <class Call>
  auto run(std::string_view name, Call call) -> decltype(call()) {
    const std::optional<FaultMode> fault = next(name);
    if (fault == FaultMode::crash_before) throw Crash{std::string(name)};
    if (fault == FaultMode::fail_once) return no_answer(name);
    auto result = call();
    if (fault == FaultMode::crash_after) throw Crash{std::string(name)};
    if (fault == FaultMode::unknown) return no_answer(name);
    return result;
  }

 private:
  std::optional<FaultMode> next(std::string_view name);
  static std::unexpected<Error> no_answer(std::string_view name);

  mutable std::mutex mutex_;
  std::vector<std::string> trace_;
  std::map<std::size_t, FaultMode> plan_;
};

class FaultyTable final : public Table {
 public:
  FaultyTable(Table& table, Faults& faults) : table_(&table), faults_(&faults) {}
  Result<std::optional<Item>> get(const Call& call, const Key& key) const override;
  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override;
  Result<Page> query(const Call& call, const Query& query) const override;
  Result<WriteOutcome> write(const Call& call, const Transaction& transaction) override;

 private:
  Table* table_;
  Faults* faults_;
};

/// All capabilities of the store: pass it wherever one of them is asked for.
class FaultyObjectStore final : public ObjectStore {
 public:
  FaultyObjectStore(ObjectStore& store, Faults& faults) : store_(&store), faults_(&faults) {}
  Result<SignedRequest> sign_upload(const Call& call, const Grant& grant, const UploadTerms& terms) const override;
  Result<SignedRequest> sign_part(const Call& call, const Grant& grant, const PartTerms& terms) const override;
  Result<SignedRequest> sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const override;
  Result<std::string> begin(const Call& call, const ObjectKey& key, ChecksumAlgorithm algorithm) override;
  Result<PartPage> list_parts(const Call& call, const ObjectKey& key, const std::string& store_upload, int after) const override;
  Result<ObjectInfo> complete(const Call& call, const Assembly& assembly) override;
  Result<void> abort(const Call& call, const ObjectKey& key, const std::string& store_upload) override;
  Result<std::optional<ObjectInfo>> head(const Call& call, const ObjectKey& key) const override;
  Result<void> remove(const Call& call, const ObjectKey& key) override;
  Result<std::vector<Event>> receive(const Call& call, int most) override;
  Result<void> acknowledge(const Call& call, const Event& event) override;

 private:
  ObjectStore* store_;
  Faults* faults_;
};

class FaultyDirectory final : public Directory {
 public:
  FaultyDirectory(Directory& directory, Faults& faults) : directory_(&directory), faults_(&faults) {}
  Result<std::optional<User>> find(const Call& call, const UserId& id) const override;
  Result<std::optional<User>> find_by_email(const Call& call, std::string_view email) const override;
  Result<PersonPage> list(const Call& call, int limit, const std::string& cursor) const override;
  Result<Invitation> invite(const Call& call, std::string_view email, std::string_view name, Role role) override;
  Result<Invitation> start_reset(const Call& call, const UserId& id) override;
  Result<User> set_disabled(const Call& call, const UserId& id, bool disabled) override;
  Result<User> set_role(const Call& call, const UserId& id, Role role) override;

 private:
  Directory* directory_;
  Faults* faults_;
};

class FaultyMailer final : public Mailer {
 public:
  FaultyMailer(Mailer& mailer, Faults& faults) : mailer_(&mailer), faults_(&faults) {}
  bool enabled() const override { return mailer_->enabled(); }  // a setting, no call
  Result<void> send(const Call& call, const Mail& mail) override;

 private:
  Mailer* mailer_;
  Faults* faults_;
};

class FaultyPasswordHasher final : public PasswordHasher {
 public:
  FaultyPasswordHasher(PasswordHasher& hasher, Faults& faults) : hasher_(&hasher), faults_(&faults) {}
  Result<std::string> hash(const Call& call, std::string_view password) override;
  Result<bool> verify(const Call& call, std::string_view hash, std::string_view password) override;

 private:
  PasswordHasher* hasher_;
  Faults* faults_;
};

}  // namespace satchel
