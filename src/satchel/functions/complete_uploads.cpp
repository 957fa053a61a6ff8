// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/completing.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

constexpr std::size_t kMostUploads = 90;

Result<std::vector<Sent>> read_batch(const Request& request) {
  auto body = TRY(JsonReader::parse(request.body));
  auto list = TRY(body.objects("uploads"));
  TRY(body.finish());
  if (list.empty() || list.size() > kMostUploads) return fail(ErrorCode::invalid, "Complete 1 to 90 uploads at a time.");
  std::vector<Sent> batch;
  for (JsonReader& upload : list) {
    UploadId id(TRY(upload.text("id")));
    batch.push_back(TRY(read_sent(upload, std::move(id))));
    TRY(upload.finish());
  }
  return batch;
}

/// Each upload is a transaction of its own, with a result of its own.
class CompleteUploads final : public Function {
 public:
  CompleteUploads(const TableReader& table, TableWriter writer, ObjectAssembler& store)
      : table_(table), writer_(std::move(writer)), store_(store) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const auto batch = TRY(read_batch(request));
    Json results = Json::array();
    for (const Sent& sent : batch) {
      auto result = Json::object({{"id", sent.id.str()}});
      const auto file = complete(context, table_, writer_, store_, sent);
      if (file) {
        result.set("entry", entry_json(*file));
      } else {
        result.set("problem", TRY(Json::parse(problem(file.error(), context.request_id).body)));
      }
      results.push(std::move(result));
    }
    return Response::json(Json::object({{"results", results}}));
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
  ObjectAssembler& store_;
};

}  // namespace

make::Made make::complete_uploads(const Wiring& wiring) {
  return std::make_unique<CompleteUploads>(wiring.reader(), wiring.writer(), wiring.assembler());
}

}  // namespace satchel
