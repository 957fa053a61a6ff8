// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"
#include "satchel/functions/uploads.hpp"

namespace satchel {
namespace {

Json parts_json(const std::vector<PartInfo>& parts) {
  Json list = Json::array();
  for (const PartInfo& part : parts) {
    auto members = Json::object({{"number", part.number}, {"size", part.size}});
    if (part.checksum) members.set("checksum", part.checksum->value);
    list.push(std::move(members));
  }
  return list;
}

class GetUpload final : public Function {
 public:
  GetUpload(const TableReader& table, const ObjectAssembler& store) : table_(table), store_(store) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    int after = 0;
    if (request.query.contains("after")) after = static_cast<int>(TRY(whole_number(request.argument("after"), "after", 0, 10'000)));
    const Upload upload = TRY(my_upload(context, table_, UploadId(std::string(request.parameter("id")))));
    if (upload.state == kAborted) return upload_ended();
    auto members = upload_members(upload);
    members.emplace_back("state", upload.state);
    const PartPage present = upload.state == kDone ? PartPage{} : TRY(parts_of(context.call, upload, after));
    members.emplace_back("parts_present", parts_json(present.parts));
    if (present.next > 0) members.emplace_back("next", present.next);
    if (upload.state == kDone) {
      const auto file = TRY(table_.get(context.call, keys::entry(upload.entry)));
      if (file && file->text("state") == kLive) members.emplace_back("entry", entry_json(*file));
    }
    return Response::json(members);
  }

 private:
  Result<PartPage> parts_of(const Call& call, const Upload& upload, int after) const {
    if (upload.single || upload.store_upload.empty()) return PartPage{};
    auto page = store_.list_parts(call, upload.key(), upload.store_upload, after);
    if (page || page.error().code != ErrorCode::not_found) return page;
    // Put together already, by a call whose answer was lost: nothing is missing.
    if (!TRY(store_.head(call, upload.key()))) return upload_ended();
    return all_parts(upload, after);
  }

  static PartPage all_parts(const Upload& upload, int after) {
    constexpr int kPartsInPage = 1000;
    PartPage page;
    const int last = static_cast<int>(std::min<std::int64_t>(upload.parts(), after + kPartsInPage));
    for (int number = after + 1; number <= last; ++number) {
      page.parts.push_back({.number = number, .size = static_cast<std::uint64_t>(upload.part_length(number))});
    }
    if (last < upload.parts() && last > after) page.next = last;
    return page;
  }

  const TableReader& table_;
  const ObjectAssembler& store_;
};

}  // namespace

make::Made make::get_upload(const Wiring& wiring) { return std::make_unique<GetUpload>(wiring.reader(), wiring.assembler()); }

}  // namespace satchel
