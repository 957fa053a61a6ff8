// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/engine_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <pugixml.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "satchel/aws/object_store.hpp"
#include "satchel/aws/table.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/dynamodb/json.hpp"
#include "tests/contract/engine_grounds.hpp"
#include "tests/contract/object_store_client.hpp"

namespace satchel {
namespace {

/// The table by its adapter through the proxy; what a test looks at is read past it.
class TableOverHttp final : public MemoryTable {
 public:
  TableOverHttp(TableGround ground, Wire& wire, Clock& clock)
      : ground_(std::move(ground)), proxy_(wire, ground_.options.endpoint), table_(aws::dynamodb_table(through_proxy(), clock, *random_)) {}

  Result<std::optional<Item>> get(const Call& call, const Key& key) const override { return table_->get(call, key); }
  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override { return table_->batch_get(call, keys); }
  Result<Page> query(const Call& call, const Query& query) const override { return table_->query(call, query); }
  Result<WriteOutcome> write(const Call& call, const Transaction& transaction) override { return table_->write(call, transaction); }

  void settle() override {}
  void be_kind() override {}
  std::vector<Item> items() const override { return ground_.items(); }

 private:
  aws::DynamoDbOptions through_proxy() const {
    aws::DynamoDbOptions options = ground_.options;
    options.endpoint = proxy_.origin();
    return options;
  }

  std::unique_ptr<Random> random_ = system_random();  // request tokens must differ between runs
  TableGround ground_;
  FaultProxy proxy_;
  std::unique_ptr<Table> table_;
};

/// What a queue beside the store would tell: each object that the engine made visible, until it is acknowledged.
class ToldByTheProxy final : public ObjectEvents {
 public:
  void add(Event event) {
    const std::scoped_lock lock(mutex_);
    events_.push_back(std::move(event));
  }
  Result<std::vector<Event>> receive(const Call&, int most) override {
    const std::scoped_lock lock(mutex_);
    return std::vector<Event>(events_.begin(), events_.begin() + std::min(most, static_cast<int>(events_.size())));
  }
  Result<void> acknowledge(const Call&, const Event& event) override {
    const std::scoped_lock lock(mutex_);
    std::erase_if(events_, [&](const Event& held) { return held.id == event.id; });
    return {};
  }

 private:
  std::mutex mutex_;
  std::vector<Event> events_;
};

class StoreOverHttp final : public MemoryObjectStore {
 public:
  StoreOverHttp(StoreGround ground, Wire& wire, Clock& clock)
      : clock_(clock), ground_(std::move(ground)), proxy_(wire, ground_.options.endpoint, [this](std::string_view method, std::string_view target) { notice(method, target); }) {
    if (!ground_.events) {
      auto told = std::make_unique<ToldByTheProxy>();
      told_ = told.get();
      ground_.events = std::move(told);
    }
    aws::S3Options options = ground_.options;
    options.endpoint = proxy_.origin();
    store_ = aws::s3_object_store(std::move(options), std::move(ground_.events), clock, *random_);
  }

  Result<SignedRequest> sign_upload(const Call& call, const Grant& grant, const UploadTerms& terms) const override { return store_->sign_upload(call, grant, terms); }
  Result<SignedRequest> sign_part(const Call& call, const Grant& grant, const PartTerms& terms) const override { return store_->sign_part(call, grant, terms); }
  Result<SignedRequest> sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const override { return store_->sign_download(call, grant, terms); }
  Result<std::string> begin(const Call& call, const ObjectKey& key, ChecksumAlgorithm algorithm) override { return store_->begin(call, key, algorithm); }
  Result<PartPage> list_parts(const Call& call, const ObjectKey& key, const std::string& upload, int after) const override { return store_->list_parts(call, key, upload, after); }
  Result<ObjectInfo> complete(const Call& call, const Assembly& assembly) override { return store_->complete(call, assembly); }
  Result<void> abort(const Call& call, const ObjectKey& key, const std::string& upload) override { return store_->abort(call, key, upload); }
  Result<std::optional<ObjectInfo>> head(const Call& call, const ObjectKey& key) const override { return store_->head(call, key); }
  Result<void> remove(const Call& call, const ObjectKey& key) override { return store_->remove(call, key); }
  Result<std::vector<Event>> receive(const Call& call, int most) override { return store_->receive(call, most); }
  Result<void> acknowledge(const Call& call, const Event& event) override { return store_->acknowledge(call, event); }

  ClientAnswer put(const SignedRequest& request, std::string_view bytes) override { return contract::put_by_http(request, bytes); }
  ClientAnswer get(const SignedRequest& request, std::uint64_t most) override { return contract::get_by_http(request, most); }
  std::vector<ObjectKey> objects() const override { return ground_.objects(); }
  std::size_t open_uploads() const override {
    const std::scoped_lock lock(mutex_);
    return begun_ - ended_.size();
  }

 private:
  /// What the engine did: uploads that began and ended, objects that came whole or of parts.
  void notice(std::string_view method, std::string_view target) {
    const std::size_t upload = target.find("uploadId=");
    if (upload == std::string_view::npos) {
      const bool begins = method == "POST" && target.find("?uploads") != std::string_view::npos;
      if (begins) count([this] { ++begun_; });
      if (method == "PUT") tell(target);
      return;
    }
    if (method == "PUT" || method == "GET") return;
    const std::string_view id = target.substr(upload);
    count([&] { ended_.emplace(id.substr(0, id.find('&'))); });
    if (method == "POST") tell(target);
  }
  void count(const std::function<void()>& change) {
    const std::scoped_lock lock(mutex_);
    change();
  }
  void tell(std::string_view target) {
    if (!told_) return;
    const std::string_view path = target.substr(0, target.find('?'));
    const std::string key = percent_decode(path.substr(ground_.options.bucket.size() + 2)).value_or("");
    told_->add({.id = ulid(clock_.now(), *random_), .type = std::string(kObjectCreated), .time = clock_.now(), .actor = "system", .subject = key, .data = {}});
  }

  mutable std::mutex mutex_;
  std::size_t begun_ = 0;
  std::set<std::string, std::less<>> ended_;
  Clock& clock_;
  std::unique_ptr<Random> random_ = system_random();
  ToldByTheProxy* told_ = nullptr;  // the store's
  StoreGround ground_;
  std::unique_ptr<ObjectStore> store_;
  FaultProxy proxy_;  // its threads tell of objects: it ends first
};

constexpr Duration kPatience{30'000};

/// A table of an engine, which goes with its ground.
class TableOfEngine {
 public:
  TableOfEngine(const std::string& engine, Clock& clock) : clock_(clock), options_(contract::new_table(engine, clock, *system_random())), client_(options_, clock) {}
  ~TableOfEngine() { (void)client_.call("DeleteTable", Json::object({{"TableName", options_.table}}), clock_.now() + kPatience); }
  TableOfEngine(const TableOfEngine&) = delete;
  TableOfEngine& operator=(const TableOfEngine&) = delete;

  const aws::DynamoDbOptions& options() const { return options_; }

  std::vector<Item> items() {
    std::vector<Item> items;
    Json page = Json::object({{"TableName", options_.table}, {"ConsistentRead", true}});
    for (;;) {
      const auto answer = client_.call("Scan", page, clock_.now() + kPatience);
      if (!answer) throw std::runtime_error("the engine does not show its items: " + answer.error().message);
      for (const Json& item : *answer->find("Items")->as<Json::Array>()) items.push_back(dynamodb::item_from(item).value());
      const Json* last = answer->find("LastEvaluatedKey");
      if (!last || last->is_null()) break;
      page.set("ExclusiveStartKey", *last);
    }
    std::ranges::sort(items, {}, &Item::key);
    return items;
  }

 private:
  Clock& clock_;
  aws::DynamoDbOptions options_;
  aws::DynamoDbClient client_;
};

TableGround table_of_engine(const std::string& engine, Clock& clock) {
  const auto table = std::make_shared<TableOfEngine>(engine, clock);
  return {table, table->options(), [table] { return table->items(); }};
}

std::vector<ObjectKey> listed(const aws::ServiceClient& service, const std::string& bucket, Time deadline) {
  const auto answer = service.send({.method = "GET", .target = {'/' + bucket, {{"list-type", "2"}}}, .fields = {}, .body = {}}, deadline);
  pugi::xml_document listing;
  if (!answer || answer->status != 200 || !listing.load_buffer(answer->body.data(), answer->body.size())) throw std::runtime_error("the engine does not show its objects");
  std::vector<ObjectKey> keys;
  for (const pugi::xml_node& node : listing.first_child().children("Contents")) keys.emplace_back(node.child_value("Key"));
  return keys;
}

StoreGround bucket_of_engine(const std::string& engine, Clock& clock) {
  aws::S3Options options = contract::new_bucket(engine, clock, *system_random());
  options.full_object_checksums = false;  // what every engine can
  const auto service = std::make_shared<aws::ServiceClient>(aws::Service{"s3", options.endpoint, options.region, options.credentials}, clock);
  return {nullptr, options, nullptr, [service, bucket = options.bucket, &clock] { return listed(*service, bucket, clock.now() + kPatience); }};
}

}  // namespace

Stage stage_on(std::function<TableGround(Clock&)> table, std::function<StoreGround(Clock&)> store, std::function<Time()> start) {
  const auto wire = std::make_shared<Wire>();
  const auto options = [wire, table, store, start] {
    return BackEnd::Options{.start = start(),
                            .table = [wire, table](Clock& clock) { return std::make_unique<TableOverHttp>(table(clock), *wire, clock); },
                            .objects = [wire, store](Clock& clock) { return std::make_unique<StoreOverHttp>(store(clock), *wire, clock); }};
  };
  return {options, wire};
}

Stage stage_on_engines(const std::string& dynamodb, const std::string& s3) {
  // The engines go by the true time, and signatures have to be of it.
  return stage_on([dynamodb](Clock& clock) { return table_of_engine(dynamodb, clock); }, [s3](Clock& clock) { return bucket_of_engine(s3, clock); }, [] { return system_clock()->now(); });
}

}  // namespace satchel
