// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/download.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "satchel/objects/checksums.hpp"
#include "satchel/objects/conditions.hpp"
#include "satchel/objects/failure.hpp"

namespace satchel::objects {
namespace {

/// Stands for the body of an answer to HEAD, which is never asked for it.
class NoBody final : public net::BodySource {
 public:
  void next(Callback callback) override { callback(std::string()); }
};

/// Header fields of the object by name: what was stored with it, then what the signed URL puts in its place.
Result<std::map<std::string, std::string>> object_fields(const Asked& asked, const ObjectInfo& info) {
  std::map<std::string, std::string> fields(info.headers.begin(), info.headers.end());
  constexpr std::string_view kOverride = "response-";
  constexpr std::array<std::string_view, 6> kNames{"content-type",  "content-language",    "expires",
                                                   "cache-control", "content-disposition", "content-encoding"};
  for (const auto& [name, value] : asked.verified->target().query) {
    if (!name.starts_with(kOverride)) continue;
    const std::string_view field = std::string_view(name).substr(kOverride.size());
    if (std::ranges::find(kNames, field) == kNames.end() || !net::is_field_value(value)) {
      return refuse(ErrorCode::invalid, "InvalidArgument", fmt::format("{} cannot be set to this value.", name));
    }
    fields[std::string(field)] = value;
  }
  fields.try_emplace("content-type", "binary/octet-stream");
  fields.try_emplace("cache-control", "private, no-store");
  return fields;
}

net::ResponseHead head_for(int status, const Asked& asked, const ObjectInfo& info) {
  net::ResponseHead head = head_of(status, asked);
  head.fields.add("etag", fmt::format("\"{}\"", info.etag));
  head.fields.add("last-modified", format_http(info.modified));
  head.fields.add("accept-ranges", "bytes");
  return head;
}

/// Tells the store how an answer under a lease ended. The loop that calls must not wait, so a worker tells it.
net::Exchange::SentCallback teller(const Asked& asked, std::uint64_t size, Store& store, Workers& workers, Logger& log) {
  const std::string lease(asked.parameter("x-satchel-lease").value_or(""));
  if (lease.empty() || asked.route.operation != Operation::get_object) return {};
  return [lease, size, &store, &workers, &log](net::Sent sent) {
    workers.post([lease, size, sent, &store, &log] {
      const bool whole = sent.complete && sent.body_bytes == size;
      if (const auto told = store.record_served(lease, sent.body_bytes, whole); !told) {
        log.error("objects.served_unrecorded", {{"message", told.error().message}, {"detail", told.error().detail}});
      }
    });
  };
}

void send(Asked& asked, net::ResponseHead head, std::variant<std::string, std::vector<net::FileSlice>> content,
          net::Exchange::SentCallback done) {
  auto exchange = std::exchange(asked.exchange, nullptr);
  std::visit([&](auto& body) { exchange->respond(std::move(head), std::move(body), std::move(done)); }, content);
}

/// Takes `told` where bytes of the object are sent.
Result<void> answer_object(Asked& asked, Reader& reader, net::Exchange::SentCallback& told) {
  const ObjectInfo& info = reader.info();
  const Verdict verdict = judge(asked.fields(), info.etag, info.modified);
  if (verdict == Verdict::failed) return refuse(ErrorCode::conflict, "PreconditionFailed", "The object is not in the state asked for.");
  if (verdict == Verdict::not_modified) {
    answer(asked, head_for(304, asked, info));
    return {};
  }
  const auto range = range_of(asked.fields(), info.size, info.etag, info.modified);
  if (!range) {
    const Failure failure = failure_of(range.error());
    net::ResponseHead head = head_of(failure.status, asked);
    head.fields.add("content-range", fmt::format("bytes */{}", info.size));
    answer_xml(asked, std::move(head), to_xml(failure, asked.verified->target().path, asked.request_id));
    return {};
  }
  const Range part = range->value_or(Range{0, info.size});
  net::ResponseHead head = head_for(*range ? 206 : 200, asked, info);
  for (auto& [name, value] : TRY(object_fields(asked, info))) head.fields.add(name, value);
  if (*range) head.fields.add("content-range", fmt::format("bytes {}-{}/{}", part.offset, part.offset + part.length - 1, info.size));
  // A checksum of the whole beside a piece of it makes clients refuse the piece.
  if (!*range && asked.fields().find("x-amz-checksum-mode") == "ENABLED") {
    const net::Field checksum = checksum_field(info);
    head.fields.add(checksum.name, checksum.value);
    head.fields.add("x-amz-checksum-type", "FULL_OBJECT");
  }
  if (asked.route.operation == Operation::head_object) {
    std::exchange(asked.exchange, nullptr)->respond(std::move(head), std::make_unique<NoBody>(), part.length);
    return {};
  }
  auto content = TRY(reader.read(part.offset, part.length));
  send(asked, std::move(head), std::move(content), std::exchange(told, {}));
  return {};
}

}  // namespace

Result<void> download(Asked& asked, Store& store, Workers& workers, Logger& log) {
  const auto reader = store.open_object(asked.route.key);
  const bool there = reader && *reader;
  auto told = teller(asked, there ? (*reader)->info().size : 0, store, workers, log);
  Result<void> done = refuse(ErrorCode::not_found, "NoSuchKey", "There is no object of this key.");
  if (!reader) {
    done = std::unexpected(reader.error());
  } else if (there) {
    done = answer_object(asked, **reader, told);
  }
  if (told) told({0, false});  // no byte of the object was sent
  return done;
}

}  // namespace satchel::objects
