// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/downloads.hpp"
#include "satchel/functions/link_downloads.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class DownloadLink final : public Function {
 public:
  explicit DownloadLink(const Wiring& wiring) : downloads_(wiring) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    auto body = TRY(JsonReader::parse(request.body));
    DownloadWanted wanted;
    wanted.entry = EntryId(TRY(body.optional_text("entry")).value_or(""));
    wanted.inline_view = TRY(body.optional_flag("inline")).value_or(false);
    wanted.lease = TRY(body.optional_text("lease")).value_or("");
    TRY(body.finish());
    const LinkDownload download = TRY(downloads_.take(context, request, wanted));
    Json answer(download_members(download.meta, download.terms, download.request));
    if (!download.lease.empty()) answer.set("lease", download.lease);
    return Response::json(answer);
  }

 private:
  LinkDownloads downloads_;
};

}  // namespace

make::Made make::download_link(const Wiring& wiring) { return std::make_unique<DownloadLink>(wiring); }

}  // namespace satchel
