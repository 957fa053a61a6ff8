// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/uploads.hpp"

namespace satchel {
namespace {

constexpr std::size_t kMostParts = 100;

struct WantedPart {
  std::int64_t number = 0;
  std::int64_t length = 0;
  std::optional<std::string> checksum;
};

Result<std::vector<WantedPart>> read_parts(const Request& request) {
  auto body = TRY(JsonReader::parse(request.body));
  auto list = TRY(body.objects("parts"));
  TRY(body.finish());
  if (list.empty() || list.size() > kMostParts) return fail(ErrorCode::invalid, "Ask for 1 to 100 parts at a time.");
  std::vector<WantedPart> parts;
  for (JsonReader& part : list) {
    WantedPart wanted;
    wanted.number = TRY(part.number("number"));
    wanted.length = TRY(part.number("length"));
    wanted.checksum = TRY(part.optional_text("checksum"));
    TRY(part.finish());
    parts.push_back(std::move(wanted));
  }
  return parts;
}

class SignParts final : public Function {
 public:
  SignParts(const TableReader& table, TableWriter writer, const UploadSigner& signer, ObjectAssembler& store)
      : table_(table), writer_(std::move(writer)), signer_(signer), store_(store) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const auto parts = TRY(read_parts(request));
    const UploadId id(std::string(request.parameter("id")));
    const Upload known = TRY(my_upload(context, table_, id));
    if (known.single) return fail(ErrorCode::invalid, "This upload is one PUT. Ask for its 'put' instead.", {}, "not_in_parts");
    TRY(check_parts(known, parts));
    const Grant grant = TRY(allow_folder(context, table_, Action::add, known.folder)).grant;
    const Upload upload = TRY(attempt(context, [&] { return begun(context, id); }));
    Json list = Json::array();
    for (const WantedPart& part : parts) {
      PartTerms terms{.key = upload.key(), .store_upload = upload.store_upload, .number = static_cast<int>(part.number),
                      .length = static_cast<std::uint64_t>(part.length)};
      if (part.checksum) terms.checksum = TRY(check_checksum(upload.algorithm(), *part.checksum));
      const SignedRequest signed_part = TRY(signer_.sign_part(context.call, grant, terms));
      list.push(Json::object({{"number", part.number}, {"request", signed_json(signed_part)}}));
    }
    return Response::json(Json::object({{"parts", list}}));
  }

 private:
  static Result<void> check_parts(const Upload& upload, const std::vector<WantedPart>& parts) {
    for (const WantedPart& part : parts) {
      const bool exists = part.number >= 1 && part.number <= upload.parts();
      if (!exists) return fail(ErrorCode::invalid, fmt::format("This upload has the parts 1 to {}.", upload.parts()), {}, "no_such_part");
      if (part.length != upload.part_length(part.number)) {
        return fail(ErrorCode::invalid, fmt::format("Part {} has {} bytes. Send exactly these.", part.number, upload.part_length(part.number)), {},
                    "wrong_length");
      }
    }
    return {};
  }

  /// The upload with its counterpart in the store, which is begun when the first part is asked for; its life starts again.
  Result<Upload> begun(const Context& context, const UploadId& id) {
    Upload upload = TRY(my_upload(context, table_, id));
    if (upload.state != kOpen) return upload_ended();
    const bool fresh = upload.due > context.call.now + kUploadLife / 2;
    if (fresh && !upload.store_upload.empty()) return upload;
    const Condition as_read = open_as_read(upload);
    const bool begins = upload.store_upload.empty();
    if (begins) upload.store_upload = TRY(store_.begin(context.call, upload.key(), upload.algorithm()));
    upload.due = context.call.now + kUploadLife;
    const auto written = TRY(writer_.write(context.call, {Put{to_item(upload), as_read}}));
    if (written.committed()) return upload;
    // Another call was faster; what this one has begun belongs to nobody.
    if (begins) TRY(store_.abort(context.call, upload.key(), upload.store_upload));
    return moved_on();
  }

  const TableReader& table_;
  TableWriter writer_;
  const UploadSigner& signer_;
  ObjectAssembler& store_;
};

}  // namespace

make::Made make::sign_parts(const Wiring& wiring) {
  return std::make_unique<SignParts>(wiring.reader(), wiring.writer(), wiring.upload_signer(), wiring.assembler());
}

}  // namespace satchel
