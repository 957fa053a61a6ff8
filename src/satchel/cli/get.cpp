// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "satchel/base/encoding.hpp"
#include "satchel/cli/commands.hpp"
#include "satchel/cli/download.hpp"
#include "satchel/cli/remote.hpp"
#include "satchel/cli/share.hpp"
#include "satchel/model/name.hpp"

namespace satchel::cli {
namespace {

namespace fs = std::filesystem;

/// Where entries come from: the person's own space, or a link.
class Source {
 public:
  virtual ~Source() = default;
  virtual Result<Json> root() = 0;
  /// The path to list a folder with, before the cursor.
  virtual std::string listing(const std::string& folder) const = 0;
  virtual Result<std::string> sign(const std::string& entry) = 0;
};

class OwnSpace final : public Source {
 public:
  OwnSpace(Api& api, std::string path) : api_(api), path_(std::move(path)) {}
  Result<Json> root() override { return resolve(api_, path_); }
  std::string listing(const std::string& folder) const override { return fmt::format("/api/v1/folders/{}/entries?limit=1000", folder); }
  Result<std::string> sign(const std::string& entry) override { return text_of(TRY(api_.post("/api/v1/downloads", Json::object({{"entry", entry}}))), "url"); }

 private:
  Api& api_;
  std::string path_;
};

class Link final : public Source {
 public:
  Link(Api& api, const std::string& token) : api_(api), path_("/api/v1/public/links/" + token) {}

  Result<void> unlock(const std::string& password) {
    api_.use_link_ticket(text_of(TRY(api_.post(path_ + "/unlock", Json::object({{"password", password}}))), "ticket"));
    return {};
  }
  Result<Json> root() override {
    auto manifest = api_.get(path_);
    if (!manifest && manifest.error().type == "link_password") {
      return fail(ErrorCode::unauthenticated, "This link has a password. Send it on standard input with --password-stdin.");
    }
    if (!manifest) return manifest;
    const Json* entry = manifest->find("root");
    return entry ? *entry : Json();
  }
  std::string listing(const std::string& folder) const override { return fmt::format("{}/entries?folder={}", path_, folder); }
  Result<std::string> sign(const std::string& entry) override {
    Json wanted = Json::object({{"entry", entry}});
    // The first press spends a limited link; the rest of a folder, and what has to start again, goes under its lease.
    if (!lease_.empty()) wanted.set("lease", lease_);
    const Json answer = TRY(api_.post(path_ + "/downloads", wanted));
    if (const std::string lease = text_of(answer, "lease"); !lease.empty()) lease_ = lease;
    return text_of(answer, "url");
  }

 private:
  Api& api_;
  std::string path_, lease_;
};

/// What is to be fetched, with its place here; folders are made on the way, so that empty ones come, too.
struct Fetch {
  Json entry;
  std::string path;
};

Result<void> collect(Api& api, Source& source, const Json& entry, const std::string& path, std::vector<Fetch>& fetches) {
  if (text_of(entry, "kind") != "folder") {
    fetches.push_back({entry, path});
    return {};
  }
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail(ErrorCode::invalid, fmt::format("Cannot make the folder '{}': {}.", path, error.message()));
  return each_entry(api, source.listing(text_of(entry, "id")), [&](const Json& child) -> Result<void> {
    // The server's word is not taken for where to write.
    const std::string name = TRY(check_name(text_of(child, "name")));
    return collect(api, source, child, path + "/" + name, fetches);
  });
}

Result<std::string> target_of(const Json& root, const std::string& output) {
  if (!output.empty()) return output;
  const std::string name = text_of(root, "name");
  return name.empty() ? Result<std::string>(std::string("satchel")) : check_name(name);  // the top folder has no name
}

Result<void> fetch_all(Api& api, Source& source, const std::string& output) {
  const Json root = TRY(source.root());
  std::vector<Fetch> fetches;
  TRY(collect(api, source, root, TRY(target_of(root, output)), fetches));
  std::uint64_t total = 0;
  for (const Fetch& fetch : fetches) total += incoming(fetch.entry).size;
  Progress progress(api.world(), fetches.size() == 1 ? fetches[0].path : fmt::format("{} files", fetches.size()), total);
  for (const Fetch& fetch : fetches) {
    Incoming what = incoming(fetch.entry);
    what.sign = [&] { return source.sign(text_of(fetch.entry, "id")); };
    TRY(download(api, what, fetch.path, progress));
    if (api.world().json) api.world().out << Json::object({{"path", fetch.path}, {"size", what.size}}).text() << '\n';
  }
  return {};
}

int finish(World& world, const Result<void>& outcome) { return outcome ? kDone : report(world, outcome.error()); }

int get_link(World& world, const LinkAddress& address, const std::string& output, bool password_stdin) {
  auto api = Api::anonymous(world, address.url);
  Link link(*api, address.token);
  if (password_stdin) {
    const auto password = read_password(world);
    if (!password) return report(world, password.error());
    if (const auto unlocked = link.unlock(*password); !unlocked) return report(world, unlocked.error());
  }
  return finish(world, fetch_all(*api, link, output));
}

}  // namespace

int get(World& world, const std::string& path_or_link, const std::string& output, bool password_stdin) {
  if (const auto address = parse_link(path_or_link)) return get_link(world, *address, output, password_stdin);
  if (path_or_link.starts_with("http://") || path_or_link.starts_with("https://")) {
    return report(world, {ErrorCode::invalid, fmt::format("'{}' is no link of Satchel. One looks like https://files.example.org/s/ and 22 letters and digits.", path_or_link)});
  }
  auto api = Api::open(world);
  if (!api) return report(world, api.error());
  OwnSpace space(**api, path_or_link);
  return finish(world, fetch_all(**api, space, output));
}

}  // namespace satchel::cli
