// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "satchel/base/encoding.hpp"

namespace satchel::objects {
namespace {

constexpr char kVersion = 1;
constexpr std::uint32_t kOnlyBucket = 1;
constexpr std::size_t kUploadId = 22;

class Encoder {
 public:
  Encoder() : bytes_(1, kVersion) {}
  Encoder& number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
    return *this;
  }
  Encoder& text(std::string_view value) {
    number(value.size());
    bytes_ += value;
    return *this;
  }
  Encoder& time(Time value) { return number(static_cast<std::uint64_t>(to_millis(value))); }
  Encoder& headers(const Headers& headers) {
    number(headers.size());
    for (const auto& [name, value] : headers) text(name).text(value);
    return *this;
  }
  Encoder& content(const Content& content) {
    number(content.size).text(content.etag).number(content.crc64nvme).number(content.crc32c ? 1 : 0);
    if (content.crc32c) number(*content.crc32c);
    return text(content.sha256);
  }
  Encoder& info(const ObjectInfo& info) {
    return content(info).time(info.modified).headers(info.headers).number(static_cast<std::uint64_t>(info.parts));
  }
  Encoder& part(const PartRecord& part) {
    return content(part.info).number(static_cast<std::uint64_t>(part.info.number)).time(part.info.modified).text(blob_row(part.body));
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what Encoder wrote; after the first thing that does not fit all is empty and ok() false.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes), ok_(bytes.starts_with(kVersion)) { rest_.remove_prefix(ok_ ? 1 : 0); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; ok_ && shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::string text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) ok_ = false;
    if (!ok_) return {};
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  Time time() { return from_millis(static_cast<std::int64_t>(number())); }
  Headers headers() {
    Headers headers;
    for (std::uint64_t left = number(); ok_ && left > 0; --left) {
      std::string name = text();
      headers.emplace_back(std::move(name), text());
    }
    return headers;
  }
  void content(Content& content) {
    content.size = number();
    content.etag = text();
    content.crc64nvme = number();
    if (number() == 1) content.crc32c = static_cast<std::uint32_t>(number());
    content.sha256 = text();
  }
  void info(ObjectInfo& info) {
    content(info);
    info.modified = time();
    info.headers = headers();
    info.parts = static_cast<int>(number());
  }
  BlobId blob() {
    const auto id = blob_of_row(text());
    if (!id) ok_ = false;
    return id.value_or(BlobId{});
  }
  void part(PartRecord& part) {
    content(part.info);
    part.info.number = static_cast<int>(number());
    part.info.modified = time();
    part.body = blob();
  }
  bool ok() const { return ok_; }
  void refuse() { ok_ = false; }

  template <class Record>
  Result<Record> ended(Record record) const {
    if (ok_ && rest_.empty()) return record;
    return fail(ErrorCode::internal, "The server's data is damaged in one place. Tell its administrator.", "a record of the object store");
  }

 private:
  std::string_view rest_;
  bool ok_;
};

std::string big_endian(std::uint64_t number, int bytes) {
  std::string text(static_cast<std::size_t>(bytes), '\0');
  for (auto byte = text.rbegin(); byte != text.rend(); ++byte, number >>= 8) *byte = static_cast<char>(number & 0xFF);
  return text;
}

std::uint64_t from_big_endian(std::string_view text) {
  std::uint64_t number = 0;
  for (const char byte : text) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

std::string_view view(const std::array<unsigned char, 16>& number) { return {reinterpret_cast<const char*>(number.data()), number.size()}; }

BlobId blob_id(std::uint64_t epoch, std::string_view number) {
  BlobId id{epoch, {}};
  std::ranges::copy(number, id.number.begin());
  return id;
}

}  // namespace

std::string encode(const ObjectRecord& record) {
  return Encoder().info(record.info).number(static_cast<std::uint64_t>(record.place)).text(blob_row(record.body)).take();
}

template <>
Result<ObjectRecord> decode(std::string_view bytes) {
  Decoder in(bytes);
  ObjectRecord record;
  in.info(record.info);
  const std::uint64_t place = in.number();
  if (place > static_cast<std::uint64_t>(Place::manifest)) in.refuse();
  record.place = static_cast<Place>(place);
  record.body = in.blob();
  return in.ended(std::move(record));
}

std::string encode(const PartRecord& record) { return Encoder().part(record).take(); }

template <>
Result<PartRecord> decode(std::string_view bytes) {
  Decoder in(bytes);
  PartRecord record;
  in.part(record);
  return in.ended(std::move(record));
}

std::string encode(const UploadRecord& record) {
  return Encoder().text(record.key.str()).number(record.crc32c ? 1 : 0).headers(record.headers).time(record.due).take();
}

template <>
Result<UploadRecord> decode(std::string_view bytes) {
  Decoder in(bytes);
  UploadRecord record;
  record.key = ObjectKey(in.text());
  record.crc32c = in.number() == 1;
  record.headers = in.headers();
  record.due = in.time();
  return in.ended(std::move(record));
}

std::string encode(const Tombstone& tombstone) {
  return Encoder().text(tombstone.key.str()).text(tombstone.fingerprint).info(tombstone.info).take();
}

template <>
Result<Tombstone> decode(std::string_view bytes) {
  Decoder in(bytes);
  Tombstone tombstone;
  tombstone.key = ObjectKey(in.text());
  tombstone.fingerprint = in.text();
  in.info(tombstone.info);
  return in.ended(std::move(tombstone));
}

std::string encode(const Manifest& manifest) {
  Encoder out;
  out.number(manifest.size());
  for (const PartRecord& part : manifest) out.part(part);
  return out.take();
}

template <>
Result<Manifest> decode(std::string_view bytes) {
  Decoder in(bytes);
  Manifest manifest;
  for (std::uint64_t left = in.number(); in.ok() && left > 0; --left) in.part(manifest.emplace_back());
  return in.ended(std::move(manifest));
}

std::string encode(const Event& event) {
  Encoder out;
  out.text(event.id).text(event.type).time(event.time).text(event.actor).text(event.subject).number(event.data.size());
  for (const auto& [name, value] : event.data) out.text(name).text(value);
  return out.take();
}

template <>
Result<Event> decode(std::string_view bytes) {
  Decoder in(bytes);
  Event event;
  event.id = in.text();
  event.type = in.text();
  event.time = in.time();
  event.actor = in.text();
  event.subject = in.text();
  for (std::uint64_t left = in.number(); in.ok() && left > 0; --left) {
    std::string name = in.text();
    event.data.insert_or_assign(std::move(name), in.text());
  }
  return in.ended(std::move(event));
}

std::string blob_row(const BlobId& id) { return big_endian(id.epoch, 8).append(view(id.number)); }

std::optional<BlobId> blob_of_row(std::string_view row) {
  if (row.size() != 24) return std::nullopt;
  return blob_id(from_big_endian(row.substr(0, 8)), row.substr(8));
}

std::string object_row(std::string_view key) { return big_endian(kOnlyBucket, 4).append(key); }
std::string part_row(std::string_view upload, int number) {
  return std::string(upload).append(big_endian(static_cast<std::uint64_t>(number), 2));
}

std::string due_row(Time due, DueKind kind, std::string_view upload) {
  return (number_text(static_cast<std::uint64_t>(to_millis(due))) + static_cast<char>(kind)).append(upload);
}

std::optional<Due> due_of_row(std::string_view row) {
  if (row.size() != 9 + kUploadId || (row[8] != 'u' && row[8] != 't')) return std::nullopt;
  return Due{from_millis(static_cast<std::int64_t>(from_big_endian(row.substr(0, 8)))), static_cast<DueKind>(row[8]), std::string(row.substr(9))};
}

std::string number_text(std::uint64_t number) { return big_endian(number, 8); }
std::uint64_t number_of(std::string_view text) { return from_big_endian(text); }

std::string epoch_name(std::uint64_t epoch) { return fmt::format("{:016x}", epoch); }
std::string shard_name(int shard) { return fmt::format("{:02x}", shard); }
int shard_of(const BlobId& id) { return id.number[0] % kShards; }
std::string file_name(const BlobId& id) {
  return fmt::format("{}/{}/{}", epoch_name(id.epoch), shard_name(shard_of(id)), to_hex(view(id.number)));
}

std::optional<std::uint64_t> epoch_of_name(std::string_view name) {
  const auto bytes = from_hex(name);
  if (name.size() != 16 || !bytes) return std::nullopt;
  return from_big_endian(*bytes);
}

std::optional<BlobId> blob_of_name(std::uint64_t epoch, std::string_view name) {
  const auto number = from_hex(name);
  if (name.size() != 32 || !number) return std::nullopt;
  return blob_id(epoch, *number);
}

}  // namespace satchel::objects
