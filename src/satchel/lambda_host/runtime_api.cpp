// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda_host/runtime_api.hpp"

#include <fmt/format.h>

#include <utility>

#include "satchel/base/json.hpp"

namespace satchel::lambda_host {
namespace {

constexpr std::string_view kVersion = "/2018-06-01/runtime/";
constexpr std::size_t kLargestReport = 256 * 1024;
constexpr std::size_t kShownOfReport = 2048;  // in the log

std::string document_of(std::string_view type, std::string_view sentence) {
  return Json::object({{"errorMessage", sentence}, {"errorType", type}}).text();
}

void answer(net::Exchange& exchange, int status, std::string body) { exchange.respond({.status = status, .fields = {{"content-type", "application/json"}}}, std::move(body)); }

void answer(net::Exchange& exchange, const Result<void>& result) {
  if (result) return answer(exchange, 202, R"({"status":"OK"})");
  answer(exchange, result.error().code == ErrorCode::forbidden ? 403 : 400, document_of(result.error().type, result.error().message));
}

std::string field(const net::Exchange& exchange, std::string_view name) { return std::string(exchange.head().fields.find(name).value_or("")); }

std::string text_in(const Json& document, std::string_view name) {
  const Json* member = document.find(name);
  const auto* text = member ? member->as<std::string>() : nullptr;
  return text ? text->substr(0, kShownOfReport) : std::string();
}

Report report_of(std::string type, const Result<std::string>& body) {
  const auto document = body ? Json::parse(*body, OddNumbers::read_as_null) : Result<Json>(Json());
  Report report{std::move(type), document ? text_in(*document, "errorMessage") : std::string()};
  if (report.type.empty() && document) report.type = text_in(*document, "errorType");
  if (report.type.empty()) report.type = "Runtime.UnknownReason";
  return report;
}

net::ResponseHead head_of(const Work& work) {
  return {.status = 200,
          .fields = {{"content-type", "application/json"},
                     {"Lambda-Runtime-Aws-Request-Id", work.id},
                     {"Lambda-Runtime-Invocation-Id", work.token},
                     {"Lambda-Runtime-Deadline-Ms", fmt::to_string(to_millis(work.deadline))},
                     {"Lambda-Runtime-Invoked-Function-Arn", fmt::format("arn:aws:lambda:us-east-1:000000000000:function:satchel-{}", work.group)},
                     {"Lambda-Runtime-Trace-Id", fmt::format("Root={}", work.id)}}};
}

void answer_unknown_process(net::Exchange& exchange) { answer(exchange, 403, document_of("Forbidden", "There is no such process.")); }

/// A call for work. Where none comes, since its process has ended, it is answered as a later one would be: to the server an exchange without
/// an answer is a defect.
class Waiting {
 public:
  explicit Waiting(std::shared_ptr<net::Exchange> exchange) : exchange_(std::move(exchange)) {}
  Waiting(const Waiting&) = delete;
  ~Waiting() {
    if (exchange_) answer_unknown_process(*exchange_);
  }
  std::shared_ptr<net::Exchange> take() { return std::exchange(exchange_, nullptr); }

 private:
  std::shared_ptr<net::Exchange> exchange_;  // shared, as all that a callback of the server holds
};

}  // namespace

void RuntimeApi::handle(std::unique_ptr<net::Exchange> unique) {
  const Shared exchange = std::move(unique);
  const std::string_view target = exchange->head().target;
  const std::size_t version = target.find(kVersion);
  const std::string process(version == std::string_view::npos ? std::string_view{} : target.substr(1, version == 0 ? 0 : version - 1));
  if (!fleet_->knows(process)) return answer_unknown_process(*exchange);
  const std::string_view rest = target.substr(version + kVersion.size()), method = exchange->head().method;
  constexpr std::string_view kInvocation = "invocation/", kResponse = "/response", kError = "/error";
  if (method == "GET" && rest == "invocation/next") return give_next(process, exchange);
  if (method == "POST" && rest == "init/error") return take_error(process, {}, exchange);
  if (method == "POST" && rest.starts_with(kInvocation)) {
    const std::string_view which = rest.substr(kInvocation.size());
    if (which.ends_with(kResponse)) return take_response(process, std::string(which.substr(0, which.size() - kResponse.size())), exchange);
    if (which.ends_with(kError)) return take_error(process, std::string(which.substr(0, which.size() - kError.size())), exchange);
  }
  answer(*exchange, 404, document_of("NotFound", "The Runtime API has no such call."));
}

std::string RuntimeApi::problem(int, std::string_view sentence) { return document_of("MalformedRequest", sentence); }

void RuntimeApi::give_next(const std::string& process, const Shared& exchange) {
  const auto waiting = std::make_shared<Waiting>(exchange);
  const auto taken = fleet_->next(process, [waiting](const Work& work) { waiting->take()->respond(head_of(work), work.payload); });
  if (!taken) answer(*waiting->take(), taken);
}

void RuntimeApi::take_response(const std::string& process, const std::string& id, const Shared& exchange) {
  exchange->read_all(kLargestAnswer, [this, process, id, exchange](Result<std::string> body) {
    if (body) return answer(*exchange, fleet_->respond(process, id, field(*exchange, "lambda-runtime-invocation-id"), *std::move(body)));
    if (body.error().code != ErrorCode::too_large) return answer(*exchange, 400, document_of("MalformedRequest", body.error().message));
    answer(*exchange, 413, document_of("RequestEntityTooLarge", fmt::format("Exceeded maximum allowed payload size ({} bytes).", kLargestAnswer)));
  });
}

void RuntimeApi::take_error(const std::string& process, const std::string& id, const Shared& exchange) {
  exchange->read_all(kLargestReport, [this, process, id, exchange](const Result<std::string>& body) {
    const Report report = report_of(field(*exchange, "lambda-runtime-function-error-type").substr(0, kShownOfReport), body);
    answer(*exchange, id.empty() ? fleet_->fail_start(process, report) : fleet_->fail(process, id, field(*exchange, "lambda-runtime-invocation-id"), report));
  });
}

}  // namespace satchel::lambda_host
