// SPDX-License-Identifier: Apache-2.0
#include "satchel/memory/object_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "satchel/base/crc.hpp"
#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::string_view kOrigin = "https://objects.test/";
constexpr int kPartsInPage = 1000;
constexpr int kMostParts = 10'000;

struct Object {
  std::string bytes;
  ObjectInfo info;
  std::string made_by;  // the multipart upload that it was
};

struct Part {
  std::string bytes;
  PartInfo info;
};

struct Multipart {
  ObjectKey key;
  ChecksumAlgorithm algorithm;
  std::map<int, Part> parts;
};

std::unexpected<Error> ended() {
  return fail(ErrorCode::not_found, "This upload has ended. Start it again.");
}

Checksum checksum_of(std::string_view bytes, ChecksumAlgorithm algorithm) {
  return {algorithm, algorithm == ChecksumAlgorithm::crc64nvme ? checksum_text(crc64nvme(bytes)) : checksum_text(crc32c(bytes))};
}

std::string checksum_header(ChecksumAlgorithm algorithm) { return fmt::format("x-amz-checksum-{}", to_string(algorithm)); }

std::optional<std::string> header(const SignedRequest& request, std::string_view name) {
  const auto found = std::ranges::find(request.headers, name, &std::pair<std::string, std::string>::first);
  return found == request.headers.end() ? std::nullopt : std::optional(found->second);
}

/// A parameter of the query; empty where it is absent.
std::string parameter(std::string_view url, std::string_view name) {
  const std::string wanted = fmt::format("{}=", name);
  for (std::size_t at = url.find('?'); at != std::string_view::npos; at = url.find('&', at + 1)) {
    const std::string_view rest = url.substr(at + 1);
    if (rest.starts_with(wanted)) {
      return percent_decode(rest.substr(wanted.size(), rest.substr(wanted.size()).find('&'))).value_or("");
    }
  }
  return {};
}

ObjectKey key_of(std::string_view url) {
  url.remove_prefix(std::min(url.size(), kOrigin.size()));
  return ObjectKey(percent_decode(url.substr(0, url.find('?'))).value_or(""));
}

std::string url_of(const ObjectKey& key, std::initializer_list<std::pair<std::string_view, std::string>> parameters) {
  std::string url = fmt::format("{}{}", kOrigin, percent_encode(key.str(), /*keep_slash=*/true));
  char separator = '?';
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) url += fmt::format("{}{}={}", std::exchange(separator, '&'), name, percent_encode(value));
  }
  return url;
}

std::vector<std::pair<std::string, std::string>> bound(std::uint64_t length, const std::optional<Checksum>& checksum) {
  std::vector<std::pair<std::string, std::string>> headers{{"content-length", std::to_string(length)}};
  if (checksum) headers.emplace_back(checksum_header(checksum->algorithm), checksum->value);
  return headers;
}

/// Whether the bytes are those that were signed for.
bool fits(const SignedRequest& request, std::string_view bytes) {
  if (header(request, "content-length") != std::to_string(bytes.size())) return false;
  return std::ranges::all_of(std::array{ChecksumAlgorithm::crc64nvme, ChecksumAlgorithm::crc32c}, [&](ChecksumAlgorithm algorithm) {
    const auto declared = header(request, checksum_header(algorithm));
    return !declared || *declared == checksum_of(bytes, algorithm).value;
  });
}

ChecksumAlgorithm algorithm_of(const SignedRequest& request) {
  return header(request, checksum_header(ChecksumAlgorithm::crc32c)) ? ChecksumAlgorithm::crc32c : ChecksumAlgorithm::crc64nvme;
}

class StoreInMemory final : public MemoryObjectStore {
 public:
  StoreInMemory(Clock& clock, Random& random, const MemoryObjectStoreOptions& options)
      : clock_(&clock), random_(&random), options_(options), signing_key_(random_secret(random)) {}

  Result<SignedRequest> sign_upload(const Call& call, const Grant& grant, const UploadTerms& terms) const override {
    TRY(demand(grant, Action::add));
    SignedRequest request{"PUT", url_of(terms.key, {}), bound(terms.length, terms.checksum), call.now + terms.lifetime};
    request.headers.emplace_back("if-none-match", "*");
    return sign(std::move(request));
  }

  Result<SignedRequest> sign_part(const Call& call, const Grant& grant, const PartTerms& terms) const override {
    TRY(demand(grant, Action::add));
    if (terms.number < 1 || terms.number > kMostParts) return fail(ErrorCode::invalid, "Parts are numbered from 1 to 10,000.");
    return sign({"PUT", url_of(terms.key, {{"uploadId", terms.store_upload}, {"partNumber", std::to_string(terms.number)}}),
                 bound(terms.length, terms.checksum), call.now + terms.lifetime});
  }

  Result<SignedRequest> sign_download(const Call& call, const Grant& grant, const DownloadTerms& terms) const override {
    TRY(demand(grant, Action::read));
    const std::string disposition = fmt::format("{}; filename*=UTF-8''{}", terms.inline_view ? "inline" : "attachment", percent_encode(terms.file_name));
    return sign({"GET", url_of(terms.key, {{"response-content-disposition", disposition}, {"response-content-type", terms.content_type},
                                           {"x-satchel-lease", terms.lease}}),
                 {}, call.now + terms.lifetime});
  }

  Result<std::string> begin(const Call&, const ObjectKey& key, ChecksumAlgorithm algorithm) override {
    std::string id = random_id(*random_);
    const std::scoped_lock lock(mutex_);
    uploads_.insert_or_assign(id, Multipart{key, algorithm, {}});
    return id;
  }

  Result<PartPage> list_parts(const Call& call, const ObjectKey& key, const std::string& store_upload, int after) const override;
  Result<ObjectInfo> complete(const Call& call, const Assembly& assembly) override;
  Result<void> abort(const Call&, const ObjectKey& key, const std::string& store_upload) override {
    const std::scoped_lock lock(mutex_);
    const auto found = uploads_.find(store_upload);
    if (found != uploads_.end() && found->second.key == key) uploads_.erase(found);
    return {};
  }
  Result<std::optional<ObjectInfo>> head(const Call&, const ObjectKey& key) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = objects_.find(key);
    return found == objects_.end() ? std::nullopt : std::optional(found->second.info);
  }
  Result<void> remove(const Call&, const ObjectKey& key) override {
    const std::scoped_lock lock(mutex_);
    objects_.erase(key);
    return {};
  }
  Result<std::vector<Event>> receive(const Call&, int most) override {
    const std::scoped_lock lock(mutex_);
    const auto count = std::min(events_.size(), static_cast<std::size_t>(std::max(most, 0)));
    return std::vector(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  Result<void> acknowledge(const Call&, const Event& event) override {
    const std::scoped_lock lock(mutex_);
    std::erase_if(events_, [&](const Event& waiting) { return waiting.id == event.id; });
    return {};
  }

  ClientAnswer put(const SignedRequest& request, std::string_view bytes) override;
  ClientAnswer get(const SignedRequest& request, std::uint64_t most) override;
  std::vector<ObjectKey> objects() const override {
    const std::scoped_lock lock(mutex_);
    std::vector<ObjectKey> keys;
    for (const auto& [key, object] : objects_) keys.push_back(key);
    return keys;
  }
  std::size_t open_uploads() const override {
    const std::scoped_lock lock(mutex_);
    return uploads_.size();
  }

 private:
  static Result<void> demand(const Grant& grant, Action action) {
    if (grant.action() != action) return fail(ErrorCode::internal, "Something went wrong on our side.", "signing under a grant for another action");
    return {};
  }
  std::string signature(const SignedRequest& request, std::string_view url) const;
  SignedRequest sign(SignedRequest request) const;
  bool may_start(const SignedRequest& request, std::string_view method) const;
  ClientAnswer put_part(const SignedRequest& request, std::string_view bytes);
  ObjectInfo make_visible(const ObjectKey& key, std::string bytes, ChecksumAlgorithm algorithm, std::string etag, std::string made_by);
  void announce(std::string_view type, std::string subject, std::map<std::string, std::string, std::less<>> data);
  Result<std::string> join(const Multipart& upload, const Assembly& assembly) const;

  Clock* clock_;
  Random* random_;
  MemoryObjectStoreOptions options_;
  std::string signing_key_;
  mutable std::mutex mutex_;
  std::map<ObjectKey, Object> objects_;
  std::map<std::string, Multipart, std::less<>> uploads_;
  std::deque<Event> events_;
};

std::string StoreInMemory::signature(const SignedRequest& request, std::string_view url) const {
  std::string text = fmt::format("{}\n{}\n", request.method, url);
  for (const auto& [name, value] : request.headers) text += fmt::format("{}:{}\n", name, value);
  return to_hex(hmac_sha256(signing_key_, text));
}

SignedRequest StoreInMemory::sign(SignedRequest request) const {
  request.url += fmt::format("{}expires={}", request.url.contains('?') ? '&' : '?', to_millis(request.expires));
  request.url += "&signature=" + signature(request, request.url);
  return request;
}

bool StoreInMemory::may_start(const SignedRequest& request, std::string_view method) const {
  const std::size_t end = request.url.find("&signature=");
  if (request.method != method || end == std::string::npos) return false;
  const std::string_view url = std::string_view(request.url).substr(0, end);
  return equal_constant_time(signature(request, url), std::string_view(request.url).substr(end + 11)) &&
         to_millis(clock_->now()) <= std::atoll(parameter(url, "expires").c_str());
}

void StoreInMemory::announce(std::string_view type, std::string subject, std::map<std::string, std::string, std::less<>> data) {
  const Time now = clock_->now();
  events_.push_back({ulid(now, *random_), std::string(type), now, "system", std::move(subject), std::move(data)});
}

ObjectInfo StoreInMemory::make_visible(const ObjectKey& key, std::string bytes, ChecksumAlgorithm algorithm, std::string etag,
                                       std::string made_by) {
  const ObjectInfo info{bytes.size(), std::move(etag), checksum_of(bytes, algorithm), to_hex(sha256(bytes))};
  objects_.insert_or_assign(key, Object{std::move(bytes), info, std::move(made_by)});
  announce(kObjectCreated, key.str(), {{"size", std::to_string(info.size)}, {"checksum", info.checksum->value}});
  return info;
}

ClientAnswer StoreInMemory::put(const SignedRequest& request, std::string_view bytes) {
  if (!may_start(request, "PUT")) return {403};
  if (!fits(request, bytes)) return {400};
  if (!parameter(request.url, "uploadId").empty()) return put_part(request, bytes);
  const ObjectKey key = key_of(request.url);
  const std::scoped_lock lock(mutex_);
  if (objects_.contains(key)) return {412};
  return {200, make_visible(key, std::string(bytes), algorithm_of(request), to_hex(md5(bytes)), {}).etag};
}

ClientAnswer StoreInMemory::put_part(const SignedRequest& request, std::string_view bytes) {
  const int number = std::atoi(parameter(request.url, "partNumber").c_str());
  const std::scoped_lock lock(mutex_);
  const auto found = uploads_.find(parameter(request.url, "uploadId"));
  if (found == uploads_.end() || found->second.key != key_of(request.url)) return {404};
  const PartInfo info{number, bytes.size(), to_hex(md5(bytes)), checksum_of(bytes, found->second.algorithm)};
  found->second.parts.insert_or_assign(number, Part{std::string(bytes), info});
  return {200, info.etag};
}

ClientAnswer StoreInMemory::get(const SignedRequest& request, std::uint64_t most) {
  if (!may_start(request, "GET")) return {403};
  const std::scoped_lock lock(mutex_);
  const auto found = objects_.find(key_of(request.url));
  if (found == objects_.end()) return {404};
  const Object& object = found->second;
  ClientAnswer answer{200, object.info.etag, object.bytes.substr(0, most),
                      {{"content-disposition", parameter(request.url, "response-content-disposition")},
                       {"content-type", parameter(request.url, "response-content-type")}}};
  if (const std::string lease = parameter(request.url, "x-satchel-lease"); !lease.empty()) {
    announce(kObjectServed, lease, {{"bytes", std::to_string(answer.body.size())}, {"whole", answer.body.size() == object.bytes.size() ? "1" : "0"}});
  }
  return answer;
}

Result<PartPage> StoreInMemory::list_parts(const Call&, const ObjectKey& key, const std::string& store_upload, int after) const {
  const std::scoped_lock lock(mutex_);
  const auto found = uploads_.find(store_upload);
  if (found == uploads_.end() || found->second.key != key) return ended();
  PartPage page;
  auto part = found->second.parts.upper_bound(after);
  for (; part != found->second.parts.end() && page.parts.size() < kPartsInPage; ++part) page.parts.push_back(part->second.info);
  if (part != found->second.parts.end()) page.next = page.parts.back().number;
  return page;
}

/// The bytes of the parts named, or why they are no whole.
Result<std::string> StoreInMemory::join(const Multipart& upload, const Assembly& assembly) const {
  std::string bytes;
  for (std::size_t i = 0; i < assembly.parts.size(); ++i) {
    const PartInfo& wanted = assembly.parts[i];
    const auto held = upload.parts.find(wanted.number);
    if (wanted.number != static_cast<int>(i) + 1 || held == upload.parts.end() || held->second.info.etag != wanted.etag ||
        (wanted.checksum && wanted.checksum != held->second.info.checksum)) {
      return fail(ErrorCode::invalid, fmt::format("Part {} is missing or another. Send it again.", i + 1), {}, "part_missing");
    }
    if (i + 1 < assembly.parts.size() && held->second.bytes.size() < options_.smallest_part) {
      return fail(ErrorCode::invalid, "A part other than the last is smaller than 5 MiB.", {}, "part_too_small");
    }
    bytes += held->second.bytes;
  }
  if (assembly.parts.empty() || bytes.size() != assembly.size) return fail(ErrorCode::invalid, "The parts do not have the size declared.", {}, "wrong_size");
  if (assembly.checksum && checksum_of(bytes, assembly.checksum->algorithm) != *assembly.checksum) {
    return fail(ErrorCode::invalid, "The file does not have the checksum declared. Send it again.", {}, "wrong_checksum");
  }
  return bytes;
}

Result<ObjectInfo> StoreInMemory::complete(const Call&, const Assembly& assembly) {
  std::string etags;
  for (const PartInfo& part : assembly.parts) etags += part.etag;
  const std::string etag = fmt::format("{}-{}", to_hex(md5(etags)), assembly.parts.size());

  const std::scoped_lock lock(mutex_);
  const auto object = objects_.find(assembly.key);
  if (object != objects_.end() && object->second.made_by == assembly.store_upload && object->second.info.etag == etag) {
    return object->second.info;
  }
  const auto found = uploads_.find(assembly.store_upload);
  if (found == uploads_.end() || found->second.key != assembly.key) return ended();
  std::string bytes = TRY(join(found->second, assembly));
  if (object != objects_.end()) return fail(ErrorCode::conflict, "There is another object in this place already.");
  const ChecksumAlgorithm algorithm = found->second.algorithm;
  uploads_.erase(found);
  return make_visible(assembly.key, std::move(bytes), algorithm, etag, assembly.store_upload);
}

}  // namespace

std::unique_ptr<MemoryObjectStore> memory_object_store(Clock& clock, Random& random, const MemoryObjectStoreOptions& options) {
  return std::make_unique<StoreInMemory>(clock, random, options);
}

}  // namespace satchel
