// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/upload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <thread>

#include "satchel/base/crc.hpp"
#include "satchel/cli/local_file.hpp"

namespace satchel::cli {
namespace {

constexpr std::size_t kBatch = 90;
constexpr std::uint64_t kSmall = 8 * 1024 * 1024;
constexpr std::size_t kLanes = 4;
constexpr Duration kPieceWithin{3'600'000};

/// Does `work` for 0 … count − 1 on a few threads.
void in_lanes(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::vector<std::jthread> lanes;
  for (std::size_t lane = 0; lane < std::min(kLanes, count); ++lane) {
    lanes.emplace_back([&] {
      for (std::size_t i = next++; i < count; i = next++) work(i);
    });
  }
}

Json checksum_json(std::uint64_t crc) { return Json::object({{"algorithm", "crc64nvme"}, {"value", checksum_text(crc)}}); }

/// A request to the object store, as it was signed.
Result<net::ClientRequest> signed_request(const Json& terms) {
  net::ClientRequest request{.method = text_of(terms, "method"), .url = TRY(net::Url::parse(text_of(terms, "url"))), .fields = {}, .body = {}, .body_reader = {}, .body_length = 0};
  const Json* headers = terms.find("headers");
  const auto* fields = headers ? headers->as<Json::Object>() : nullptr;
  if (!fields) return fail(ErrorCode::invalid, "The server's answer has no signed request.");
  for (const auto& [name, value] : *fields) {
    // The client adds these two itself, from the URL and the body.
    if (name != "host" && name != "content-length" && value.as<std::string>()) request.fields.add(name, *value.as<std::string>());
  }
  return request;
}

/// What the store's answer to a PUT comes to. A signature that has expired is worth another one.
Result<void> judge(const net::ClientResponse& response, const LocalFile& file) {
  if (response.status < 300) return {};
  // The key serves one upload alone: an object there is our own, whose answer was lost.
  if (response.status == 412) return {};
  if (response.status == 403 || response.status == 408 || response.status >= 500) {
    return fail(ErrorCode::unavailable, "The object store does not take the bytes right now. Try again later; what has arrived is kept for a day.", fmt::format("status {}", response.status));
  }
  if (response.status == 413) {
    return fail(ErrorCode::too_large, "A proxy on the way refuses bodies of this size. Allow at least 16 MB in its settings (nginx: client_max_body_size).");
  }
  if (response.status == 404) return fail(ErrorCode::not_found, "The upload has ended meanwhile: it was cancelled, or is older than a day. Start it again.");
  return fail(ErrorCode::invalid, fmt::format("'{}' changed while it was being sent. Try again once it no longer changes.", file.path()), fmt::format("status {}", response.status));
}

class Sending {
 public:
  Sending(Api& api, Progress& progress) : api_(api), progress_(progress) {}

  /// Sends a range of a file until the store has it; `sign` gives a fresh signature for each try.
  Result<void> put(const LocalFile& file, std::uint64_t offset, std::uint64_t length, const std::function<Result<Json>()>& sign) {
    return transfer(api_, sign, [&](const Json& terms) -> Result<void> {
      auto request = TRY(signed_request(terms));
      std::uint64_t sent = 0;
      request.body_length = length;
      request.body_reader = [&](std::span<std::byte> into) -> Result<std::size_t> {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), length - sent));
        if (wanted == 0) return std::size_t{0};
        const std::size_t got = TRY(file.read(offset + sent, into.first(wanted)));
        sent += got;
        progress_.add(got);
        return got;
      };
      const auto response = api_.http().send(request, api_.world().clock.now() + kPieceWithin);
      const Result<void> outcome = response ? judge(*response, file) : Result<void>(std::unexpected(response.error()));
      if (!outcome) progress_.take_back(sent);
      return outcome;
    });
  }

  Api& api() { return api_; }
  Progress& progress() { return progress_; }

 private:
  Api& api_;
  Progress& progress_;
};

Json described(const Outgoing& what, const LocalFile& file, OnConflict on_conflict) {
  return Json::object({{"folder", what.folder},
                       {"name", what.name},
                       {"size", file.size()},
                       {"modified", file.modified()},
                       {"conflict", on_conflict == OnConflict::replace ? "replace" : "rename"}});
}

/// Parts that the store has already, by number.
Result<std::map<std::int64_t, std::string>> parts_there(Api& api, const std::string& id) {
  std::map<std::int64_t, std::string> there;
  for (std::int64_t after = 0;;) {
    const Json page = TRY(api.get(fmt::format("/api/v1/uploads/{}?after={}", id, after)));
    for (const Json& part : list_of(page, "parts_present")) {
      there[number_of(part, "number")] = text_of(part, "checksum");
    }
    after = number_of(page, "next");
    if (after == 0) return there;
  }
}

/// An upload of the same file that was begun before and has not ended.
Result<std::optional<Json>> begun_before(Api& api, const Outgoing& what, const LocalFile& file) {
  for (std::string cursor;;) {
    const Json page = TRY(api.get("/api/v1/uploads" + (cursor.empty() ? "" : "?cursor=" + cursor)));
    for (const Json& found : list_of(page, "uploads")) {
      const bool same = text_of(found, "folder") == what.folder && text_of(found, "name") == what.name && number_of(found, "size") == static_cast<std::int64_t>(file.size());
      if (same && number_of(found, "part_size") > 0) return std::optional(found);
    }
    cursor = text_of(page, "cursor");
    if (cursor.empty()) return std::optional<Json>();
  }
}

/// A file in parts: several lanes, each with its own part.
class Parts {
 public:
  Parts(Sending& sending, const LocalFile& file, const Json& begun)
      : sending_(sending), file_(file), id_(text_of(begun, "id")), size_(static_cast<std::uint64_t>(std::max<std::int64_t>(1, number_of(begun, "part_size")))) {}

  Result<Json> send() {
    there_ = TRY(parts_there(sending_.api(), id_));
    const std::size_t count = std::max<std::size_t>(1, static_cast<std::size_t>((file_.size() + size_ - 1) / size_));
    crcs_.resize(count);
    std::vector<Result<void>> outcomes(count);
    std::atomic<bool> failed{false};
    in_lanes(count, [&](std::size_t i) {
      if (failed) return;
      outcomes[i] = send_part(i);
      if (!outcomes[i]) failed = true;
    });
    for (const auto& outcome : outcomes) TRY(outcome);
    return complete();
  }

 private:
  std::uint64_t length(std::size_t i) const { return std::min(size_, file_.size() - i * size_); }

  Result<void> send_part(std::size_t i) {
    const auto number = static_cast<std::int64_t>(i) + 1;
    const std::uint64_t offset = i * size_;
    crcs_[i] = TRY(file_.crc64(offset, length(i)));
    const auto found = there_.find(number);
    if (found != there_.end() && found->second == checksum_text(crcs_[i])) {
      sending_.progress().skip(length(i));
      return {};
    }
    const Json wanted = Json::object({{"parts", Json::Array{Json::object({{"number", number}, {"length", length(i)}, {"checksum", checksum_text(crcs_[i])}})}}});
    return sending_.put(file_, offset, length(i), [&]() -> Result<Json> {
      const Json answer = TRY(sending_.api().post(fmt::format("/api/v1/uploads/{}/parts", id_), wanted));
      const auto& parts = list_of(answer, "parts");
      const Json* request = parts.empty() ? nullptr : parts[0].find("request");
      if (!request) return fail(ErrorCode::invalid, "The server signed no part.");
      return *request;
    });
  }

  Result<Json> complete() {
    Json parts = Json::array();
    std::uint64_t whole = 0;
    for (std::size_t i = 0; i < crcs_.size(); ++i) {
      parts.push(Json::object({{"number", static_cast<std::int64_t>(i) + 1}, {"checksum", checksum_text(crcs_[i])}}));
      whole = crc64nvme_combine(whole, crcs_[i], length(i));
    }
    return sending_.api().post(fmt::format("/api/v1/uploads/{}/complete", id_), Json::object({{"checksum", checksum_json(whole)}, {"parts", std::move(parts)}}));
  }

  Sending& sending_;
  const LocalFile& file_;
  std::string id_;
  std::uint64_t size_;
  std::map<std::int64_t, std::string> there_;
  std::vector<std::uint64_t> crcs_;
};

Result<Json> send_large(Sending& sending, const Outgoing& what, OnConflict on_conflict) {
  const auto file = TRY(LocalFile::open(what.path));
  auto begun = TRY(begun_before(sending.api(), what, file));
  if (!begun) {
    const Json answer = TRY(sending.api().post("/api/v1/uploads", Json::object({{"files", Json::Array{described(what, file, on_conflict)}}})));
    const auto& uploads = list_of(answer, "uploads");
    if (uploads.empty()) return fail(ErrorCode::invalid, "The server began no upload.");
    begun = uploads[0];
  }
  return Parts(sending, file, *begun).send();
}

/// Up to kBatch small files: one call begins them all, one completes them all.
class Batch {
 public:
  Batch(Sending& sending, OnConflict on_conflict) : sending_(sending), on_conflict_(on_conflict) {}

  void add(std::size_t index, const Outgoing& what, LocalFile file, std::uint64_t crc) {
    Json description = described(what, file, on_conflict_);
    description.set("checksum", checksum_json(crc));
    members_.push_back({index, std::move(file), std::move(description), {}, {}});
  }
  bool full() const { return members_.size() == kBatch; }

  void send(std::vector<Result<Json>>& results) { send(std::exchange(members_, {}), results); }

 private:
  struct Member {
    std::size_t index;
    LocalFile file;
    Json description;
    std::string id;
    Result<void> outcome;
  };

  void send(std::vector<Member> members, std::vector<Result<Json>>& results) {
    if (members.empty()) return;
    Json files = Json::array();
    for (const Member& member : members) files.push(member.description);
    const auto begun = sending_.api().post("/api/v1/uploads", Json::object({{"files", std::move(files)}}));
    if (!begun && begun.error().type == "name_taken" && members.size() > 1) {
      // A folder of the same name, perhaps: it keeps back its own file alone.
      for (Member& member : members) {
        std::vector<Member> alone;
        alone.push_back(std::move(member));
        send(std::move(alone), results);
      }
      return;
    }
    if (!begun || list_of(*begun, "uploads").size() != members.size()) {
      for (const Member& member : members) results[member.index] = std::unexpected(begun ? Error{ErrorCode::invalid, "The server began another number of uploads."} : begun.error());
      return;
    }
    const auto& uploads = list_of(*begun, "uploads");
    in_lanes(members.size(), [&](std::size_t i) { members[i].outcome = send_one(members[i], uploads[i]); });
    complete(members, results);
  }

  Result<void> send_one(Member& member, const Json& upload) {
    member.id = text_of(upload, "id");
    const Json* first = upload.find("put");
    return sending_.put(member.file, 0, member.file.size(), [&, used = false]() mutable -> Result<Json> {
      if (first && !std::exchange(used, true)) return *first;
      const Json again = TRY(sending_.api().post(fmt::format("/api/v1/uploads/{}/put", member.id), Json::object()));
      const Json* request = again.find("put");
      if (!request) return fail(ErrorCode::invalid, "The server signed nothing.");
      return *request;
    });
  }

  void complete(const std::vector<Member>& members, std::vector<Result<Json>>& results) {
    Json uploads = Json::array();
    std::map<std::string, std::size_t> index_of;
    for (const Member& member : members) {
      if (!member.outcome) {
        results[member.index] = std::unexpected(member.outcome.error());
        continue;
      }
      uploads.push(Json::object({{"id", member.id}}));
      index_of[member.id] = member.index;
    }
    if (index_of.empty()) return;
    const auto done = sending_.api().post("/api/v1/uploads/complete", Json::object({{"uploads", std::move(uploads)}}));
    for (const auto& [id, index] : index_of) results[index] = std::unexpected(done ? Error{ErrorCode::invalid, "The server completed nothing."} : done.error());
    if (!done) return;
    for (const Json& result : list_of(*done, "results")) {
      const auto found = index_of.find(text_of(result, "id"));
      if (found == index_of.end()) continue;
      if (const Json* entry = result.find("entry")) {
        results[found->second] = *entry;
      } else if (const Json* refused = result.find("problem")) {
        results[found->second] = std::unexpected(Error{ErrorCode::conflict, text_of(*refused, "detail"), {}, text_of(*refused, "type")});
      }
    }
  }

  Sending& sending_;
  OnConflict on_conflict_;
  std::vector<Member> members_;
};

std::uint64_t total_size(const std::vector<Outgoing>& files) {
  std::uint64_t total = 0;
  for (const Outgoing& what : files) {
    if (const auto file = LocalFile::open(what.path)) total += file->size();
  }
  return total;
}

}  // namespace

std::vector<Result<Json>> upload(Api& api, const std::vector<Outgoing>& files, OnConflict on_conflict) {
  std::vector<Result<Json>> results(files.size());
  Progress progress(api.world(), files.size() == 1 ? files[0].name : fmt::format("{} files", files.size()), total_size(files));
  Sending sending(api, progress);
  Batch batch(sending, on_conflict);
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto file = LocalFile::open(files[i].path);
    if (!file) {
      results[i] = std::unexpected(file.error());
    } else if (file->size() > kSmall) {
      results[i] = send_large(sending, files[i], on_conflict);
    } else if (const auto crc = file->crc64(0, file->size()); !crc) {
      results[i] = std::unexpected(crc.error());
    } else {
      batch.add(i, files[i], *std::move(file), *crc);
      if (batch.full()) batch.send(results);
    }
  }
  batch.send(results);
  return results;
}

}  // namespace satchel::cli
