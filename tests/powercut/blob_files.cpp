// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "tests/powercut/disk_files.hpp"

namespace satchel::powercut {
namespace {

std::string_view text(std::span<const std::byte> bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

Result<void> result_of(Disk::Outcome outcome, const std::string& path) {
  switch (outcome) {
    case Disk::Outcome::done: return {};
    case Disk::Outcome::absent: return fail(ErrorCode::not_found, "absent", path);
    case Disk::Outcome::exists:
    case Disk::Outcome::not_empty: return fail(ErrorCode::conflict, "exists or not empty", path);
    case Disk::Outcome::wrong_kind: return fail(ErrorCode::unavailable, "file or folder", path);
  }
  std::unreachable();
}

class File final : public objects::NewFile {
 public:
  File(std::shared_ptr<Disk> disk, NodePointer node, std::string path) : disk_(std::move(disk)), node_(std::move(node)), path_(std::move(path)) {}
  Result<void> append(std::span<const std::byte> bytes) override {
    disk_->append(node_, text(bytes));
    return {};
  }
  Result<void> sync() override {
    disk_->sync(node_, path_);
    return {};
  }

 private:
  std::shared_ptr<Disk> disk_;
  NodePointer node_;
  std::string path_;
};

class Files final : public objects::FileSystem {
 public:
  explicit Files(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}

  Result<void> make_folder(const std::string& path) override {
    const auto outcome = disk_->make_folder(path);
    return outcome == Disk::Outcome::exists ? Result<void>() : result_of(outcome, path);
  }
  Result<std::unique_ptr<objects::NewFile>> create(const std::string& path, std::uint64_t) override {
    NodePointer node;
    TRY(result_of(disk_->create(path, /*replace=*/false, node), path));
    return std::make_unique<File>(disk_, node, path);
  }
  /// The kernel's descriptor of a copy.
  Result<std::shared_ptr<const int>> open(const std::string& path) override {
    const NodePointer node = disk_->find(path);
    if (!node) return fail(ErrorCode::not_found, "absent", path);
    const std::string bytes = disk_->read(node, 0, disk_->size(node));
    const int descriptor = ::memfd_create("blob", MFD_CLOEXEC);
    if (descriptor < 0 || ::write(descriptor, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
      return fail(ErrorCode::unavailable, "memfd", path);
    }
    return std::shared_ptr<const int>(new int(descriptor), [](const int* held) {
      ::close(*held);
      delete held;
    });
  }
  Result<void> remove(const std::string& path) override {
    const auto outcome = disk_->remove(path, /*folder=*/false);
    return outcome == Disk::Outcome::absent ? Result<void>() : result_of(outcome, path);
  }
  Result<void> remove_folder(const std::string& path) override {
    const auto outcome = disk_->remove(path, /*folder=*/true);
    return outcome == Disk::Outcome::absent ? Result<void>() : result_of(outcome, path);
  }
  Result<std::vector<std::string>> list(const std::string& path) override {
    auto names = disk_->list(path);
    if (!names) return fail(ErrorCode::not_found, "absent", path);
    return std::move(*names);
  }
  Result<void> sync_folder(const std::string& path) override { return result_of(disk_->sync_folder(path), path); }
  std::uint64_t free_bytes(const std::string&) override { return std::uint64_t{1} << 40; }

 private:
  std::shared_ptr<Disk> disk_;
};

}  // namespace

std::unique_ptr<objects::FileSystem> blob_files(std::shared_ptr<Disk> disk) { return std::make_unique<Files>(std::move(disk)); }

}  // namespace satchel::powercut
