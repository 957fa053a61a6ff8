// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/credentials.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "satchel/base/json.hpp"

namespace satchel::cli {
namespace {

constexpr Duration kLockWait{30'000}, kLockPoll{50};

std::filesystem::path config_folder(const World& world) {
  if (const auto config = world.environment("XDG_CONFIG_HOME"); config && !config->empty()) return std::filesystem::path(*config) / "satchel";
  return std::filesystem::path(world.environment("HOME").value_or(".")) / ".config" / "satchel";
}

std::unexpected<Error> cannot(std::string_view what, const std::string& file) {
  return fail(ErrorCode::internal, fmt::format("Cannot {} '{}': {}. Check its permissions, or set XDG_CONFIG_HOME to another folder.", what, file, std::strerror(errno)));
}

Result<void> write_whole(int file, std::string_view text, const std::string& name) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0) return cannot("write", name);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file) != 0) return cannot("sync", name);
  return {};
}

}  // namespace

Result<CredentialStore> CredentialStore::open(const World& world) {
  const auto folder = config_folder(world);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string lock_name = folder / "lock";
  const int lock = ::open(lock_name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return cannot("open", lock_name);
  CredentialStore store(folder / "credentials.json", lock);
  const Time until = world.clock.now() + kLockWait;
  while (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (world.clock.now() >= until) return fail(ErrorCode::unavailable, fmt::format("Another satchel command holds '{}'. Wait for it to end and try again.", lock_name));
    world.clock.sleep_until(world.clock.now() + kLockPoll);
  }
  return store;
}

CredentialStore::CredentialStore(CredentialStore&& other) noexcept : file_(std::move(other.file_)), lock_(std::exchange(other.lock_, -1)) {}

CredentialStore::~CredentialStore() {
  if (lock_ >= 0) ::close(lock_);
}

Result<std::optional<Credentials>> CredentialStore::load() const {
  std::ifstream in(file_, std::ios::binary);
  if (!in) return std::optional<Credentials>();
  auto reader = JsonReader::parse(std::string(std::istreambuf_iterator<char>(in), {}));
  if (!reader) return fail(ErrorCode::invalid, fmt::format("'{}' is damaged. Delete it and run 'satchel login URL' again.", file_));
  Credentials found;
  found.url = TRY(reader->text("url"));
  found.token_endpoint = TRY(reader->text("token_endpoint"));
  found.client_id = TRY(reader->optional_text("client_id")).value_or("satchel-cli");  // files of earlier versions have none
  found.token = TRY(reader->text("token"));
  found.refresh_token = TRY(reader->text("refresh_token"));
  found.expires = from_millis(TRY(reader->number("expires")));
  return std::optional(std::move(found));
}

Result<void> CredentialStore::save(const Credentials& credentials) {
  const std::string text = Json::object({{"url", credentials.url},
                                         {"token_endpoint", credentials.token_endpoint},
                                         {"client_id", credentials.client_id},
                                         {"token", credentials.token},
                                         {"refresh_token", credentials.refresh_token},
                                         {"expires", to_millis(credentials.expires)}})
                               .text();
  const std::string fresh = file_ + ".new";
  const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return cannot("write", fresh);
  const auto written = write_whole(file, text, fresh);
  ::close(file);
  TRY(written);
  if (::rename(fresh.c_str(), file_.c_str()) != 0) return cannot("replace", file_);
  return {};
}

Result<void> CredentialStore::forget() {
  if (::unlink(file_.c_str()) != 0 && errno != ENOENT) return cannot("delete", file_);
  return {};
}

}  // namespace satchel::cli
