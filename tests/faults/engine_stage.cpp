// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/engine_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
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
class EngineTable final : public MemoryTable {
 public:
  EngineTable(const std::string& engine, Wire& wire, Clock& clock)
      : clock_(clock), proxy_(wire, engine), options_(contract::new_table(engine, clock, *random_)), direct_(options_, clock), table_(aws::dynamodb_table(through_proxy(), clock, *random_)) {}
  ~EngineTable() override { (void)direct_.call("DeleteTable", Json::object({{"TableName", options_.table}}), deadline()); }

  Result<std::optional<Item>> get(const Call& call, const Key& key) const override { return table_->get(call, key); }
  Result<std::vector<std::optional<Item>>> batch_get(const Call& call, const std::vector<Key>& keys) const override { return table_->batch_get(call, keys); }
  Result<Page> query(const Call& call, const Query& query) const override { return table_->query(call, query); }
  Result<WriteOutcome> write(const Call& call, const Transaction& transaction) override { return table_->write(call, transaction); }

  void settle() override {}
  void be_kind() override {}
  std::vector<Item> items() const override {
    std::vector<Item> items;
    Json page = Json::object({{"TableName", options_.table}, {"ConsistentRead", true}});
    for (;;) {
      const auto answer = direct_.call("Scan", page, deadline());
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
  Time deadline() const { return clock_.now() + std::chrono::seconds{30}; }
  aws::DynamoDbOptions through_proxy() const {
    aws::DynamoDbOptions options = options_;
    options.endpoint = proxy_.origin();
    return options;
  }

  Clock& clock_;
  std::unique_ptr<Random> random_ = system_random();  // request tokens must differ between runs
  FaultProxy proxy_;
  aws::DynamoDbOptions options_;
  mutable aws::DynamoDbClient direct_;
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

class EngineStore final : public MemoryObjectStore {
 public:
  EngineStore(const std::string& engine, Wire& wire, Clock& clock)
      : clock_(clock),
        options_(contract::new_bucket(engine, clock, *random_)),
        direct_({"s3", engine, options_.region, options_.credentials}, clock),
        proxy_(wire, engine, [this](std::string_view method, std::string_view target) { notice(method, target); }) {
    auto events = std::make_unique<ToldByTheProxy>();
    events_ = events.get();
    aws::S3Options options = options_;
    options.endpoint = proxy_.origin();
    options.full_object_checksums = false;
    store_ = aws::s3_object_store(std::move(options), std::move(events), clock, *random_);
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
  std::vector<ObjectKey> objects() const override {
    std::vector<ObjectKey> keys;
    const pugi::xml_document listing = list("list-type", "2");
    for (const pugi::xml_node& node : listing.first_child().children("Contents")) keys.emplace_back(node.child_value("Key"));
    return keys;
  }
  std::size_t open_uploads() const override {
    const pugi::xml_document listing = list("uploads", "");
    const auto uploads = listing.first_child().children("Upload");
    return static_cast<std::size_t>(std::distance(uploads.begin(), uploads.end()));
  }

 private:
  pugi::xml_document list(std::string_view name, std::string_view value) const {
    const auto answer = direct_.send({.method = "GET", .target = {'/' + options_.bucket, {{std::string(name), std::string(value)}}}, .fields = {}, .body = {}}, clock_.now() + std::chrono::seconds{30});
    pugi::xml_document listing;
    if (!answer || answer->status != 200 || !listing.load_buffer(answer->body.data(), answer->body.size())) throw std::runtime_error("the engine does not show its objects");
    return listing;
  }

  /// A whole object has come, or parts have become one.
  void notice(std::string_view method, std::string_view target) {
    const bool of_upload = target.find("uploadId=") != std::string_view::npos;
    if (!(method == "PUT" && !of_upload) && !(method == "POST" && of_upload)) return;
    const std::string_view path = target.substr(0, target.find('?'));
    const std::string key = percent_decode(path.substr(options_.bucket.size() + 2)).value_or("");
    events_->add({.id = ulid(clock_.now(), *random_), .type = std::string(kObjectCreated), .time = clock_.now(), .actor = "system", .subject = key, .data = {}});
  }

  Clock& clock_;
  std::unique_ptr<Random> random_ = system_random();
  ToldByTheProxy* events_ = nullptr;  // owned by the store
  aws::S3Options options_;
  aws::ServiceClient direct_;
  std::unique_ptr<ObjectStore> store_;
  FaultProxy proxy_;  // its threads tell of objects: it ends first
};

}  // namespace

Stage stage_on_engines(const std::string& dynamodb, const std::string& s3) {
  const auto wire = std::make_shared<Wire>();
  // The engines go by the true time, and signatures have to be of it.
  const auto options = [wire, dynamodb, s3] {
    return BackEnd::Options{.start = system_clock()->now(),
                            .table = [wire, dynamodb](Clock& clock) { return std::make_unique<EngineTable>(dynamodb, *wire, clock); },
                            .objects = [wire, s3](Clock& clock) { return std::make_unique<EngineStore>(s3, *wire, clock); }};
  };
  return {options, wire};
}

}  // namespace satchel
