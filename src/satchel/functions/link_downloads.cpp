// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/link_downloads.hpp"

#include <algorithm>

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/downloads.hpp"

namespace satchel {
namespace {

Operation downloaded_event(const Visitor& visitor, const Item& meta) {
  return event_operation(visitor.context, "link.downloaded", visitor.link.id.str(),
                         {{"entry", meta.text("id")}, {"space", visitor.link.space.str()}, {"name", meta.text("name")}});
}

}  // namespace

Result<SignedRequest> sign_for(const Visitor& visitor, const Grant& grant, const DownloadSigner& signer, DownloadTerms& terms) {
  const Time now = visitor.context.call.now;
  if (visitor.link.expires) terms.lifetime = std::min<Duration>(terms.lifetime, std::chrono::ceil<std::chrono::seconds>(*visitor.link.expires - now));
  return signer.sign_download(visitor.context.call, grant, terms);
}

Result<LinkDownload> LinkDownloads::take(const Context& context, const Request& request, const DownloadWanted& wanted) {
  // Made once, so that a lost answer of the table is recognised and no second download taken.
  const LeaseId fresh(random_id(context.random));
  return attempt(context, [&] { return take_once(context, request, wanted, fresh); });
}

Result<LinkDownload> LinkDownloads::take_once(const Context& context, const Request& request, const DownloadWanted& wanted, const LeaseId& fresh) {
  const Visitor visitor = TRY(door_.enter(context, request, LinkDoor::Spent::let_in));
  const Allowed file = TRY(allow_file(visitor.context, table_, Action::read, wanted.entry.empty() ? visitor.link.entry : wanted.entry));
  LinkDownload download{file.entry.meta, download_terms(file.entry.meta, wanted.inline_view), {}, {}};
  if (visitor.link.max_downloads) {
    download.lease = TRY(lease_for(visitor, download.meta, wanted.lease, fresh));
    download.terms.lease = download.lease;
  } else {
    note(visitor, download.meta);
  }
  download.request = TRY(sign_for(visitor, file.grant, signer_, download.terms));
  return download;
}

Result<std::string> LinkDownloads::lease_for(const Visitor& visitor, const Item& meta, const std::string& shown, const LeaseId& fresh) {
  const Call& call = visitor.context.call;
  for (const std::string& id : {shown, fresh.str()}) {
    const auto lease = TRY(standing_lease(call, table_, id, visitor.link));
    // What was served in full is not served again; the other files of a folder follow.
    if (lease && !(lease->state == Lease::State::spent && lease->entry.str() == meta.text("id"))) return id;
  }
  if (visitor.link.left < 1) return link_over(LinkState::spent);
  const Lease lease{.id = fresh, .link = visitor.link.id, .entry = EntryId(meta.text("id")), .size = meta.number("size"), .until = call.now + kLeaseLife};
  Transaction transaction = take_lease(lease, visitor.link);
  transaction.push_back(downloaded_event(visitor, meta));
  if (!TRY(writer_.write(call, transaction)).committed()) return moved_on();
  return lease.id.str();
}

/// Of a link without a limit the counts are for its owner's eyes; a table that takes no writes stops no download.
void LinkDownloads::note(const Visitor& visitor, const Item& meta) {
  Update count{.key = keys::link(visitor.link.id), .condition = Condition::exists()};
  count.add = {{"downloads", 1}, {"opened", 1}};
  const auto noted = writer_.write(visitor.context.call, {std::move(count), downloaded_event(visitor, meta)});
  if (!noted) visitor.context.logger.warn("link.download_unnoted", {{"code", to_string(noted.error().code)}});
}

}  // namespace satchel
