// SPDX-License-Identifier: Apache-2.0
#include "satchel/passwords/password_hasher.hpp"

#include <argon2.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace satchel {
namespace {

constexpr std::size_t kMostBytes = 1024;
constexpr std::uint32_t kSalt = 16, kHash = 32;

std::unexpected<Error> busy() {
  return fail(ErrorCode::too_many, "Many people sign in right now. Try again in a moment.", {}, "busy");
}

class Argon2PasswordHasher final : public PasswordHasher {
 public:
  Argon2PasswordHasher(const PasswordHasherOptions& options, Clock& clock, Random& random)
      : options_(options), clock_(&clock), random_(&random),
        at_once_(options.at_once > 0 ? options.at_once : std::max(1, static_cast<int>(std::thread::hardware_concurrency()))) {}

  Result<std::string> hash(const Call& call, std::string_view password) override {
    if (password.size() > kMostBytes) return fail(ErrorCode::invalid, "The password is too long. Use at most 1,024 bytes.");
    const auto turn = TRY(wait_for_turn(call));
    return make(password);
  }

  Result<bool> verify(const Call& call, std::string_view hash, std::string_view password) override {
    if (password.size() > kMostBytes) return false;
    const auto turn = TRY(wait_for_turn(call));
    if (!hash.starts_with("$argon2id$")) {
      TRY(make(password));  // the time that a hash would have taken
      return false;
    }
    return argon2id_verify(std::string(hash).c_str(), password.data(), password.size()) == ARGON2_OK;
  }

  bool is_current(std::string_view hash) const override {
    return hash.starts_with(fmt::format("$argon2id$v=19$m={},t={},p={}$", options_.memory_kib, options_.passes, options_.lanes));
  }

 private:
  /// A place among the running hashes, given back at its end.
  class Turn {
   public:
    explicit Turn(Argon2PasswordHasher* hasher) : hasher_(hasher) {}
    Turn(Turn&& other) noexcept : hasher_(std::exchange(other.hasher_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (!hasher_) return;
      const std::scoped_lock lock(hasher_->mutex_);
      --hasher_->running_;
      hasher_->freed_.notify_one();
    }

   private:
    Argon2PasswordHasher* hasher_;
  };

  Result<Turn> wait_for_turn(const Call& call) {
    std::unique_lock lock(mutex_);
    if (running_ >= at_once_) {
      if (waiting_ >= options_.queue) return busy();
      ++waiting_;
      const bool came = freed_.wait_for(lock, call.deadline - clock_->now(), [&] { return running_ < at_once_; });
      --waiting_;
      if (!came) return busy();
    }
    ++running_;
    return Turn(this);
  }

  Result<std::string> make(std::string_view password) const {
    std::array<std::byte, kSalt> salt;
    random_->fill(salt);
    std::string encoded(argon2_encodedlen(options_.passes, options_.memory_kib, options_.lanes, kSalt, kHash, Argon2_id), '\0');
    const int result = argon2id_hash_encoded(options_.passes, options_.memory_kib, options_.lanes, password.data(), password.size(), salt.data(),
                                             salt.size(), kHash, encoded.data(), encoded.size());
    if (result == ARGON2_MEMORY_ALLOCATION_ERROR) return fail(ErrorCode::unavailable, "The server is short of memory. Try again in a moment.");
    if (result != ARGON2_OK) return fail(ErrorCode::internal, "The password could not be worked with.", argon2_error_message(result));
    encoded.resize(encoded.find('\0'));
    return encoded;
  }

  PasswordHasherOptions options_;
  Clock* clock_;
  Random* random_;
  int at_once_;
  std::mutex mutex_;
  std::condition_variable freed_;
  int running_ = 0, waiting_ = 0;
};

}  // namespace

std::unique_ptr<PasswordHasher> argon2_password_hasher(const PasswordHasherOptions& options, Clock& clock, Random& random) {
  return std::make_unique<Argon2PasswordHasher>(options, clock, random);
}

}  // namespace satchel
