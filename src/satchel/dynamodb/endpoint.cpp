// SPDX-License-Identifier: Apache-2.0
#include "satchel/dynamodb/endpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/base/json.hpp"
#include "satchel/dynamodb/answers.hpp"
#include "satchel/dynamodb/client_tokens.hpp"
#include "satchel/dynamodb/json.hpp"
#include "satchel/dynamodb/requests.hpp"
#include "satchel/net/sigv4_verifier.hpp"

namespace satchel::dynamodb {
namespace {

constexpr std::string_view kTargetPrefix = "DynamoDB_20120810.";
constexpr std::uint64_t kLargestBody = 16 * 1024 * 1024;  // as DynamoDB's
constexpr std::size_t kLargestPage = 1024 * 1024;         // of a query's items, as there
constexpr std::size_t kLargestBatch = 4 * 1024 * 1024;    // of a batch's; there it is 16 MB, and what does not fit comes with the next call alike

/// Bytes of the budget, held while a request is read and answered.
class Room {
 public:
  Room() = default;
  Room(std::atomic<std::uint64_t>& used, std::uint64_t bytes) : used_(&used), bytes_(bytes) { used += bytes; }
  Room(Room&& other) noexcept : used_(std::exchange(other.used_, nullptr)), bytes_(other.bytes_) {}
  Room& operator=(Room&&) = delete;
  ~Room() {
    if (used_) *used_ -= bytes_;
  }

 private:
  std::atomic<std::uint64_t>* used_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// One call on its way: who asks, for what.
struct Asked {
  std::unique_ptr<net::Exchange> exchange;
  std::string request_id;
  std::string operation;    // "GetItem"
  std::string access_key;
  std::string body_sha256;  // that was signed
  Rights rights;
  std::optional<Room> room{};
};

/// A token whose transaction is being written; ends with it, also where that throws.
struct TokenUse {
  ClientTokens& tokens;
  const std::string& token;
  bool written = false;
  ~TokenUse() { tokens.end(token, written); }
};

std::size_t size_of(const std::vector<Item>& items) {
  std::size_t size = 0;
  for (const Item& item : items) size += item_size(item);
  return size;
}

class TableEndpoint final : public Endpoint {
 public:
  TableEndpoint(EndpointOptions options, Table& table, const Clock& clock, Random& random, Logger& log)
      : options_(std::move(options)), table_(&table), clock_(&clock), random_(&random), log_(&log),
        verifier_({.region = options_.region, .service = "dynamodb"},
                  [this](std::string_view key) {
                    auto holder = options_.holders(key);
                    return holder ? std::optional(std::move(holder->secret)) : std::nullopt;
                  },
                  clock),
        pool_(options_.pool) {}

  void handle(std::unique_ptr<net::Exchange> exchange) override {
    auto asked = std::make_shared<Asked>(Asked{std::move(exchange), random_id(*random_), {}, {}, {}, {}});
    if (const auto admitted = admit(*asked); !admitted) return refuse(*asked, admitted.error());
    net::Exchange& reading = *asked->exchange;
    reading.read_all(kLargestBody, [this, asked](Result<std::string> body) {
      if (!body) return refuse(*asked, body.error());
      Pool::Job job = [this, asked, body = *std::move(body)] { answer(*asked, body); };
      if (!pool_.submit(job)) refuse(*asked, busy());
    });
  }

  std::string problem(int status, std::string_view sentence) override {
    return failure_of({status >= 500 ? ErrorCode::internal : ErrorCode::invalid, std::string(sentence)}).document.text();
  }

 private:
  static Error busy() { return {ErrorCode::too_many, "Rate of requests exceeds the allowed throughput.", {}, "ThrottlingException"}; }

  /// Everything that the head can tell. Who is not known is refused before a byte of the body is read.
  Result<void> admit(Asked& asked) {
    const net::RequestHead& head = asked.exchange->head();
    const std::string_view target = head.fields.find("x-amz-target").value_or("");
    if (head.method != "POST" || head.target != "/" || head.fields.count("x-amz-target") != 1 || !target.starts_with(kTargetPrefix)) {
      return fail(ErrorCode::unsupported, "This is no call of DynamoDB.", {}, "UnknownOperationException");
    }
    asked.operation = target.substr(kTargetPrefix.size());
    TRY(identify(asked));
    if (!head.content_length || *head.content_length > kLargestBody) return fail(ErrorCode::invalid, "The request must declare its length, of at most 16 MiB.", {}, "ValidationException");
    asked.room.emplace(bodies_, *head.content_length);
    if (bodies_ > options_.body_budget) return std::unexpected(busy());
    return {};
  }

  Result<void> identify(Asked& asked) {
    auto verified = verifier_.verify(asked.exchange->head());
    if (!verified) return std::unexpected(signature_error(verified.error()));
    const bool whole = verified->form() == net::VerifiedRequest::Form::header && verified->payload().kind == net::Payload::Kind::sha256;
    if (!whole) return fail(ErrorCode::invalid, "Sign the body, in the header.", {}, "IncompleteSignatureException");
    asked.access_key = verified->access_key();
    asked.body_sha256 = verified->payload().sha256;
    auto holder = options_.holders(asked.access_key);
    if (!holder) return fail(ErrorCode::forbidden, "The security token included in the request is invalid.", {}, "UnrecognizedClientException");
    asked.rights = std::move(holder->rights);
    return {};
  }

  void answer(Asked& asked, const std::string& body) {
    try {
      const auto performed = perform(asked, body);
      performed ? send(asked, *performed) : refuse(asked, performed.error());
    } catch (const std::exception& error) {
      refuse(asked, {ErrorCode::internal, "Something went wrong on our side.", error.what()});
    }
  }

  Result<Answer> perform(const Asked& asked, const std::string& body) {
    if (to_hex(sha256(body)) != asked.body_sha256) return fail(ErrorCode::forbidden, "The body is not the one that was signed.", {}, "InvalidSignatureException");
    const auto document = Json::parse(body);
    if (!document) return fail(ErrorCode::invalid, document.error().message, {}, "SerializationException");
    if (asked.operation == "GetItem") return get(asked, *document);
    if (asked.operation == "BatchGetItem") return batch_get(asked, *document);
    if (asked.operation == "Query") return query(asked, *document);
    if (asked.operation == "TransactWriteItems") return transact_write(asked, *document);
    return fail(ErrorCode::unsupported, fmt::format("The operation {} is not offered.", asked.operation), {}, "UnknownOperationException");
  }

  Call call() const {
    const Time now = clock_->now();
    return {now, now + options_.patience};
  }

  Result<Answer> get(const Asked& asked, const Json& body) const {
    const Key key = TRY(read_get(body, options_.table));
    TRY(may_read(asked));
    const auto item = TRY(table_->get(call(), key));
    return Answer{200, item ? Json::object({{"Item", item_json(*item)}}) : Json::object()};
  }

  Result<Answer> batch_get(const Asked& asked, const Json& body) const {
    const auto keys = TRY(read_batch_get(body, options_.table));
    TRY(may_read(asked));
    const auto items = TRY(table_->batch_get(call(), keys));
    Json found = Json::array(), left = Json::array();
    std::size_t size = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      size += items[i] ? item_size(*items[i]) : 0;
      if (size > kLargestBatch) {
        left.push(key_json(keys[i]));
      } else if (items[i]) {
        found.push(item_json(*items[i]));
      }
    }
    Json unprocessed = Json::object();
    if (!left.as<Json::Array>()->empty()) unprocessed.set(options_.table, Json::object({{"Keys", std::move(left)}, {"ConsistentRead", true}}));
    return Answer{200, Json::object({{"Responses", Json::object({{options_.table, std::move(found)}})}, {"UnprocessedKeys", std::move(unprocessed)}})};
  }

  Result<Answer> query(const Asked& asked, const Json& body) const {
    Query query = TRY(read_query(body, options_.table));
    TRY(may_read(asked));
    const Page page = TRY(page_of(query));
    Json items = Json::array();
    for (const Item& item : page.items) items.push(item_json(item));
    const std::uint64_t count = page.items.size();
    Answer answer{200, Json::object({{"Items", std::move(items)}, {"Count", count}, {"ScannedCount", count}})};
    if (!page.cursor.empty()) answer.document.set("LastEvaluatedKey", page_end(page.cursor));
    return answer;
  }

  /// A page of large items ends early, so that an answer stays within what a client takes.
  Result<Page> page_of(Query& query) const {
    for (;;) {
      auto page = table_->query(call(), query);
      if (!page && page.error().code == ErrorCode::invalid) return fail(ErrorCode::invalid, "The provided starting key is invalid.", page.error().detail, "ValidationException");
      if (!page || query.limit == 1 || size_of(page->items) <= kLargestPage) return page;
      query.limit = std::max(1, query.limit / 4);
    }
  }

  Result<Answer> transact_write(const Asked& asked, const Json& body) {
    const Writing writing = TRY(read_transact_write(body, options_.table));
    TRY(may_write(asked, writing.transaction));
    if (writing.token.empty()) return outcome_of(writing.transaction, table_->write(call(), writing.transaction));
    const std::string token = asked.access_key + '/' + writing.token;
    switch (tokens_.begin(token, asked.body_sha256, clock_->now())) {
      case ClientTokens::Seen::fresh: break;
      case ClientTokens::Seen::written: return Answer{200, Json::object()};
      case ClientTokens::Seen::running: return fail(ErrorCode::conflict, "The transaction with the given request token is already in progress.", {}, "TransactionInProgressException");
      case ClientTokens::Seen::otherwise: return fail(ErrorCode::invalid, "The token was used for another transaction.", {}, "IdempotentParameterMismatchException");
    }
    TokenUse use{tokens_, token};
    const auto outcome = table_->write(call(), writing.transaction);
    use.written = outcome && outcome->committed();
    return outcome_of(writing.transaction, outcome);
  }

  static Answer outcome_of(const Transaction& transaction, const Result<WriteOutcome>& outcome) {
    if (!outcome) return cancelled_by(outcome.error(), transaction.size());
    if (outcome->committed()) return {200, Json::object()};
    return cancelled(transaction.size(), *outcome->failed, "ConditionalCheckFailed", "The conditional request failed");
  }

  std::unexpected<Error> denied(const Asked& asked, std::string_view why) const {
    return fail(ErrorCode::forbidden, fmt::format("User: {} is not authorized to perform: dynamodb:{} on resource: table/{} because {}.", asked.access_key, asked.operation, options_.table, why), {},
                "AccessDeniedException");
  }

  Result<void> may_read(const Asked& asked) const {
    if (asked.rights.reads) return {};
    return denied(asked, "none of its rows in the registry lists table_reader");
  }

  Result<void> may_write(const Asked& asked, const Transaction& transaction) const {
    if (asked.rights.writes_all) return {};
    for (const Operation& operation : transaction) {
      const auto family = family_of(key_of(operation).partition);
      if (!family) return denied(asked, "the key belongs to no family");
      if (!asked.rights.writes.contains(*family)) return denied(asked, fmt::format("none of its rows in the registry writes '{}'", prefix(*family)));
    }
    return {};
  }

  void refuse(Asked& asked, const Error& error) {
    const Answer answer = failure_of(error);
    const bool ours = answer.status >= 500;
    if (ours || error.code == ErrorCode::forbidden) {
      log_->write(ours ? LogLevel::error : LogLevel::warn, ours ? "dynamodb.failed" : "dynamodb.denied",
                  {{"request_id", asked.request_id}, {"operation", asked.operation}, {"access_key", asked.access_key}, {"code", to_string(error.code)},
                   {"detail", ours ? std::string_view(error.detail) : std::string_view(error.message)}});
    }
    send(asked, answer);
  }

  static void send(Asked& asked, const Answer& answer) {
    asked.exchange->respond({.status = answer.status, .fields = {{"content-type", "application/x-amz-json-1.0"}, {"x-amzn-requestid", asked.request_id}}}, answer.document.text());
  }

  EndpointOptions options_;
  Table* table_;
  const Clock* clock_;
  Random* random_;
  Logger* log_;
  net::Verifier verifier_;
  ClientTokens tokens_;
  std::atomic<std::uint64_t> bodies_ = 0;
  Pool pool_;  // last: its jobs use all of the above
};

}  // namespace

std::unique_ptr<Endpoint> Endpoint::create(EndpointOptions options, Table& table, const Clock& clock, Random& random, Logger& log) {
  return std::make_unique<TableEndpoint>(std::move(options), table, clock, random, log);
}

}  // namespace satchel::dynamodb
