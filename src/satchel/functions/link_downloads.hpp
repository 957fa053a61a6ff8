// SPDX-License-Identifier: Apache-2.0
// A download through a link: by the API's POST and by the plain addresses under /s.
#pragma once

#include "satchel/functions/leases.hpp"
#include "satchel/functions/link_door.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel {

struct DownloadWanted {
  EntryId entry;      // empty: the link's own
  bool inline_view = false;
  std::string lease;  // from an earlier one; empty or no longer standing: a limited link is spent by this
};

struct LinkDownload {
  Item meta;
  DownloadTerms terms;
  SignedRequest request;
  std::string lease;  // of a limited link
};

class LinkDownloads {
 public:
  LinkDownloads(const Wiring& wiring)
      : table_(wiring.reader()), writer_(wiring.writer()), signer_(wiring.download_signer()), door_(wiring.reader(), wiring.vault()) {}

  /// Counts the download and signs the way to the bytes. Errors: those of LinkDoor; not_found for what the link does not open.
  Result<LinkDownload> take(const Context& context, const Request& request, const DownloadWanted& wanted);

 private:
  Result<LinkDownload> take_once(const Context& context, const Request& request, const DownloadWanted& wanted, const LeaseId& fresh);
  Result<std::string> lease_for(const Visitor& visitor, const Item& meta, const std::string& shown, const LeaseId& fresh);
  void note(const Visitor& visitor, const Item& meta);

  const TableReader& table_;
  TableWriter writer_;
  const DownloadSigner& signer_;
  LinkDoor door_;
};

/// Signs the way to the bytes; never for longer than the link lives.
Result<SignedRequest> sign_for(const Visitor& visitor, const Grant& grant, const DownloadSigner& signer, DownloadTerms& terms);

}  // namespace satchel
