// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/completing.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class CompleteUpload final : public Function {
 public:
  CompleteUpload(const TableReader& table, TableWriter writer, ObjectAssembler& store)
      : table_(table), writer_(std::move(writer)), store_(store) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    auto body = TRY(JsonReader::parse(request.body));
    const Sent sent = TRY(read_sent(body, UploadId(std::string(request.parameter("id")))));
    TRY(body.finish());
    return Response::json(entry_json(TRY(complete(context, table_, writer_, store_, sent))));
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
  ObjectAssembler& store_;
};

}  // namespace

make::Made make::complete_upload(const Wiring& wiring) {
  return std::make_unique<CompleteUpload>(wiring.reader(), wiring.writer(), wiring.assembler());
}

}  // namespace satchel
