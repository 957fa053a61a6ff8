// SPDX-License-Identifier: Apache-2.0
// The clients of queues, secrets and mail on engines that we did not write, as SATCHEL_SERVICES names them; without any, nothing runs here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/aws/event_queue.hpp"
#include "satchel/aws/mailer.hpp"
#include "satchel/aws/secrets.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/memory/random.hpp"
#include "tests/contract/engines.hpp"

namespace satchel::contract {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

constexpr std::string_view kRegion = "us-east-1";

struct Engine {
  std::string name, endpoint;
};

std::vector<Engine> engines() {
  std::vector<Engine> engines;
  for (auto& [name, endpoint] : engines_in("SATCHEL_SERVICES")) engines.push_back({name, endpoint});
  return engines;
}

class Services : public testing::TestWithParam<Engine> {
 protected:
  /// A name that no other test and no other run has taken.
  std::string fresh(std::string_view name) { return std::string(name) + "-" + ulid(clock_->now(), *entropy_).substr(16); }
  Time soon() const { return clock_->now() + std::chrono::seconds{30}; }
  Call call() const { return {clock_->now(), soon()}; }
  bool is(std::string_view name) const { return GetParam().name == name; }

  /// What an operator would do by the command line.
  Result<Json> set_up(const std::string& service, const std::string& target, const std::string& version, const std::string& operation, Json body) {
    const aws::JsonClient client({.service = {service, GetParam().endpoint, std::string(kRegion), credentials_}, .target = target, .version = version, .subject = service, .setting = "the engine", .codes = {}}, *clock_, random_);
    return client.call({.operation = operation, .body = std::move(body)}, soon());
  }
  std::string queue(std::string_view name) {
    const auto made = set_up("sqs", "AmazonSQS", "1.0", "CreateQueue", Json::object({{"QueueName", fresh(name)}}));
    EXPECT_TRUE(made) << made.error().message << made.error().detail;
    return made ? aws::text_in(*made, "QueueUrl") : std::string();
  }
  aws::SqsOptions sqs_options() const { return {GetParam().endpoint, std::string(kRegion), credentials_}; }

  std::unique_ptr<Clock> clock_ = system_clock();
  std::unique_ptr<Random> entropy_ = system_random();
  std::unique_ptr<Logger> logger_ = null_logger();
  SeededRandom random_{1};
  std::shared_ptr<aws::CredentialSource> credentials_ = aws::fixed_credential({"test", "test"});
};

TEST_P(Services, AQueueGivesWhatItTookUntilItIsRemoved) {
  const aws::SqsClient sqs(sqs_options(), *clock_, random_);
  const std::string url = queue("plain");
  std::vector<std::string> bodies;
  for (int i = 0; i < 23; ++i) bodies.push_back(R"({"n":)" + std::to_string(i) + R"(,"text":"ä \"quoted\" <&>"})");
  bodies.push_back(std::string(200 * 1024, 'x'));
  std::vector<aws::NewMessage> outgoing;
  for (const std::string& body : bodies) outgoing.push_back({body});
  for (const auto& outcome : sqs.send(url, outgoing, soon())) ASSERT_TRUE(outcome) << outcome.error().message << outcome.error().detail;
  std::vector<std::string> came, receipts;
  while (came.size() < bodies.size()) {
    const auto messages = sqs.receive(url, 10, std::chrono::seconds{5}, soon());
    ASSERT_TRUE(messages) << messages.error().message << messages.error().detail;
    ASSERT_FALSE(messages->empty());
    for (const auto& message : *messages) {
      EXPECT_EQ(message.deliveries, 1);
      came.push_back(message.body);
      receipts.push_back(message.receipt);
    }
  }
  EXPECT_THAT(came, UnorderedElementsAreArray(bodies));
  const std::string last = receipts.back();
  receipts.pop_back();
  ASSERT_TRUE(sqs.remove(url, receipts, soon()));
  ASSERT_TRUE(sqs.put_off(url, last, Duration{0}, soon()));
  const auto again = sqs.receive(url, 10, std::chrono::seconds{5}, soon()).value();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].deliveries, 2);
  EXPECT_EQ(again[0].body, came.back());
  ASSERT_TRUE(sqs.remove(url, {again[0].receipt}, soon()));
  EXPECT_TRUE(sqs.remove(url, {again[0].receipt}, soon())) << "twice does no harm";
  EXPECT_TRUE(sqs.receive(url, 10, Duration{0}, soon()).value().empty());
}

TEST_P(Services, AQueueThatIsNotThereIsNamed) {
  const aws::SqsClient sqs(sqs_options(), *clock_, random_);
  const std::string url = GetParam().endpoint + "/000000000000/" + fresh("absent");
  const auto outcomes = sqs.send(url, {{"a"}}, soon());
  ASSERT_FALSE(outcomes.at(0));
  EXPECT_THAT(outcomes[0].error().message, HasSubstr(url));
  EXPECT_THAT(sqs.receive(url, 1, Duration{0}, soon()).error().message, HasSubstr(url));
}

TEST_P(Services, EventsReachTheQueueOfTheirGroup) {
  const aws::SqsClient sqs(sqs_options(), *clock_, random_);
  const aws::GroupQueues queues = aws::parse_group_queues("links=" + queue("links") + " trash=" + queue("trash")).value();
  const aws::EventQueues out(sqs_options(), queues, *clock_, random_);
  for (const std::string group : {"links", "trash"}) {
    for (const auto& sent : out.send(group, {{Json::object({{"group", group}, {"name", "\xEF\xBF\xBF ä"}}).text()}}, soon())) EXPECT_TRUE(sent) << sent.error().detail;
  }
  const auto messages = sqs.receive(queues.at("links"), 10, std::chrono::seconds{5}, soon()).value();
  ASSERT_EQ(messages.size(), 1u);
  const Json body = Json::parse(messages[0].body).value();
  EXPECT_EQ(aws::text_in(body, "group"), "links");
  EXPECT_EQ(aws::text_in(body, "name"), "\xEF\xBF\xBF ä");
}

TEST_P(Services, ANewObjectIsToldThroughEventBridge) {
  if (is("Moto")) GTEST_SKIP() << "moto's S3 sends nothing to a queue by a rule of EventBridge";
  const std::string bucket = fresh("told");
  const std::string lower = net::to_lower(bucket), url = queue("ingest");
  const aws::ServiceClient s3({"s3", GetParam().endpoint, std::string(kRegion), credentials_}, *clock_);
  const auto put = [&](const std::string& path, net::Parameters query, std::string body) {
    const auto response = s3.send({.method = "PUT", .target = {path, std::move(query)}, .fields = {}, .body = std::move(body)}, soon());
    ASSERT_TRUE(response) << response.error().message;
    ASSERT_LT(response->status, 300) << path << response->body;
  };
  put("/" + lower, {}, "");
  put("/" + lower, {{"notification", ""}}, R"(<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EventBridgeConfiguration/></NotificationConfiguration>)");
  const auto attributes = set_up("sqs", "AmazonSQS", "1.0", "GetQueueAttributes", Json::object({{"QueueUrl", url}, {"AttributeNames", Json(Json::Array{"QueueArn"})}}));
  const std::string arn = aws::text_in(*attributes.value().find("Attributes"), "QueueArn");
  const std::string rule = fresh("objects");
  ASSERT_TRUE(set_up("events", "AWSEvents", "1.1", "PutRule", Json::object({{"Name", rule}, {"EventPattern", R"({"source":["aws.s3"],"detail-type":["Object Created"]})"}})));
  const Json targets(Json::Array{Json::object({{"Id", "queue"}, {"Arn", arn}})});
  ASSERT_TRUE(set_up("events", "AWSEvents", "1.1", "PutTargets", Json::object({{"Rule", rule}, {"Targets", targets}})));
  put("/" + lower + "/blobs/a b+c%20ä", {}, "hello");
  const auto events = aws::object_event_queue(sqs_options(), {.queue_url = url, .bucket = lower, .wait = std::chrono::seconds{10}}, *clock_, random_, *logger_);
  const auto told = events->receive(call(), 64);
  ASSERT_TRUE(told) << told.error().message << told.error().detail;
  ASSERT_EQ(told->size(), 1u);
  EXPECT_EQ(told->front().subject, "blobs/a b+c%20ä");
  EXPECT_EQ(told->front().data.at("size"), "5");
  ASSERT_TRUE(events->acknowledge(call(), told->front()));
  const aws::SqsClient sqs(sqs_options(), *clock_, random_);
  EXPECT_TRUE(sqs.receive(url, 10, Duration{0}, soon()).value().empty());
}

TEST_P(Services, TheMasterKeyComesFromASecret) {
  const std::string bytes(32, '\xf0'), name = fresh("satchel/key");
  ASSERT_TRUE(set_up("secretsmanager", "secretsmanager", "1.1", "CreateSecret",
                     Json::object({{"Name", name}, {"SecretString", to_base64(bytes)}, {"ClientRequestToken", fresh("00000000-0000-0000-0000-000000")}})));
  const auto secret = [&](const std::string& of) { return aws::MasterKeySecret({GetParam().endpoint, std::string(kRegion), of, "", credentials_}, *clock_, random_).get(soon()); };
  const auto key = secret(name);
  ASSERT_TRUE(key) << key.error().message << key.error().detail;
  EXPECT_EQ(*key, bytes);
  const std::string absent = fresh("absent");
  EXPECT_THAT(secret(absent).error().message, HasSubstr("no such thing as the secret '" + absent + "'"));
}

TEST_P(Services, MailGoesOutForAVerifiedSender) {
  const auto verified = aws::ServiceClient({"ses", GetParam().endpoint, std::string(kRegion), credentials_}, *clock_)
                            .send({.target = {"/v2/email/identities", {}}, .fields = {{"content-type", "application/json"}}, .body = R"({"EmailIdentity":"satchel@example.org"})"}, soon());
  ASSERT_TRUE(verified) << verified.error().message;
  const auto mailer = aws::ses_mailer({GetParam().endpoint, std::string(kRegion), "Sätchel <satchel@example.org>", "", credentials_}, *clock_, random_).value();
  const auto sent = mailer->send(call(), {.to = "ann@example.org", .subject = "Grüße", .text = "A line\nand another."});
  EXPECT_TRUE(sent) << sent.error().message << sent.error().detail;
}

INSTANTIATE_TEST_SUITE_P(Engines, Services, testing::ValuesIn(engines()), [](const auto& test) { return test.param.name; });
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Services);

}  // namespace
}  // namespace satchel::contract
