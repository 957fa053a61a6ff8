// SPDX-License-Identifier: Apache-2.0
#include "satchel/aws/examine_bucket.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <pugixml.hpp>
#include <utility>

#include "satchel/aws/integrity.hpp"
#include "satchel/aws/reach.hpp"
#include "satchel/base/crc.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel::aws {
namespace {

constexpr std::string_view kAbout = "objects";
constexpr std::string_view kBytes = "Satchel's doctor was here.";
constexpr Duration kLife = std::chrono::minutes{2};

std::string lower(std::string_view text) {
  std::string folded(text);
  std::ranges::transform(folded, folded.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return folded;
}

std::string cors_document(const std::string& page) {
  return fmt::format(
      "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><CORSRule><AllowedOrigin>{}</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>"
      "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-checksum-crc64nvme</ExposeHeader>"
      "<ExposeHeader>x-amz-checksum-crc32c</ExposeHeader><MaxAgeSeconds>3600</MaxAgeSeconds></CORSRule></CORSConfiguration>",
      page);
}

constexpr std::string_view kLifecycle =
    "<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>satchel-uploads</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>"
    "<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>";

/// A change of a bucket's set-up; S3 wants a checksum of the document.
S3Request set_up(std::string_view what, std::string document) {
  std::string checksum = checksum_text(crc32c(document));
  return {"PUT", ObjectKey(), {{std::string(what), ""}}, {{"content-type", "application/xml"}, {"x-amz-sdk-checksum-algorithm", "CRC32C"}, {"x-amz-checksum-crc32c", std::move(checksum)}}, std::move(document)};
}

class Examination {
 public:
  Examination(const S3Options& options, const std::string& page, Clock& clock, Random& random, Time deadline)
      : options_(options), page_(page), clock_(clock), random_(random), deadline_(deadline), s3_(options, clock, random), http_(net::Client::create({.user_agent = "satchel-doctor"}, clock)),
        key_("doctor/" + random_id(random)) {}

  Findings all() {
    if (!reach()) return std::move(findings_);
    // Where nothing can be put, all that follows would only say so again.
    if (try_put()) {
      try_no_overwriting();
      try_checksum();
      try_parts();
      try_browser();
    }
    look_at_upkeep();
    tidy();
    return std::move(findings_);
  }

 private:
  void add(Weight weight, std::string sentence, std::string setting = {}) { findings_.push_back({weight, std::string(kAbout), std::move(sentence), weight == Weight::bad && setting.empty() ? "objects" : std::move(setting)}); }
  void add(Weight weight, const Error& error, std::string_view doing) { add(weight, explain(error, options_, doing).message); }
  Call call() const { return {clock_.now(), deadline_}; }

  bool reach() {
    const auto reached = reach_bucket(options_, clock_, random_, deadline_);
    if (!reached) return add(Weight::bad, reached.error().message), false;
    add(Weight::good, fmt::format("The bucket '{}' is at {} and can be read.", options_.bucket, options_.endpoint));
    return true;
  }

  net::Fields bound(std::string_view bytes) const {
    return {{"content-length", std::to_string(bytes.size())}, {"x-amz-checksum-crc64nvme", checksum_text(crc64nvme(bytes))}, {"if-none-match", "*"}};
  }

  /// As a client: sends to a signed address what it likes.
  Result<net::ClientResponse> send(const std::string& method, const std::string& url, const net::Fields& fields, std::string_view body) const {
    net::ClientRequest request{.method = method, .url = TRY(net::Url::parse(url)), .fields = {}, .body = std::string(body), .body_reader = {}, .body_length = 0};
    for (const net::Field& field : fields) {
      if (field.name != "content-length") request.fields.add(field.name, field.value);
    }
    return http_->send(request, deadline_);
  }

  /// Signs for `bytes` and sends `sent` instead. The status; 0 where there was no answer.
  int put(const ObjectKey& key, std::string_view bytes, std::string_view sent) {
    const auto url = s3_.presign({"PUT", key, {}, bound(bytes), {}}, call(), kLife);
    const auto response = url ? send("PUT", *url, bound(bytes), sent) : Result<net::ClientResponse>(std::unexpected(url.error()));
    return response ? response->status : 0;
  }

  bool try_put() {
    const int status = put(key_, kBytes, kBytes);
    if (status == 200) return add(Weight::good, "A signed address takes the bytes that it was signed for."), true;
    add(Weight::bad, fmt::format("A PUT to a signed address was answered by {}. The credential must be right, have s3:PutObject in the bucket '{}', and the engine must know presigned addresses.", status, options_.bucket));
    return false;
  }

  void try_no_overwriting() {
    const int again = put(key_, kBytes, kBytes);
    if (again == 412 || again == 409) {
      add(Weight::good, "A signed address never overwrites an object (If-None-Match).");
    } else {
      add(Weight::bad, fmt::format("A second PUT to the same address was answered by {}: the engine does not know If-None-Match, so whoever has an upload's address may replace what was uploaded. Take a newer engine.", again));
    }
    const ObjectKey other(key_.str() + "-length");
    const int longer = put(other, kBytes, std::string(kBytes) + "!");
    if (longer >= 400 || longer == 0) {
      add(Weight::good, "A signed address takes no other length than the one that was signed.");
    } else {
      add(Weight::bad, "A signed address took more bytes than were signed for: quotas can be passed by. Take another engine.");
      remove(other);
    }
  }

  void try_checksum() {
    const auto verified = verify_integrity(options_, clock_, random_, deadline_);
    if (verified) add(Weight::good, "The engine verifies the checksums of objects and parts.");
    else add(Weight::bad, verified.error().message);
    const auto head = s3_.send({"HEAD", key_, {}, {{"x-amz-checksum-mode", "ENABLED"}}, {}}, deadline_);
    if (!head) return add(Weight::bad, head.error(), "GetObject");
    const bool kept = head->fields.find("x-amz-checksum-crc64nvme") == checksum_text(crc64nvme(kBytes));
    add(kept ? Weight::good : Weight::advice, kept ? "The engine tells the checksum of an object." : "The engine does not tell the checksum of an object, so what is in it is known by what clients declared alone.");
  }

  void try_parts() {
    const auto whole = keeps_whole_checksum(options_, clock_, random_, deadline_);
    if (!whole) {
      const std::string hint = options_.full_object_checksums ? " If the engine knows no checksum of a whole object, add checksums=parts to 'objects'." : "";
      return add(Weight::bad, fmt::format("An upload in parts failed. {}{}", explain(whole.error(), options_, "PutObject and s3:AbortMultipartUpload").message, hint));
    }
    if (*whole && options_.full_object_checksums) return add(Weight::good, "The engine keeps the checksum of a whole object that came in parts.");
    if (*whole) return add(Weight::advice, "The engine keeps the checksum of a whole object that came in parts: checksums=parts can be taken out of 'objects'.", "objects");
    if (!options_.full_object_checksums) return add(Weight::good, "The engine takes uploads in parts; the checksum of the whole is made of theirs (checksums=parts).");
    add(Weight::bad, "The engine does not keep the checksum of a whole object that came in parts. Add checksums=parts to 'objects'.");
  }

  void try_browser() {
    const auto url = s3_.presign({"GET", key_, {}, {}, {}}, call(), kLife);
    if (!url) return add(Weight::bad, url.error().message);
    const net::Fields asked{{"origin", page_}, {"access-control-request-method", "PUT"}, {"access-control-request-headers", "if-none-match,x-amz-checksum-crc64nvme"}};
    const auto allowed = send("OPTIONS", *url, asked, "");
    const std::string_view origin = allowed ? allowed->fields.find("access-control-allow-origin").value_or("") : "";
    const std::string methods = allowed ? lower(allowed->fields.find("access-control-allow-methods").value_or("")) : "";
    const bool may = allowed && allowed->status < 300 && (origin == "*" || origin == page_) && (methods.contains("put") || methods == "*");
    if (!may) {
      return add(Weight::bad, fmt::format("Browsers that come from {} may not upload into the bucket '{}': its CORS rules do not allow PUT, GET and HEAD with all headers. Add them, or let 'satchel doctor --create' do it; public_url must be the page's address.", page_, options_.bucket), "public_url");
    }
    add(Weight::good, fmt::format("Browsers that come from {} may upload and download.", page_));
    const auto got = send("GET", *url, {{"origin", page_}}, "");
    if (!got || got->status != 200) return add(Weight::bad, fmt::format("A GET of a signed address was answered by {}.", got ? got->status : 0));
    const std::string exposed = lower(got->fields.find("access-control-expose-headers").value_or(""));
    if (!exposed.contains("etag") && exposed != "*") {
      add(Weight::advice, "The bucket's CORS rules do not expose ETag and x-amz-checksum-*. Nothing of Satchel's page needs them; other pages may.");
    }
  }

  void look_at_upkeep() {
    const auto versions = s3_.send({"GET", ObjectKey(), {{"versioning", ""}}, {}, {}}, deadline_);
    if (versions && versions->body.contains("<Status>Enabled</Status>")) {
      add(Weight::advice, fmt::format("The bucket '{}' keeps versions: what people delete is kept and paid until a rule of its lifecycle ends noncurrent versions.", options_.bucket));
    }
    const auto rules = s3_.send({"GET", ObjectKey(), {{"lifecycle", ""}}, {}, {}}, deadline_);
    if (rules && rules->body.contains("AbortIncompleteMultipartUpload")) return add(Weight::good, "Uploads that nobody ends are aborted by a rule of the bucket, too.");
    if (!rules && explain(rules.error(), options_, "").code == ErrorCode::forbidden) return;  // Satchel itself need not see them
    add(Weight::advice, fmt::format("The bucket '{}' has no rule that aborts uploads which nobody ends. Satchel does it itself; after a disaster such a rule saves money. 'satchel doctor --create' adds it.", options_.bucket));
  }

  void remove(const ObjectKey& key) { (void)s3_.send({"DELETE", key, {}, {}, {}}, deadline_); }

  void tidy() {
    const auto removed = s3_.send({"DELETE", key_, {}, {}, {}}, deadline_);
    if (!removed && removed.error().code != ErrorCode::not_found) add(Weight::bad, removed.error(), "DeleteObject");
  }

  const S3Options& options_;
  const std::string& page_;
  Clock& clock_;
  Random& random_;
  Time deadline_;
  S3Client s3_;
  std::unique_ptr<net::Client> http_;
  ObjectKey key_;
  Findings findings_;
};

}  // namespace

Findings examine_bucket(const S3Options& options, const std::string& page, Clock& clock, Random& random, Time deadline) { return Examination(options, page, clock, random, deadline).all(); }

Result<Findings> create_bucket(const S3Options& options, const std::string& page, Clock& clock, Random& random, Time deadline) {
  const S3Client s3(options, clock, random);
  const auto there = reach_bucket(options, clock, random, deadline);
  if (!there && there.error().code != ErrorCode::not_found) return std::unexpected(there.error());
  if (!there) {
    std::string place;
    if (options.region != "us-east-1") place = fmt::format("<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>", options.region);
    const auto made = s3.send({"PUT", ObjectKey(), {}, {}, std::move(place)}, deadline);
    if (!made) return std::unexpected(explain(made.error(), options, "CreateBucket"));
  }
  Findings findings;
  for (const auto& [what, document] : {std::pair("cors", cors_document(page)), {"lifecycle", std::string(kLifecycle)}}) {
    // Rules that somebody has made for other reasons are not ours to replace.
    if (s3.send({"GET", ObjectKey(), {{what, ""}}, {}, {}}, deadline)) {
      findings.push_back({Weight::advice, std::string(kAbout), fmt::format("The bucket '{}' has {} rules already. They stay as they are.", options.bucket, what)});
      continue;
    }
    const auto done = s3.send(set_up(what, document), deadline);
    if (!done) findings.push_back({Weight::advice, std::string(kAbout), fmt::format("The engine did not take the bucket's {} rules: {}", what, explain(done.error(), options, "PutBucketCORS and s3:PutLifecycleConfiguration").message)});
  }
  return findings;
}

}  // namespace satchel::aws
