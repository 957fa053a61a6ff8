// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/uploads.hpp"

namespace satchel {
namespace {

class SignPut final : public Function {
 public:
  SignPut(const TableReader& table, const UploadSigner& signer) : table_(table), signer_(signer) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    auto body = TRY(JsonReader::parse(request.body));
    const auto checksum = TRY(read_checksum(body));
    TRY(body.finish());
    const Upload upload = TRY(my_upload(context, table_, UploadId(std::string(request.parameter("id")))));
    if (upload.state != kOpen) return upload_ended();
    if (!upload.single) return fail(ErrorCode::invalid, "This upload is sent in parts. Ask for its 'parts' instead.", {}, "in_parts");
    if (checksum && upload.checksum && checksum != upload.checksum) {
      return fail(ErrorCode::invalid, "The file has changed: its checksum is another. Start a new upload.", {}, "wrong_checksum");
    }
    const Grant grant = TRY(allow_folder(context, table_, Action::add, upload.folder)).grant;
    const SignedRequest put = TRY(sign_single(context.call, signer_, grant, upload));
    return Response::json(Json::object({{"put", signed_json(put)}}));
  }

 private:
  const TableReader& table_;
  const UploadSigner& signer_;
};

}  // namespace

make::Made make::sign_put(const Wiring& wiring) { return std::make_unique<SignPut>(wiring.reader(), wiring.upload_signer()); }

}  // namespace satchel
