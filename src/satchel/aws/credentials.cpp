// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/credentials.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "satchel/aws/credential_providers.hpp"

namespace satchel::aws {
namespace {

constexpr Duration kAhead = std::chrono::minutes{5};
// Between two tries to replace one that is still good: a service that gives the same one again is not asked at each call.
constexpr Duration kPause = std::chrono::seconds{30};

class FixedCredential final : public CredentialSource {
 public:
  explicit FixedCredential(net::Credential credential) : credential_(std::move(credential)) {}
  Result<net::Credential> get(Time) override { return credential_; }

 private:
  net::Credential credential_;
};

class RefreshedCredential final : public CredentialSource {
 public:
  RefreshedCredential(FetchCredential fetch, Clock& clock, Logger& logger) : fetch_(std::move(fetch)), clock_(&clock), logger_(&logger) {}

  Result<net::Credential> get(Time deadline) override {
    std::unique_lock lock(mutex_);
    for (;;) {
      const Time now = clock_->now();
      if (held_ && (is_fresh(now) || (is_good(now) && (fetching_ || now < next_try_)))) return *held_;
      if (!fetching_) break;
      if (now >= deadline || changed_.wait_for(lock, deadline - now) == std::cv_status::timeout) {
        return fail(ErrorCode::deadline_exceeded, "There was no time left to get a credential for AWS.");
      }
    }
    fetching_ = true;
    lock.unlock();
    auto fetched = fetch_(deadline);
    lock.lock();
    fetching_ = false;
    next_try_ = clock_->now() + kPause;
    changed_.notify_all();
    if (fetched) {
      held_ = *fetched;
      return fetched;
    }
    if (!held_ || !is_good(clock_->now())) return fetched;
    logger_->warn("credentials.not_refreshed", {{"why", fetched.error().message}});
    return *held_;
  }

 private:
  bool is_fresh(Time now) const { return !held_->expires || now + kAhead < *held_->expires; }
  bool is_good(Time now) const { return !held_->expires || now < *held_->expires; }

  FetchCredential fetch_;
  Clock* clock_;
  Logger* logger_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<net::Credential> held_;
  bool fetching_ = false;
  Time next_try_{};
};

/// Chooses at the first call, so that a program which never needs a credential never looks for one.
class DefaultCredentials {
 public:
  DefaultCredentials(Environment environment, Clock& clock) : environment_(std::move(environment)), clock_(&clock) {}

  Result<net::Credential> operator()(Time deadline) {
    if (!chosen_) chosen_ = TRY(choose());
    return chosen_(deadline);
  }

 private:
  Result<FetchCredential> choose() const {
    if (const auto given = TRY(environment_credential(environment_))) return always(*given);
    TRY(refuse_web_identity(environment_));
    if (const auto given = TRY(profile_credential(environment_))) return always(*given);
    if (auto container = TRY(container_credential(environment_, *clock_))) return container;
    if (auto instance = instance_credential(environment_, *clock_)) return instance;
    return no_credential();
  }
  static FetchCredential always(net::Credential credential) {
    return [credential = std::move(credential)](Time) { return Result<net::Credential>(credential); };
  }

  Environment environment_;
  Clock* clock_;
  FetchCredential chosen_;  // by one thread at a time
};

}  // namespace

std::shared_ptr<CredentialSource> fixed_credential(net::Credential credential) { return std::make_shared<FixedCredential>(std::move(credential)); }

std::shared_ptr<CredentialSource> refreshed_credential(FetchCredential fetch, Clock& clock, Logger& logger) {
  return std::make_shared<RefreshedCredential>(std::move(fetch), clock, logger);
}

std::shared_ptr<CredentialSource> default_credentials(Environment environment, Clock& clock, Logger& logger) {
  return refreshed_credential(DefaultCredentials(std::move(environment), clock), clock, logger);
}

}  // namespace satchel::aws
