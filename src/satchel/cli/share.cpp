// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/share.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <istream>
#include <ostream>

#include "satchel/base/random.hpp"
#include "satchel/cli/commands.hpp"
#include "satchel/cli/put.hpp"
#include "satchel/cli/remote.hpp"
#include "satchel/model/name.hpp"

namespace satchel::cli {
namespace {

Result<Json> make_link(Api& api, const std::string& entry, const ShareOptions& options, const std::optional<std::string>& password) {
  Json wanted = Json::object({{"entry", entry}});
  if (!options.expires.empty()) wanted.set("expires", api.world().clock.now() + TRY(parse_duration(options.expires)));
  if (password) wanted.set("password", *password);
  if (options.max_downloads > 0) wanted.set("max_downloads", options.max_downloads);
  return api.post("/api/v1/links", wanted);
}

/// Judged before anything is sent, so that a slip costs no upload.
Result<std::optional<std::string>> check(World& world, const ShareOptions& options) {
  if (!options.expires.empty()) TRY(parse_duration(options.expires));
  if (!options.password_stdin) return std::optional<std::string>();
  return std::optional(TRY(read_password(world)));
}

int print_link(World& world, const Result<Json>& link) {
  if (!link) return report(world, link.error());
  world.out << (world.json ? link->text() : text_of(*link, "url")) << '\n';
  return kDone;
}

/// A folder of this name, or of the first numbered one that is free.
Result<Json> new_folder(Api& api, const std::string& name) {
  const std::string root = TRY(root_folder(api));
  for (int n = 1;; ++n) {
    auto made = make_folder(api, root, n == 1 ? name : numbered_name(name, n), /*must_be_new=*/true);
    if (made || made.error().code != ErrorCode::conflict || n == 100) return made;
  }
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

/// What is to be shared: the one file, or the folder that holds them all.
Result<std::string> send_all(Api& api, const std::vector<std::string>& files) {
  if (files.size() == 1 && !is_folder(files[0])) {
    const PutOutcome sent = put_into(api, files, TRY(root_folder(api)), OnConflict::rename);
    if (sent.first_error) return std::unexpected(*sent.first_error);
    return text_of(sent.entries[0], "id");
  }
  const std::string day = format_rfc3339(api.world().clock.now()).substr(0, 16);
  const bool one = files.size() == 1;
  const std::string folder = text_of(TRY(new_folder(api, one ? name_of(files[0]) : "Sent " + day.substr(0, 10) + " " + day.substr(11, 2) + "." + day.substr(14, 2))), "id");
  std::vector<std::string> paths = files;
  if (one) {  // its content, since the new folder is the folder
    paths.clear();
    for (const auto& entry : std::filesystem::directory_iterator(files[0])) paths.push_back(entry.path().string());
  }
  const PutOutcome sent = put_into(api, paths, folder, OnConflict::rename);
  if (sent.first_error) return std::unexpected(*sent.first_error);
  return folder;
}

}  // namespace

Result<std::string> read_password(World& world) {
  std::string line;
  std::getline(world.in, line);
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return fail(ErrorCode::invalid, "No password came on standard input. Send it as one line, for example: echo 'secret words' | satchel …");
  return line;
}

std::optional<LinkAddress> parse_link(std::string_view text) {
  if (!text.starts_with("http://") && !text.starts_with("https://")) return std::nullopt;
  const std::size_t at = text.rfind("/s/");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view token = text.substr(at + 3);
  token = token.substr(0, token.find_first_of("/?#"));
  if (!is_random_id(token)) return std::nullopt;
  return LinkAddress{std::string(text.substr(0, at)), std::string(token)};
}

int share(World& world, const std::string& path, const ShareOptions& options) {
  const auto password = check(world, options);
  if (!password) return report(world, password.error());
  auto api = Api::open(world);
  if (!api) return report(world, api.error());
  const auto entry = resolve(**api, path);
  if (!entry) return report(world, entry.error());
  return print_link(world, make_link(**api, text_of(*entry, "id"), options, *password));
}

int send(World& world, const std::vector<std::string>& files, const ShareOptions& options) {
  const auto password = check(world, options);
  if (!password) return report(world, password.error());
  auto api = Api::open(world);
  if (!api) return report(world, api.error());
  const auto entry = send_all(**api, files);
  if (!entry) return exit_status(entry.error());
  return print_link(world, make_link(**api, *entry, options, *password));
}

}  // namespace satchel::cli
