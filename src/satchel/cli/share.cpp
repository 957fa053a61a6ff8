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
Result<Json> new_folder(Api& api, const std::string& root, const std::string& name) {
  for (int n = 1;; ++n) {
    auto made = make_folder(api, root, n == 1 ? name : numbered_folder_name(name, n), /*must_be_new=*/true);
    if (made || made.error().code != ErrorCode::conflict || n == 100) return made;
  }
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

/// What `send` gets, and the name of the new folder that it makes of it; none for a single file.
struct Parcel {
  std::vector<std::string> paths;
  std::string folder;
};

Result<Parcel> parcel_of(const World& world, const std::vector<std::string>& files) {
  if (files.size() == 1 && !is_folder(files[0])) return Parcel{files, ""};
  if (files.size() > 1) {
    const std::string now = format_rfc3339(world.clock.now());
    return Parcel{files, fmt::format("Sent {} {}.{}", now.substr(0, 10), now.substr(11, 2), now.substr(14, 2))};
  }
  Parcel parcel{{}, TRY(check_name(name_of(files[0])))};  // the new folder is the folder, so its content goes into it
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(files[0], error)) parcel.paths.push_back(entry.path().string());
  if (error) return fail(ErrorCode::forbidden, fmt::format("Cannot read the folder '{}': {}.", files[0], error.message()));
  return parcel;
}

/// Judged as a whole: a link to half of what was meant is no use.
Result<Plan> plan_for(World& world, const Parcel& parcel) {
  Plan plan = plan_of(world, parcel.paths);
  if (plan.refused.empty()) return plan;
  const Error last = plan.refused.back();
  plan.refused.pop_back();
  for (const Error& error : plan.refused) report(world, error);
  return std::unexpected(last);
}

/// What is left of a parcel that got no link.
void tell_unshared(Api& api, const PutOutcome& sent, const std::optional<Json>& folder) {
  if (!sent.entries.empty()) {
    const std::string name = text_of(folder ? *folder : sent.entries[0], "name");
    tell(api.world(), "not_shared", fmt::format("uploaded to '{}', not shared", name));
  } else if (folder && sent.passing == 0) {
    (void)api.remove("/api/v1/entries/" + text_of(*folder, "id"));  // empty, and nobody asked for it
  }
}

int send_all(Api& api, const Plan& plan, const std::string& folder_name, const ShareOptions& options, const std::optional<std::string>& password) {
  World& world = api.world();
  const auto root = root_folder(api);
  if (!root) return report(world, root.error());
  std::optional<Json> folder;
  if (!folder_name.empty()) {
    auto made = new_folder(api, *root, folder_name);
    if (!made) return report(world, made.error());
    folder = *std::move(made);
  }
  const PutOutcome sent = put_into(api, plan, folder ? text_of(*folder, "id") : *root, OnConflict::rename);
  const int status = sent.failed > 0 ? exit_status(*sent.first_error)
                                     : print_link(world, make_link(api, text_of(folder ? *folder : sent.entries[0], "id"), options, password));
  if (status != kDone) tell_unshared(api, sent, folder);
  return status;
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
  (*api)->be_patient();
  const auto parcel = parcel_of(world, files);
  if (!parcel) return report(world, parcel.error());
  const auto plan = plan_for(world, *parcel);
  if (!plan) return report(world, plan.error());
  return send_all(**api, *plan, parcel->folder, options, *password);
}

}  // namespace satchel::cli
