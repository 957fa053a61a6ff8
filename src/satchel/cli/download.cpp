// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/download.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <ostream>
#include <utility>

#include "satchel/base/crc.hpp"
#include "satchel/cli/local_file.hpp"

namespace satchel::cli {
namespace {

constexpr Duration kWithin{24 * 3'600'000};

/// The checksum that the entry names, over bytes as they pass.
class RunningChecksum {
 public:
  explicit RunningChecksum(std::string_view algorithm) : crc32_(algorithm == "crc32c") {}
  void add(std::string_view bytes) {
    if (crc32_) {
      small_ = crc32c(bytes, small_);
    } else {
      large_ = crc64nvme(bytes, large_);
    }
  }
  std::string text() const { return crc32_ ? checksum_text(small_) : checksum_text(large_); }

 private:
  bool crc32_;
  std::uint32_t small_ = 0;
  std::uint64_t large_ = 0;
};

std::string checksum_of(const LocalFile& file, std::string_view algorithm, std::uint64_t length) {
  RunningChecksum sum(algorithm);
  std::vector<std::byte> piece(256 * 1024);
  for (std::uint64_t offset = 0; offset < length;) {
    const auto got = file.read(offset, std::span(piece).first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), length - offset))));
    if (!got) return {};
    sum.add({reinterpret_cast<const char*>(piece.data()), *got});
    offset += *got;
  }
  return sum.text();
}

/// Whether the file on this computer is what the entry says.
bool is_whole(const std::string& path, const Incoming& what) {
  const auto file = LocalFile::open(path);
  return file && file->size() == what.size && (what.checksum.empty() || checksum_of(*file, what.algorithm, what.size) == what.checksum);
}

std::unexpected<Error> wrong_bytes() {
  return fail(ErrorCode::internal, "The bytes that came do not fit the file's checksum. Try again; if it stays so, tell the server's administrator.");
}

std::unexpected<Error> output_closed() { return fail(ErrorCode::invalid, "Standard output takes no more, so the file has not come out as a whole."); }

/// Where the bytes go, one after the other.
class Target {
 public:
  virtual ~Target() = default;
  virtual std::uint64_t size() const = 0;
  virtual Result<void> append(std::span<const std::byte> bytes) = 0;
};

class PartFile final : public Target {
 public:
  static Result<PartFile> open(const std::string& path, Progress& progress) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0) return std::unexpected(system_error("write", path));
    return PartFile(path, file, progress);
  }
  PartFile(PartFile&& other) noexcept : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), progress_(other.progress_) {}
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile() override {
    if (file_ >= 0) ::close(file_);
  }

  std::uint64_t size() const override { return static_cast<std::uint64_t>(::lseek(file_, 0, SEEK_END)); }
  Result<void> append(std::span<const std::byte> bytes) override {
    progress_.add(bytes.size());
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0) return std::unexpected(system_error("write", path_));
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }
  Result<void> clear() {
    if (::ftruncate(file_, 0) != 0) return std::unexpected(system_error("write", path_));
    return {};
  }
  Result<void> sync() {
    if (::fsync(file_) != 0) return std::unexpected(system_error("sync", path_));
    return {};
  }

 private:
  PartFile(std::string path, int file, Progress& progress) : path_(std::move(path)), file_(file), progress_(progress) {}
  std::string path_;
  int file_;
  Progress& progress_;
};

class Output final : public Target {
 public:
  Output(std::ostream& out, std::string_view algorithm) : out_(out), sum_(algorithm) {}

  std::uint64_t size() const override { return size_; }
  Result<void> append(std::span<const std::byte> bytes) override {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!out_.write(text.data(), static_cast<std::streamsize>(text.size()))) return output_closed();
    sum_.add(text);
    size_ += bytes.size();
    return {};
  }
  std::string checksum() const { return sum_.text(); }

 private:
  std::ostream& out_;
  RunningChecksum sum_;
  std::uint64_t size_ = 0;
};

Result<void> judge(int status) {
  if (status == 200 || status == 206) return {};
  if (status == 404) return fail(ErrorCode::not_found, "The file is gone: it was deleted or withdrawn meanwhile.");
  return fail(ErrorCode::unavailable, "The object store does not give the bytes right now. Try again later; what has arrived is kept.", fmt::format("status {}", status));
}

/// One try: from where the target ends to the end.
Result<void> fetch_rest(Api& api, const std::string& address, const Incoming& what, Target& target) {
  const std::uint64_t have = target.size();
  auto url = TRY(net::Url::parse(address));
  net::ClientRequest request{.method = "GET", .url = std::move(url), .fields = {}, .body = {}, .body_reader = {}, .body_length = 0};
  if (have > 0) request.fields.add("range", fmt::format("bytes={}-", have));
  std::uint64_t got = 0;
  const auto response = TRY(api.http().send(request, api.world().clock.now() + kWithin, [&](std::span<const std::byte> piece) -> Result<void> {
    if (have + got + piece.size() > what.size) return fail(ErrorCode::invalid, "The server sent more than the file has. Try again.");
    TRY(target.append(piece));
    got += piece.size();
    return {};
  }));
  TRY(judge(response.status));
  if (have + got < what.size) return fail(ErrorCode::unavailable, "The transfer ended early. Try again; what has arrived is kept.");
  return {};
}

Result<void> fetch_into(Api& api, const Incoming& what, Target& target) {
  for (;;) {
    const std::uint64_t before = target.size();
    auto outcome = transfer(api, what.sign, [&](const std::string& address) { return fetch_rest(api, address, what, target); });
    // Whatever made headway starts its tries anew: a long file may be cut many times.
    if (outcome || !is_retryable(outcome.error().code) || target.size() == before) return outcome;
  }
}

Result<void> fetch(Api& api, const Incoming& what, const std::string& part_path, Progress& progress) {
  auto part = TRY(PartFile::open(part_path, progress));
  if (part.size() > what.size) TRY(part.clear());
  progress.skip(part.size());
  if (part.size() < what.size || what.size == 0) TRY(fetch_into(api, what, part));
  return part.sync();
}

}  // namespace

Incoming incoming(const Json& entry) {
  const Json* checksum = entry.find("checksum");
  return {.size = static_cast<std::uint64_t>(std::max<std::int64_t>(0, number_of(entry, "size"))),
          .algorithm = checksum ? text_of(*checksum, "algorithm") : std::string(),
          .checksum = checksum ? text_of(*checksum, "value") : std::string(),
          .sign = {}};
}

Result<void> download(Api& api, const Incoming& what, const std::string& path, Progress& progress) {
  if (std::filesystem::exists(std::filesystem::symlink_status(path))) {
    if (!is_whole(path, what)) return fail(ErrorCode::conflict, fmt::format("'{}' exists already and is another file. Move it away, or choose another name with -o.", path));
    progress.skip(what.size);
    return {};
  }
  const std::string part = path + ".part";
  TRY(fetch(api, what, part, progress));
  if (!is_whole(part, what)) {
    // An earlier try may have left bytes of another version: once more from the start.
    ::unlink(part.c_str());
    TRY(fetch(api, what, part, progress));
    if (!is_whole(part, what)) return wrong_bytes();
  }
  if (::rename(part.c_str(), path.c_str()) != 0) return std::unexpected(system_error("write", path));
  return {};
}

Result<void> stream(Api& api, const Incoming& what) {
  std::ostream& out = api.world().out;
  Output output(out, what.algorithm);
  TRY(fetch_into(api, what, output));
  if (!out.flush()) return output_closed();
  if (!what.checksum.empty() && output.checksum() != what.checksum) return wrong_bytes();
  return {};
}

}  // namespace satchel::cli
