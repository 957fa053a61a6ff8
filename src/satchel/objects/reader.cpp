// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/reader.hpp"

#include <algorithm>
#include <utility>

namespace satchel::objects {
namespace {

using Bytes = std::variant<std::string, std::vector<net::FileSlice>>;

class ReaderBase : public Reader {
 public:
  explicit ReaderBase(const ObjectInfo& info) : info_(info) {}
  const ObjectInfo& info() const override { return info_; }
  Result<Bytes> read(std::uint64_t offset, std::uint64_t length) override {
    if (offset > info_.size || length > info_.size - offset) return fail(ErrorCode::invalid, "This range lies outside the object.");
    return read_inside(offset, length);
  }

 private:
  virtual Result<Bytes> read_inside(std::uint64_t offset, std::uint64_t length) = 0;
  ObjectInfo info_;
};

class InlineReader final : public ReaderBase {
 public:
  InlineReader(const ObjectInfo& info, std::string bytes) : ReaderBase(info), bytes_(std::move(bytes)) {}

 private:
  Result<Bytes> read_inside(std::uint64_t offset, std::uint64_t length) override { return Bytes(bytes_.substr(offset, length)); }
  std::string bytes_;
};

class BlobReader final : public ReaderBase {
 public:
  BlobReader(const ObjectInfo& info, std::vector<Segment> segments, BlobFiles& blobs)
      : ReaderBase(info), segments_(std::move(segments)), blobs_(&blobs) {
    // One file: kept open, so that removal does not matter any more.
    if (segments_.size() == 1) first_ = blobs_->open(segments_.front().blob).value_or(nullptr);
  }

 private:
  Result<Bytes> read_inside(std::uint64_t offset, std::uint64_t length) override {
    std::vector<net::FileSlice> slices;
    // The last segment that begins at or before the offset.
    auto segment = std::ranges::upper_bound(segments_, offset, {}, &Segment::start);
    if (segment != segments_.begin()) --segment;
    for (; length > 0 && segment != segments_.end(); ++segment) {
      const std::uint64_t from = offset - segment->start, taken = std::min(length, segment->size - from);
      if (taken > 0) slices.push_back({TRY(descriptor(*segment)), from, taken});
      offset += taken;
      length -= taken;
    }
    return Bytes(std::move(slices));
  }

  Result<std::shared_ptr<const int>> descriptor(const Segment& segment) {
    if (first_) return first_;
    return blobs_->open(segment.blob);
  }

  std::vector<Segment> segments_;
  BlobFiles* blobs_;
  std::shared_ptr<const int> first_;
};

}  // namespace

std::unique_ptr<Reader> inline_reader(const ObjectInfo& info, std::string bytes) { return std::make_unique<InlineReader>(info, std::move(bytes)); }

std::unique_ptr<Reader> blob_reader(const ObjectInfo& info, std::vector<Segment> segments, BlobFiles& blobs) {
  return std::make_unique<BlobReader>(info, std::move(segments), blobs);
}

}  // namespace satchel::objects
