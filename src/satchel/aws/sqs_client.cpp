// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/sqs_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "satchel/aws/location.hpp"

namespace satchel::aws {
namespace {

// Of a batch AWS takes 1 MiB, its partition in China and engines that stand for it 256 KiB.
constexpr std::size_t kBatchEntries = 10, kBatchBytes = 256 * 1024, kLongestBody = 1024 * 1024;
constexpr Duration kLongestWait{20'000}, kWayBack{1'000};

constexpr std::array<std::pair<std::string_view, ErrorCode>, 5> kCodes{{
    {"InvalidMessageContents", ErrorCode::invalid},
    {"BatchRequestTooLong", ErrorCode::too_large},
    {"InvalidParameterValue", ErrorCode::invalid},
    {"ReceiptHandleIsInvalid", ErrorCode::not_found},
    {"MessageNotInflight", ErrorCode::not_found},
}};

/// "eu-central-1" of "sqs.eu-central-1.amazonaws.com".
std::string region_in(std::string_view host) {
  constexpr std::string_view kService = "sqs.";
  const std::size_t end = host.find(".amazonaws.com");
  if (!host.starts_with(kService) || end == std::string_view::npos || end <= kService.size()) return {};
  return std::string(host.substr(kService.size(), end - kService.size()));
}

bool said(const Json& entry, std::string_view name) {
  const Json* member = entry.find(name);
  const auto* flag = member ? member->as<bool>() : nullptr;
  return flag && *flag;
}

std::size_t number_in(const std::string& text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

Result<SqsOptions> queue_at(std::string_view queue_url, const Environment& environment) {
  const auto url = net::Url::parse(queue_url);
  if (!url || url->target.size() < 2) {
    return fail(ErrorCode::invalid, fmt::format("'{}' is no address of a queue. Write it as https://sqs.eu-central-1.amazonaws.com/123456789012/NAME.", queue_url));
  }
  SqsOptions options{.endpoint = {}, .region = region_in(url->host), .credentials = nullptr};
  if (options.region.empty()) options.region = first_set(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (options.region.empty()) options.region = "us-east-1";  // an engine of one's own wants some name
  const bool set = !first_set(environment, {"AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL"}).empty();
  options.endpoint = url->origin();
  if (set) options.endpoint = TRY(service_endpoint(environment, "AWS_ENDPOINT_URL_SQS", "sqs", options.region));
  return options;
}

/// One message or receipt on its way.
struct SqsClient::Entry {
  Json json;              // without its id
  std::size_t bytes = 0;  // towards the limit of a batch
  Result<void> outcome;
  bool open = true;       // not taken, and not refused for good
};

SqsClient::SqsClient(SqsOptions options, Clock& clock, Random& random)
    : client_({.service = {"sqs", std::move(options.endpoint), std::move(options.region), std::move(options.credentials)},
               .target = "AmazonSQS",
               .version = "1.0",
               .subject = "the queue",
               .setting = "the queue's address",
               .codes = kCodes},
              clock, random),
      clock_(&clock),
      random_(&random) {}

JsonCall SqsClient::call_of(std::string operation, const std::string& queue_url, Json body) const {
  return {.operation = std::move(operation), .body = std::move(body.set("QueueUrl", queue_url)), .subject = fmt::format("the queue '{}'", queue_url)};
}

std::vector<Result<void>> SqsClient::send(const std::string& queue_url, const std::vector<NewMessage>& messages, Time deadline) const {
  std::vector<Entry> entries;
  entries.reserve(messages.size());
  for (const auto& [body, delay] : messages) {
    Entry entry{.json = Json::object({{"MessageBody", body}}), .bytes = body.size(), .outcome = {}};
    if (delay > Duration{0}) entry.json.set("DelaySeconds", std::chrono::ceil<std::chrono::seconds>(delay).count());
    if (body.empty()) entry.outcome = fail(ErrorCode::invalid, "A message has no content.");
    if (body.size() > kLongestBody) entry.outcome = fail(ErrorCode::too_large, "A message is longer than a queue takes (1 MiB).");
    entry.open = entry.outcome.has_value();
    entries.push_back(std::move(entry));
  }
  return send_batches("SendMessageBatch", queue_url, std::move(entries), deadline);
}

std::vector<Result<void>> SqsClient::send_batches(const std::string& operation, const std::string& queue_url, std::vector<Entry> entries, Time deadline) const {
  for (auto next = entries.begin(); next != entries.end();) {
    std::vector<Entry*> batch;
    for (std::size_t bytes = 0; next != entries.end() && batch.size() < kBatchEntries && (batch.empty() || bytes + next->bytes <= kBatchBytes); ++next) {
      if (!next->open) continue;
      bytes += next->bytes;
      batch.push_back(&*next);
    }
    if (batch.empty()) continue;
    const auto ended = retry(RetryPolicy{}, deadline, *clock_, *random_, [&] { return send_batch(operation, queue_url, batch, deadline); }, passes);
    for (Entry* entry : batch) {
      if (!ended) entry->outcome = std::unexpected(ended.error());
    }
  }
  std::vector<Result<void>> outcomes;
  outcomes.reserve(entries.size());
  for (Entry& entry : entries) outcomes.push_back(std::move(entry.outcome));
  return outcomes;
}

/// Takes out of `left` what is settled. Error: of the call, or too_many where something is left.
Result<void> SqsClient::send_batch(const std::string& operation, const std::string& queue_url, std::vector<Entry*>& left, Time deadline) const {
  Json list = Json::array();
  for (std::size_t i = 0; i < left.size(); ++i) list.push(Json(left[i]->json).set("Id", std::to_string(i)));
  const Json answer = TRY(client_.once(call_of(operation, queue_url, Json::object({{"Entries", std::move(list)}})), deadline));
  for (const Json& taken : list_in(answer, "Successful")) {
    if (const std::size_t at = number_in(text_in(taken, "Id")); at < left.size()) left[at]->open = false;
  }
  std::string code;
  for (const Json& refused : list_in(answer, "Failed")) {
    const std::size_t at = number_in(text_in(refused, "Id"));
    code = text_in(refused, "Code");
    if (at >= left.size() || !said(refused, "SenderFault")) continue;
    left[at]->open = false;
    // A delivery that is over needs no deleting.
    if (code == "ReceiptHandleIsInvalid") continue;
    left[at]->outcome = fail(ErrorCode::invalid, fmt::format("The queue '{}' refused a message ({}).", queue_url, code), text_in(refused, "Message"), code);
  }
  std::erase_if(left, [](const Entry* entry) { return !entry->open; });
  if (left.empty()) return {};
  return fail(ErrorCode::too_many, fmt::format("The queue '{}' did not take everything. Try again later.", queue_url), code);
}

Result<std::vector<QueueMessage>> SqsClient::receive(const std::string& queue_url, int most, Duration wait, Time deadline) const {
  wait = std::clamp(std::min(wait, deadline - clock_->now() - kWayBack), Duration{0}, kLongestWait);
  Json body = Json::object({{"MaxNumberOfMessages", std::clamp(most, 1, static_cast<int>(kBatchEntries))},
                            {"WaitTimeSeconds", std::chrono::floor<std::chrono::seconds>(wait).count()},
                            {"AttributeNames", Json(Json::Array{"ApproximateReceiveCount"})}});
  JsonCall call = call_of("ReceiveMessage", queue_url, std::move(body));
  call.patience += wait;
  const Json answer = TRY(client_.call(call, deadline));
  std::vector<QueueMessage> messages;
  for (const Json& message : list_in(answer, "Messages")) {
    const Json* attributes = message.find("Attributes");
    messages.push_back({.id = text_in(message, "MessageId"),
                        .receipt = text_in(message, "ReceiptHandle"),
                        .body = text_in(message, "Body"),
                        .deliveries = attributes ? static_cast<int>(number_in(text_in(*attributes, "ApproximateReceiveCount"))) : 0});
  }
  return messages;
}

Result<void> SqsClient::remove(const std::string& queue_url, const std::vector<std::string>& receipts, Time deadline) const {
  std::vector<Entry> entries;
  entries.reserve(receipts.size());
  for (const std::string& receipt : receipts) entries.push_back({.json = Json::object({{"ReceiptHandle", receipt}}), .bytes = receipt.size(), .outcome = {}});
  for (Result<void>& outcome : send_batches("DeleteMessageBatch", queue_url, std::move(entries), deadline)) {
    if (!outcome) return std::move(outcome);
  }
  return {};
}

Result<void> SqsClient::put_off(const std::string& queue_url, const std::string& receipt, Duration after, Time deadline) const {
  Json body = Json::object({{"ReceiptHandle", receipt}, {"VisibilityTimeout", std::chrono::ceil<std::chrono::seconds>(after).count()}});
  TRY(client_.call(call_of("ChangeMessageVisibility", queue_url, std::move(body)), deadline));
  return {};
}

}  // namespace satchel::aws
