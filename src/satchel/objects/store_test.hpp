// SPDX-License-Identifier: Apache-2.0
// A store in a folder of its own, on a clock that stands still and a file system that can be told to fail. For tests.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <memory>
#include <string>

#include "satchel/base/encoding.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/objects/file_system.hpp"
#include "satchel/objects/store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::objects {

/// The machine's, until it is told otherwise.
class UnwellFiles final : public FileSystem {
 public:
  Result<void> make_folder(const std::string& path) override { return below_.make_folder(path); }
  Result<std::unique_ptr<NewFile>> create(const std::string& path, std::uint64_t length) override {
    auto file = below_.create(path, length);
    if (!file) return file;
    return std::make_unique<File>(std::move(*file), *this);
  }
  Result<std::shared_ptr<const int>> open(const std::string& path) override { return below_.open(path); }
  Result<void> remove(const std::string& path) override {
    const auto done = below_.remove(path);
    if (!removal_seen_.exchange(true)) removed.set_value();
    return done;
  }
  Result<void> remove_folder(const std::string& path) override { return below_.remove_folder(path); }
  Result<std::vector<std::string>> list(const std::string& path) override { return below_.list(path); }
  Result<void> sync_folder(const std::string& path) override {
    if (folder_sync_fails) return fail(ErrorCode::unavailable, "sync", "folder", std::string(kSyncFailed));
    return below_.sync_folder(path);
  }
  std::uint64_t free_bytes(const std::string& path) override { return full ? 0 : below_.free_bytes(path); }

  std::atomic<bool> full = false, writes_fail = false, sync_fails = false, folder_sync_fails = false;
  std::promise<void> removed;  // set with the first file that is

 private:
  std::atomic<bool> removal_seen_ = false;
  class File final : public NewFile {
   public:
    File(std::unique_ptr<NewFile> file, UnwellFiles& files) : file_(std::move(file)), files_(&files) {}
    Result<void> append(std::span<const std::byte> bytes) override {
      if (files_->writes_fail) return fail(ErrorCode::unavailable, "full", "write", std::string(kDiskFull));
      return file_->append(bytes);
    }
    Result<void> sync() override {
      if (files_->sync_fails) return fail(ErrorCode::unavailable, "sync", "file", std::string(kSyncFailed));
      return file_->sync();
    }

   private:
    std::unique_ptr<NewFile> file_;
    UnwellFiles* files_;
  };

  FileSystem& below_ = posix_file_system();
};

class StoreTest : public testing::Test {
 protected:
  StoreTest() { open(); }

  void open() {
    store_.reset();
    options_.folder = folder_.path() + "/objects";
    options_.background = false;
    options_.file_system = &files_;
    auto store = Store::open(options_, clock_, random_, *log_);
    ASSERT_TRUE(store) << store.error().message << store.error().detail;
    store_ = std::move(*store);
  }

  Result<Content> put(const std::string& key, std::string_view bytes, bool only_if_absent = false) {
    auto writer = TRY(store_->begin_object({.key = ObjectKey(key), .length = bytes.size(), .only_if_absent = only_if_absent}));
    TRY(writer->append(as_bytes(bytes)));
    return writer->commit({});
  }
  Result<Content> put_part(const std::string& key, const std::string& upload, int number, std::string_view bytes) {
    auto writer = TRY(store_->begin_part({.key = ObjectKey(key), .upload = upload, .number = number, .length = bytes.size()}));
    TRY(writer->append(as_bytes(bytes)));
    return writer->commit({});
  }
  static std::string read(const std::variant<std::string, std::vector<net::FileSlice>>& bytes) {
    if (const auto* text = std::get_if<std::string>(&bytes)) return *text;
    std::string all;
    for (const net::FileSlice& slice : std::get<1>(bytes)) {
      std::string piece(slice.length, '\0');
      const ssize_t got = ::pread(*slice.descriptor, piece.data(), piece.size(), static_cast<off_t>(slice.offset));
      all += piece.substr(0, got < 0 ? 0 : static_cast<std::size_t>(got));
    }
    return all;
  }
  std::string get(const std::string& key) {
    auto reader = store_->open_object(ObjectKey(key));
    if (!reader) return "error: " + reader.error().message + reader.error().detail;
    if (!*reader) return "absent";
    auto bytes = (*reader)->read(0, (*reader)->info().size);
    return bytes ? read(*bytes) : "error: " + bytes.error().detail;
  }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path() + "/objects/blobs")) count += entry.is_regular_file();
    return count;
  }
  static std::string large(char first = 'a') {
    std::string bytes(100'000, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(first + static_cast<char>(i % 23));
    return bytes;
  }

  TemporaryFolder folder_;
  ManualClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<Logger> log_ = null_logger();
  UnwellFiles files_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
};

}  // namespace satchel::objects
