// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "satchel/functions/downloads.hpp"
#include "satchel/functions/link_downloads.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

/// GET changes nothing, so what follows every address it sees cannot use up a limited link.
class LinkFile final : public Function {
 public:
  explicit LinkFile(const Wiring& wiring)
      : table_(wiring.reader()), signer_(wiring.download_signer()), door_(wiring.reader(), wiring.vault()), settings_(wiring.settings()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const Visitor visitor = TRY(door_.enter(context, request, LinkDoor::Spent::refuse));
    if (visitor.link.max_downloads) return post_wanted(context, request);
    const Allowed file = TRY(allow_file(visitor.context, table_, Action::read, visitor.link.entry));
    DownloadTerms terms = download_terms(file.entry.meta, /*inline_wanted=*/false);
    return Response::redirect(TRY(sign_for(visitor, file.grant, signer_, terms)).url);
  }

 private:
  Response post_wanted(const Context& context, const Request& request) const {
    const std::string address = fmt::format("{}/s/{}", settings_.public_url, request.parameter("token"));
    const std::string detail = fmt::format(
        "This link can be downloaded a limited number of times, and only a POST counts. Open {} in a browser, or use: curl -fLOJ -d '' {}/file",
        address, address);
    Response response = Response::json(Json::object({{"type", "post_wanted"},
                                                     {"title", "This wants a POST"},
                                                     {"status", 405},
                                                     {"detail", detail},
                                                     {"request_id", context.request_id}}),
                                       405);
    response.headers = {{"content-type", "application/problem+json"}, {"allow", "POST"}};
    return response;
  }

  const TableReader& table_;
  const DownloadSigner& signer_;
  LinkDoor door_;
  const Settings& settings_;
};

class LinkFilePost final : public Function {
 public:
  explicit LinkFilePost(const Wiring& wiring) : downloads_(wiring) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    return Response::redirect(TRY(downloads_.take(context, request, {})).request.url);
  }

 private:
  LinkDownloads downloads_;
};

}  // namespace

make::Made make::link_file(const Wiring& wiring) { return std::make_unique<LinkFile>(wiring); }
make::Made make::link_file_post(const Wiring& wiring) { return std::make_unique<LinkFilePost>(wiring); }

}  // namespace satchel
