// SPDX-License-Identifier: Apache-2.0
#include "satchel/embedded/object_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "satchel/base/crc.hpp"
#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/model/content_disposition.hpp"
#include "satchel/objects/checksums.hpp"
#include "satchel/objects/presigner.hpp"

namespace satchel::embedded {
namespace {

using Pairs = objects::Presigner::Pairs;

constexpr int kMostParts = 10'000;
constexpr int kPartsInPage = 1000;

Checksum checksum_of(const objects::Content& content) {
  if (content.crc32c) return {ChecksumAlgorithm::crc32c, checksum_text(*content.crc32c)};
  return {ChecksumAlgorithm::crc64nvme, checksum_text(content.crc64nvme)};
}

ObjectInfo info_of(const objects::ObjectInfo& info) { return {info.size, info.etag, checksum_of(info), to_hex(info.sha256)}; }

/// What an upload URL binds: nothing else than these bytes goes through it.
Pairs bound(std::uint64_t length, const std::optional<Checksum>& checksum) {
  Pairs headers{{"content-length", std::to_string(length)}};
  if (checksum) headers.emplace_back(fmt::format("x-amz-checksum-{}", to_string(checksum->algorithm)), checksum->value);
  return headers;
}

/// Puts a declared checksum where the engine looks for it.
template <class Target>
Result<void> declare(const std::optional<Checksum>& checksum, Target& target) {
  if (!checksum) return {};
  if (checksum->algorithm == ChecksumAlgorithm::crc32c) {
    target.crc32c = TRY(objects::parse_crc32(checksum->value));
  } else {
    target.crc64nvme = TRY(objects::parse_crc64(checksum->value));
  }
  return {};
}

class EmbeddedObjectStore final : public ObjectStore {
 public:
  EmbeddedObjectStore(ObjectStoreOptions options, objects::Store& store)
      : can_sign_(!options.secret.empty()),
        longest_upload_url_(options.longest_upload_url),
        presigner_({std::move(options.base_url), std::move(options.bucket), std::move(options.region), std::move(options.access_key), std::move(options.secret)}),
        store_(&store) {}

  Result<SignedRequest> sign_upload(const Call& call, const Grant& grant, const UploadTerms& terms) const override;
  Result<SignedRequest> sign_part(const Call& call, const Grant& grant, const PartTerms& terms) const override;
  Result<SignedRequest> sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const override;

  Result<std::string> begin(const Call&, const ObjectKey& key, ChecksumAlgorithm algorithm) override {
    return store_->begin_upload({key, algorithm == ChecksumAlgorithm::crc32c, {}});
  }
  Result<PartPage> list_parts(const Call& call, const ObjectKey& key, const std::string& store_upload, int after) const override;
  Result<ObjectInfo> complete(const Call& call, const Assembly& assembly) override;
  Result<void> abort(const Call&, const ObjectKey& key, const std::string& store_upload) override { return store_->abort(key, store_upload); }
  Result<std::optional<ObjectInfo>> head(const Call&, const ObjectKey& key) const override {
    const auto info = TRY(store_->head(key));
    return info ? std::optional(info_of(*info)) : std::nullopt;
  }
  Result<void> remove(const Call&, const ObjectKey& key) override { return store_->remove(key); }
  Result<std::vector<Event>> receive(const Call&, int most) override { return store_->receive(most); }
  Result<void> acknowledge(const Call&, const Event& event) override { return store_->acknowledge(event); }

 private:
  Result<void> demand(const Grant& grant, Action action) const {
    if (grant.action() != action) return fail(ErrorCode::internal, "Something went wrong on our side.", "signing under a grant for another action");
    if (!can_sign_) return fail(ErrorCode::internal, "Something went wrong on our side.", "the object store has no secret to sign with");
    return {};
  }
  SignedRequest sign(std::string method, const ObjectKey& key, const Pairs& parameters, Pairs headers, const Call& call, Duration lifetime) const {
    std::string url = presigner_.sign(method, key, parameters, headers, call.now, lifetime);
    // A URL's date has whole seconds, and so has its end.
    const Time expires = std::chrono::floor<std::chrono::seconds>(call.now) + std::chrono::floor<std::chrono::seconds>(lifetime);
    return {std::move(method), std::move(url), std::move(headers), expires};
  }

  bool can_sign_;
  Duration longest_upload_url_;
  objects::Presigner presigner_;
  objects::Store* store_;
};

Result<SignedRequest> EmbeddedObjectStore::sign_upload(const Call& call, const Grant& grant, const UploadTerms& terms) const {
  TRY(demand(grant, Action::add));
  Pairs headers = bound(terms.length, terms.checksum), parameters{{"x-satchel-ticket", grant.ticket()}};
  // The one-line upload comes by a redirect: its client sends no header of ours, so the URL carries the condition.
  if (terms.checksum) {
    headers.emplace_back("if-none-match", "*");
  } else {
    parameters.emplace_back("x-satchel-if-none-match", "*");
  }
  return sign("PUT", terms.key, parameters, std::move(headers), call, std::min(terms.lifetime, longest_upload_url_));
}

Result<SignedRequest> EmbeddedObjectStore::sign_part(const Call& call, const Grant& grant, const PartTerms& terms) const {
  TRY(demand(grant, Action::add));
  if (terms.number < 1 || terms.number > kMostParts) return fail(ErrorCode::invalid, "Parts are numbered from 1 to 10,000.");
  return sign("PUT", terms.key,
              {{"uploadId", terms.store_upload}, {"partNumber", std::to_string(terms.number)}, {"x-satchel-ticket", grant.ticket()}},
              bound(terms.length, terms.checksum), call, std::min(terms.lifetime, longest_upload_url_));
}

Result<SignedRequest> EmbeddedObjectStore::sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const {
  TRY(demand(grant, Action::read));
  // Always a type of ours: what the uploader sent as the type is never sent on.
  const std::string type = terms.content_type.empty() ? "application/octet-stream" : terms.content_type;
  return sign("GET", terms.key,
              {{"response-content-disposition", content_disposition(terms.file_name, terms.inline_view)},
               {"response-content-type", type},
               {"x-satchel-ticket", grant.ticket()},
               {"x-satchel-lease", terms.lease}},
              {}, call, terms.lifetime);
}

Result<PartPage> EmbeddedObjectStore::list_parts(const Call&, const ObjectKey& key, const std::string& store_upload, int after) const {
  const objects::PartPage found = TRY(store_->list_parts(key, store_upload, after, kPartsInPage));
  PartPage page{{}, found.next};
  for (const objects::PartInfo& part : found.parts) page.parts.push_back({part.number, part.size, part.etag, checksum_of(part)});
  return page;
}

Result<ObjectInfo> EmbeddedObjectStore::complete(const Call&, const Assembly& assembly) {
  objects::Assembly wanted{assembly.key, assembly.store_upload, {}, assembly.size, {}, /*only_if_absent=*/true};
  for (const PartInfo& part : assembly.parts) {
    // S3 lets numbers be left out; here a gap is a part that was forgotten.
    if (part.number != static_cast<int>(wanted.parts.size()) + 1) {
      return fail(ErrorCode::invalid, fmt::format("Part {} is missing. Send it again.", wanted.parts.size() + 1), {}, "part_missing");
    }
    objects::NamedPart named{part.number, part.etag, {}, {}};
    TRY(declare(part.checksum, named));
    wanted.parts.push_back(std::move(named));
  }
  if (wanted.parts.empty()) return fail(ErrorCode::invalid, "There is no part to assemble.", {}, "part_missing");
  TRY(declare(assembly.checksum, wanted.expected));
  return info_of(TRY(store_->complete(wanted)));
}

}  // namespace

std::string object_store_secret(std::string_view master_key) { return to_hex(derive_key(master_key, "objects/signature-key")); }

std::unique_ptr<ObjectStore> object_store(ObjectStoreOptions options, objects::Store& store) {
  return std::make_unique<EmbeddedObjectStore>(std::move(options), store);
}

}  // namespace satchel::embedded
