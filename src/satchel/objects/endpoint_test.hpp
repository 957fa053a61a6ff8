// SPDX-License-Identifier: Apache-2.0
// For tests of the endpoint: an engine in a temporary folder, the endpoint on it, and requests without a socket.
#pragma once

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/net/sigv4.hpp"
#include "satchel/objects/endpoint.hpp"
#include "satchel/objects/store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::objects {

struct Answer {
  int status = 0;
  net::Fields fields;
  std::string body;
  std::uint64_t length = 0;  // as the answer declares it
  int reads = 0;             // of the request's body, before the answer

  std::string field(std::string_view name) const { return std::string(fields.find(name).value_or("")); }
  /// The text of the first element of that name.
  std::string element(std::string_view name) const {
    const std::string open = '<' + std::string(name) + '>', close = "</" + std::string(name) + '>';
    const std::size_t from = body.find(open), to = body.find(close);
    return from == std::string::npos || to == std::string::npos ? "" : body.substr(from + open.size(), to - from - open.size());
  }
};

/// A request as a client plans it, before it is signed.
struct Plan {
  std::string method = "GET";
  std::string target;  // "/objects/satchel/key?a=b", encoded
  net::Fields fields = {};
  std::string body = {};
  bool framed = true;  // with Content-Length
};

/// What was sent, waiting for its answer.
class Reply {
 public:
  void set(Answer answer) {
    const std::scoped_lock lock(mutex_);
    answer_ = std::move(answer);
    there_.notify_all();
  }
  Answer wait() {
    std::unique_lock lock(mutex_);
    if (!there_.wait_for(lock, std::chrono::seconds{30}, [this] { return answer_.has_value(); })) return {};
    return *answer_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable there_;
  std::optional<Answer> answer_;
};

class FakeExchange final : public net::Exchange {
 public:
  struct Client {
    std::vector<std::string> pieces;       // of the body, then its end
    bool leaves = false;                   // instead of that end
    std::uint64_t takes = ~std::uint64_t{0};  // bytes of the answer, then it goes away
  };

  FakeExchange(net::RequestHead head, Client client, std::shared_ptr<Reply> reply)
      : head_(std::move(head)), client_(std::move(client)), reply_(std::move(reply)) {}
  ~FakeExchange() override {
    if (reply_) reply_->set({500, {}, "no answer was given", 0, reads_});
  }

  const net::RequestHead& head() const override { return head_; }

  void read(ReadCallback callback) override {
    const std::size_t at = static_cast<std::size_t>(reads_++);
    if (at < client_.pieces.size()) return callback(buffer_of(client_.pieces[at]));
    if (client_.leaves) return callback(fail(ErrorCode::unavailable, "The client left."));
    callback(net::Buffer());
  }
  void read_all(std::size_t limit, std::move_only_function<void(Result<std::string>)> callback) override {
    ++reads_;
    std::string all;
    for (const std::string& piece : client_.pieces) all += piece;
    if (all.size() > limit) return callback(fail(ErrorCode::too_large, "This is too large."));
    callback(std::move(all));
  }
  void respond(net::ResponseHead head, std::string body, SentCallback done) override {
    const std::uint64_t length = body.size();
    finish(std::move(head), std::move(body), length, std::move(done));
  }
  void respond(net::ResponseHead head, std::vector<net::FileSlice> slices, SentCallback done) override {
    std::string body;
    for (const net::FileSlice& slice : slices) {
      std::string bytes(slice.length, '\0');
      bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(0, ::pread(*slice.descriptor, bytes.data(), bytes.size(), static_cast<off_t>(slice.offset)))));
      body += bytes;
    }
    const std::uint64_t length = body.size();
    finish(std::move(head), std::move(body), length, std::move(done));
  }
  void respond(net::ResponseHead head, std::unique_ptr<net::BodySource>, std::optional<std::uint64_t> length, SentCallback done) override {
    finish(std::move(head), {}, length.value_or(0), std::move(done));
  }

 private:
  static net::Buffer buffer_of(const std::string& bytes) {
    auto* memory = new std::byte[bytes.size()];
    std::ranges::copy(as_bytes(bytes), memory);
    return {memory, bytes.size(), [](std::byte* of) { delete[] of; }};
  }
  void finish(net::ResponseHead head, std::string body, std::uint64_t length, SentCallback done) {
    if (head_.method == "HEAD") body.clear();
    const bool whole = body.size() <= client_.takes;
    if (!whole) body.resize(client_.takes);
    if (done) done({body.size(), whole});
    std::exchange(reply_, nullptr)->set({head.status, std::move(head.fields), std::move(body), length, reads_});
  }

  net::RequestHead head_;
  Client client_;
  std::shared_ptr<Reply> reply_;
  int reads_ = 0;
};

class EndpointGround {
 public:
  explicit EndpointGround(EndpointOptions options = {}) {
    StoreOptions store_options;
    store_options.folder = folder_.path() + "/objects";
    store_options.background = false;
    store = Store::open(store_options, clock, random, *log_).value();
    options.secrets = [](std::string_view key) { return key == "KEY" ? std::optional<std::string>("secret") : std::nullopt; };
    if (!options.ticket_check) options.ticket_check = [this](std::string_view ticket) { return ticket == valid_ticket; };
    endpoint = Endpoint::create(std::move(options), *store, clock, random, *log_);
  }

  Answer send(net::RequestHead head, FakeExchange::Client client) {
    auto reply = std::make_shared<Reply>();
    endpoint->handle(std::make_unique<FakeExchange>(std::move(head), std::move(client), reply));
    return reply->wait();
  }
  Answer send(net::RequestHead head, std::string body = {}) {
    FakeExchange::Client client;
    if (!body.empty()) client.pieces.push_back(std::move(body));
    return send(std::move(head), std::move(client));
  }
  /// Signed in the header, as S3 clients do.
  Answer ask(const Plan& plan) { return send(by_header(plan), plan.body); }

  net::RequestHead by_header(const Plan& plan) const {
    net::SigningRequest request = to_sign(plan);
    request.payload_hash = to_hex(sha256(plan.body));
    net::Fields fields = request.fields;
    for (const net::Field& field : net::sign_headers(request, {"KEY", "secret"}, clock.now())) fields.add(field.name, field.value);
    return head_of(plan, net::encode_target(request.target), std::move(fields));
  }
  /// As a URL that somebody else uses; the fields are signed.
  net::RequestHead by_query(const Plan& plan, Duration lifetime = Duration{60'000}) const {
    const net::SigningRequest request = to_sign(plan);
    const std::string url = net::presign(request, {"KEY", "secret"}, clock.now(), lifetime);
    net::Fields fields = request.fields;
    fields.add("host", "store.test");
    return head_of(plan, url.substr(request.origin.size()), std::move(fields));
  }

  Answer put(std::string key, std::string body) { return ask({"PUT", "/objects/satchel/" + key, {}, std::move(body)}); }
  Answer get(std::string key, net::Fields fields = {}) { return ask({"GET", "/objects/satchel/" + key, std::move(fields)}); }
  std::string begin(std::string key, net::Fields fields = {}) {
    return ask({"POST", "/objects/satchel/" + key + "?uploads", std::move(fields)}).element("UploadId");
  }
  std::size_t objects() { return store->list("", "", 1000).value().size(); }

  ManualClock clock;
  SeededRandom random{7};
  std::string valid_ticket = "s";

 private:
  static net::SigningRequest to_sign(const Plan& plan) {
    net::Fields fields = plan.fields;
    if (plan.framed && (plan.method == "PUT" || !plan.body.empty()) && !fields.find("content-length")) {
      fields.add("content-length", std::to_string(plan.body.size()));
    }
    return {plan.method, "http://store.test", net::Target::parse(plan.target).value(), std::move(fields)};
  }
  static net::RequestHead head_of(const Plan& plan, std::string target, net::Fields fields) {
    net::RequestHead head{plan.method, std::move(target), std::move(fields), std::nullopt};
    if (const auto length = head.fields.find("content-length")) head.content_length = std::stoull(std::string(*length));
    return head;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Logger> log_ = null_logger();

 public:
  std::unique_ptr<Store> store;
  std::unique_ptr<Endpoint> endpoint;
};

}  // namespace satchel::objects
