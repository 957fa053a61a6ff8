// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/downloads.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class CreateDownload final : public Function {
 public:
  CreateDownload(const TableReader& table, const DownloadSigner& signer) : table_(table), signer_(signer) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    auto body = TRY(JsonReader::parse(request.body));
    const EntryId id(TRY(body.text("entry")));
    const bool inline_wanted = TRY(body.optional_flag("inline")).value_or(false);
    TRY(body.finish());
    const Allowed file = TRY(allow_file(context, table_, Action::read, id));
    const DownloadTerms terms = download_terms(file.entry.meta, inline_wanted);
    const SignedRequest request_out = TRY(signer_.sign_download(context.call, file.grant, terms));
    return Response::json(download_members(file.entry.meta, terms, request_out));
  }

 private:
  const TableReader& table_;
  const DownloadSigner& signer_;
};

}  // namespace

make::Made make::create_download(const Wiring& wiring) {
  return std::make_unique<CreateDownload>(wiring.reader(), wiring.download_signer());
}

}  // namespace satchel
