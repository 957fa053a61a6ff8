// SPDX-License-Identifier: Apache-2.0
#include "tests/support/faults.hpp"

#include <fmt/format.h>

#include <utility>

namespace satchel {

std::string_view to_string(FaultMode mode) {
  switch (mode) {
    case FaultMode::crash_before: return "crash before";
    case FaultMode::crash_after: return "crash after";
    case FaultMode::fail_once: return "fail once";
    case FaultMode::unknown: return "unknown outcome";
  }
  std::unreachable();
}

void Faults::arm(std::size_t call, FaultMode mode) {
  const std::scoped_lock lock(mutex_);
  plan_.insert_or_assign(call, mode);
}

void Faults::reset() {
  const std::scoped_lock lock(mutex_);
  plan_.clear();
  trace_.clear();
}

std::vector<std::string> Faults::trace() const {
  const std::scoped_lock lock(mutex_);
  return trace_;
}

bool Faults::spent() const {
  const std::scoped_lock lock(mutex_);
  return plan_.empty() || plan_.rbegin()->first <= trace_.size();
}

std::optional<FaultMode> Faults::next(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  trace_.emplace_back(name);
  const auto found = plan_.find(trace_.size());
  return found == plan_.end() ? std::nullopt : std::optional(found->second);
}

std::unexpected<Error> Faults::no_answer(std::string_view name) {
  return fail(ErrorCode::unavailable, "Something the server needs does not answer. Try again.", fmt::format("injected at {}", name));
}

Result<std::optional<Item>> FaultyTable::get(const Call& call, const Key& key) const {
  return faults_->run("table.get", [&] { return table_->get(call, key); });
}
Result<std::vector<std::optional<Item>>> FaultyTable::batch_get(const Call& call, const std::vector<Key>& keys) const {
  return faults_->run("table.batch_get", [&] { return table_->batch_get(call, keys); });
}
Result<Page> FaultyTable::query(const Call& call, const Query& query) const {
  return faults_->run("table.query", [&] { return table_->query(call, query); });
}
Result<WriteOutcome> FaultyTable::write(const Call& call, const Transaction& transaction) {
  return faults_->run("table.write", [&] { return table_->write(call, transaction); });
}

Result<SignedRequest> FaultyObjectStore::sign_upload(const Call& call, const Grant& grant, const UploadTerms& terms) const {
  return faults_->run("store.sign_upload", [&] { return store_->sign_upload(call, grant, terms); });
}
Result<SignedRequest> FaultyObjectStore::sign_part(const Call& call, const Grant& grant, const PartTerms& terms) const {
  return faults_->run("store.sign_part", [&] { return store_->sign_part(call, grant, terms); });
}
Result<SignedRequest> FaultyObjectStore::sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const {
  return faults_->run("store.sign_download", [&] { return store_->sign_download(call, grant, terms); });
}
Result<std::string> FaultyObjectStore::begin(const Call& call, const ObjectKey& key, ChecksumAlgorithm algorithm) {
  return faults_->run("store.begin", [&] { return store_->begin(call, key, algorithm); });
}
Result<PartPage> FaultyObjectStore::list_parts(const Call& call, const ObjectKey& key, const std::string& store_upload, int after) const {
  return faults_->run("store.list_parts", [&] { return store_->list_parts(call, key, store_upload, after); });
}
Result<ObjectInfo> FaultyObjectStore::complete(const Call& call, const Assembly& assembly) {
  return faults_->run("store.complete", [&] { return store_->complete(call, assembly); });
}
Result<void> FaultyObjectStore::abort(const Call& call, const ObjectKey& key, const std::string& store_upload) {
  return faults_->run("store.abort", [&] { return store_->abort(call, key, store_upload); });
}
Result<std::optional<ObjectInfo>> FaultyObjectStore::head(const Call& call, const ObjectKey& key) const {
  return faults_->run("store.head", [&] { return store_->head(call, key); });
}
Result<void> FaultyObjectStore::remove(const Call& call, const ObjectKey& key) {
  return faults_->run("store.remove", [&] { return store_->remove(call, key); });
}
Result<std::vector<Event>> FaultyObjectStore::receive(const Call& call, int most) {
  return faults_->run("store.receive", [&] { return store_->receive(call, most); });
}
Result<void> FaultyObjectStore::acknowledge(const Call& call, const Event& event) {
  return faults_->run("store.acknowledge", [&] { return store_->acknowledge(call, event); });
}

Result<std::optional<User>> FaultyDirectory::find(const Call& call, const UserId& id) const {
  return faults_->run("directory.find", [&] { return directory_->find(call, id); });
}
Result<std::optional<User>> FaultyDirectory::find_by_email(const Call& call, std::string_view email) const {
  return faults_->run("directory.find_by_email", [&] { return directory_->find_by_email(call, email); });
}
Result<PersonPage> FaultyDirectory::list(const Call& call, int limit, const std::string& cursor) const {
  return faults_->run("directory.list", [&] { return directory_->list(call, limit, cursor); });
}
Result<Invitation> FaultyDirectory::invite(const Call& call, std::string_view email, std::string_view name, Role role) {
  return faults_->run("directory.invite", [&] { return directory_->invite(call, email, name, role); });
}
Result<Invitation> FaultyDirectory::start_reset(const Call& call, const UserId& id) {
  return faults_->run("directory.start_reset", [&] { return directory_->start_reset(call, id); });
}
Result<User> FaultyDirectory::set_disabled(const Call& call, const UserId& id, bool disabled) {
  return faults_->run("directory.set_disabled", [&] { return directory_->set_disabled(call, id, disabled); });
}
Result<User> FaultyDirectory::set_role(const Call& call, const UserId& id, Role role) {
  return faults_->run("directory.set_role", [&] { return directory_->set_role(call, id, role); });
}

Result<void> FaultyMailer::send(const Call& call, const Mail& mail) {
  return faults_->run("mailer.send", [&] { return mailer_->send(call, mail); });
}

Result<std::string> FaultyPasswordHasher::hash(const Call& call, std::string_view password) {
  return faults_->run("hasher.hash", [&] { return hasher_->hash(call, password); });
}
Result<bool> FaultyPasswordHasher::verify(const Call& call, std::string_view hash, std::string_view password) {
  return faults_->run("hasher.verify", [&] { return hasher_->verify(call, hash, password); });
}

}  // namespace satchel
