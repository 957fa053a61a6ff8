// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/endpoint.hpp"

#include <array>
#include <atomic>
#include <utility>

#include "satchel/base/encoding.hpp"
#include "satchel/objects/asked.hpp"
#include "satchel/objects/download.hpp"
#include "satchel/objects/failure.hpp"
#include "satchel/objects/upload.hpp"
#include "satchel/objects/workers.hpp"

namespace satchel::objects {
namespace {

class S3Endpoint final : public Endpoint {
 public:
  S3Endpoint(EndpointOptions options, Store& store, const Clock& clock, Random& random, Logger& log)
      : options_(std::move(options)), store_(&store), random_(&random), log_(&log),
        verifier_({.region = options_.region}, options_.secrets, clock), workers_(options_.threads, *log_) {}

  void handle(std::unique_ptr<net::Exchange> exchange) override {
    auto asked = std::make_shared<Asked>(Asked{std::move(exchange), request_id(), Admission(requests_, options_.most_requests), {}, {}});
    if (!asked->admission) {
      return answer_error(*asked, {ErrorCode::unavailable, "Too many requests at once. Try again in a moment.", {}, "SlowDown"}, *log_);
    }
    workers_.post([this, asked] {
      if (const auto done = serve(*asked); !done) answer_error(*asked, done.error(), *log_);
    });
  }

  std::string problem(int status, std::string_view sentence) override {
    return to_xml({status, status >= 500 ? "ServiceUnavailable" : "InvalidRequest", std::string(sentence)}, {}, request_id());
  }

 private:
  std::string request_id() {
    std::array<std::byte, 8> bytes{};
    random_->fill(bytes);
    return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }

  /// Answers where it returns without an error.
  Result<void> serve(Asked& asked) {
    asked.verified = TRY(verifier_.verify(asked.exchange->head()));
    asked.route = TRY(route(*asked.verified, asked.fields(), options_.prefix));
    if (asked.route.bucket != options_.bucket) return refuse(ErrorCode::not_found, "NoSuchBucket", "There is no bucket of this name.");
    TRY(check_ticket(asked));
    return perform(asked);
  }

  /// A signed URL outlives what it was made for by its whole life, unless somebody asks.
  Result<void> check_ticket(const Asked& asked) const {
    const auto ticket = asked.parameter("x-satchel-ticket");
    if (!ticket || (options_.ticket_check && options_.ticket_check(*ticket))) return {};
    return refuse(ErrorCode::forbidden, "AccessDenied", "This has been withdrawn.");
  }

  Result<void> perform(Asked& asked) {
    const UploadTools tools{*store_, workers_, *log_};
    switch (asked.route.operation) {
      case Operation::get_object:
      case Operation::head_object: return download(asked, *store_, workers_, *log_);
      case Operation::put_object: return put_object(asked, tools);
      case Operation::delete_object: return delete_object(asked, *store_);
      case Operation::create_upload: return create_upload(asked, *store_);
      case Operation::upload_part: return upload_part(asked, tools);
      case Operation::list_parts: return list_parts(asked, *store_);
      case Operation::complete_upload: return complete_upload(asked, tools);
      case Operation::abort_upload: return abort_upload(asked, *store_);
    }
    std::unreachable();
  }

  EndpointOptions options_;
  Store* store_;
  Random* random_;
  Logger* log_;
  net::Verifier verifier_;
  std::atomic<int> requests_ = 0;
  Workers workers_;  // last: ends before what its jobs use
};

}  // namespace

std::unique_ptr<Endpoint> Endpoint::create(EndpointOptions options, Store& store, const Clock& clock, Random& random, Logger& log) {
  return std::make_unique<S3Endpoint>(std::move(options), store, clock, random, log);
}

}  // namespace satchel::objects
