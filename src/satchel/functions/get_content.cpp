// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/downloads.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class GetContent final : public Function {
 public:
  GetContent(const TableReader& table, const DownloadSigner& signer) : table_(table), signer_(signer) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const Allowed file = TRY(allow_file(context, table_, Action::read, EntryId(std::string(request.parameter("id")))));
    const DownloadTerms terms = download_terms(file.entry.meta, /*inline_wanted=*/false);
    return Response::redirect(TRY(signer_.sign_download(context.call, file.grant, terms)).url);
  }

 private:
  const TableReader& table_;
  const DownloadSigner& signer_;
};

}  // namespace

make::Made make::get_content(const Wiring& wiring) { return std::make_unique<GetContent>(wiring.reader(), wiring.download_signer()); }

}  // namespace satchel
