// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/ending_upload.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class AbortUpload final : public Function {
 public:
  AbortUpload(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const UploadId id(std::string(request.parameter("id")));
    TRY(my_upload(context, table_, id));
    TRY(attempt(context, [&] { return give_up(context, table_, writer_, id); }));
    return Response::empty();
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::abort_upload(const Wiring& wiring) { return std::make_unique<AbortUpload>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
