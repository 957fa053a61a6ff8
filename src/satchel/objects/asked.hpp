// SPDX-License-Identifier: Apache-2.0
// One admitted request of the S3 endpoint on its way to an answer, and the answers common to all operations.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "satchel/base/log.hpp"
#include "satchel/base/result.hpp"
#include "satchel/net/server.hpp"
#include "satchel/net/sigv4_verifier.hpp"
#include "satchel/objects/route.hpp"

namespace satchel::objects {

/// Counts the requests between admission and the end of their handling.
class Admission {
 public:
  Admission(std::atomic<int>& now, int most) : now_(now.fetch_add(1) < most ? &now : nullptr) {
    if (!now_) now.fetch_sub(1);
  }
  Admission(Admission&& other) noexcept : now_(std::exchange(other.now_, nullptr)) {}
  Admission& operator=(Admission&&) = delete;
  ~Admission() {
    if (now_) now_->fetch_sub(1);
  }
  explicit operator bool() const { return now_ != nullptr; }

 private:
  std::atomic<int>* now_;
};

/// A request whose signature was verified: only from here on does anything look at the store.
struct Asked {
  std::unique_ptr<net::Exchange> exchange;
  std::string request_id;
  Admission admission;
  std::optional<net::VerifiedRequest> verified;  // set before any operation is called
  Route route;

  const net::Fields& fields() const { return exchange->head().fields; }
  std::optional<std::string_view> parameter(std::string_view name) const { return verified->target().find(name); }
};

/// Fields of every answer, whatever it is about.
net::ResponseHead head_of(int status, const Asked& asked);

void answer(Asked& asked, net::ResponseHead head, std::string body = {});
void answer_xml(Asked& asked, net::ResponseHead head, std::string document);
/// The error as S3 writes it; what is ours goes to the log with the request id.
void answer_error(Asked& asked, const Error& error, Logger& log);

}  // namespace satchel::objects
