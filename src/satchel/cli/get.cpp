// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/cli/commands.hpp"
#include "satchel/cli/download.hpp"
#include "satchel/cli/remote.hpp"
#include "satchel/cli/share.hpp"
#include "satchel/model/name.hpp"

namespace satchel::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStandardOutput = "-";

/// Where entries come from: the person's own space, or a link.
class Source {
 public:
  virtual ~Source() = default;
  virtual Result<Json> root() = 0;
  /// The path to list a folder with, before the cursor.
  virtual std::string listing(const std::string& folder) const = 0;
  virtual Result<std::string> sign(const std::string& entry) = 0;
  /// All of it is here.
  virtual void done() {}
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

/// What a limited link gave for one download, kept beside what has arrived so far: a command that was cut off goes on with it,
/// though the link itself has none left.
class LeaseFile {
 public:
  /// Next to where `output` will lie; for standard output nothing is kept.
  LeaseFile(const std::string& output, const std::string& token)
      : path_(output == kStandardOutput ? fs::path() : fs::path(output).parent_path() / fmt::format(".satchel-{}.lease", to_hex(sha256(token)).substr(0, 16))) {}

  /// Null where there is none.
  Json load() const {
    std::ifstream in(path_, std::ios::binary);
    auto kept = Json::parse(std::string(std::istreambuf_iterator<char>(in), {}));
    return kept ? *std::move(kept) : Json();
  }
  /// A lease that cannot be kept is no reason not to use it.
  void save(const Json& kept) const {
    if (path_.empty()) return;
    const int file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return;
    const std::string text = kept.text();
    if (::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size())) ::unlink(path_.c_str());
    ::close(file);
  }
  void forget() const { ::unlink(path_.c_str()); }

 private:
  fs::path path_;
};

class Link final : public Source {
 public:
  Link(Api& api, const std::string& token, LeaseFile file)
      : api_(api), path_("/api/v1/public/links/" + token), file_(std::move(file)), kept_(file_.load()), lease_(text_of(kept_, "lease")) {}

  Result<void> unlock(const std::string& password) {
    const auto unlocked = api_.post(path_ + "/unlock", Json::object({{"password", password}}));
    if (!unlocked && !goes_on(unlocked.error())) return std::unexpected(unlocked.error());
    ticket_ = text_of(unlocked ? *unlocked : kept_, "ticket");
    api_.use_link_ticket(ticket_);
    return {};
  }
  Result<Json> root() override {
    auto manifest = api_.get(path_);
    if (!manifest && manifest.error().type == "link_password") {
      return fail(ErrorCode::unauthenticated, "This link has a password. Send it on standard input with --password-stdin.");
    }
    if (!manifest && !goes_on(manifest.error())) return manifest;
    const Json* entry = (manifest ? *manifest : kept_).find("root");
    root_ = entry ? *entry : Json();
    return root_;
  }
  std::string listing(const std::string& folder) const override { return fmt::format("{}/entries?folder={}", path_, folder); }
  Result<std::string> sign(const std::string& entry) override {
    Json wanted = Json::object({{"entry", entry}});
    // The first press spends a limited link; the rest of a folder, and what has to start again, goes under its lease.
    if (!lease_.empty()) wanted.set("lease", lease_);
    const auto given = api_.post(path_ + "/downloads", wanted);
    if (!given && given.error().code == ErrorCode::gone) file_.forget();
    const Json answer = TRY(given);
    if (const std::string lease = text_of(answer, "lease"); !lease.empty() && lease != lease_) {
      lease_ = lease;
      file_.save(Json::object({{"lease", lease_}, {"ticket", ticket_}, {"root", root_}}));
    }
    return text_of(answer, "url");
  }
  void done() override { file_.forget(); }

 private:
  /// Whether this is the last download of the link, which a command before this one has begun.
  bool goes_on(const Error& error) const { return error.type == "link_spent" && !lease_.empty(); }

  Api& api_;
  std::string path_;
  LeaseFile file_;
  Json kept_, root_;
  std::string lease_, ticket_;
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
  const std::string own = text_of(root, "name");
  const std::string name = own.empty() ? std::string("satchel") : TRY(check_name(own));  // the top folder has no name
  if (output.empty()) return name;
  if (text_of(root, "kind") == "folder") return output;
  if (fs::is_directory(output)) return (fs::path(output) / name).string();
  if (output.ends_with('/')) return fail(ErrorCode::not_found, fmt::format("There is no folder '{}' on this computer. Make it first.", output));
  return output;
}

Incoming incoming_from(Source& source, const Json& entry) {
  Incoming what = incoming(entry);
  what.sign = [&source, id = text_of(entry, "id")] { return source.sign(id); };
  return what;
}

Result<void> fetch_to_output(Api& api, Source& source, const Json& root) {
  if (text_of(root, "kind") == "folder") return fail(ErrorCode::invalid, "A folder cannot go to standard output. Name a folder of this computer with -o.");
  return stream(api, incoming_from(source, root));
}

Result<void> fetch_all(Api& api, Source& source, const Json& root, const std::string& output) {
  World& world = api.world();
  std::vector<Fetch> fetches;
  TRY(collect(api, source, root, TRY(target_of(root, output)), fetches));
  std::uint64_t total = 0;
  for (const Fetch& fetch : fetches) total += incoming(fetch.entry).size;
  Json::Array done;
  {
    Progress progress(world, fetches.size() == 1 ? fetches[0].path : fmt::format("{} files", fetches.size()), total);
    for (const Fetch& fetch : fetches) {
      const Incoming what = incoming_from(source, fetch.entry);
      TRY(download(api, what, fetch.path, progress));
      done.push_back(Json::object({{"path", fetch.path}, {"size", what.size}}));
    }
  }
  if (world.json) world.out << (text_of(root, "kind") == "folder" ? Json(done) : done[0]).text() << '\n';
  return {};
}

Result<void> fetch(Api& api, Source& source, const std::string& output) {
  api.be_patient();
  const Json root = TRY(source.root());
  if (output == kStandardOutput) {
    TRY(fetch_to_output(api, source, root));
  } else {
    TRY(fetch_all(api, source, root, output));
  }
  source.done();
  return {};
}

int finish(World& world, const Result<void>& outcome) { return outcome ? kDone : report(world, outcome.error()); }

int get_link(World& world, const LinkAddress& address, const std::string& output, bool password_stdin) {
  auto api = Api::anonymous(world, address.url);
  Link link(*api, address.token, LeaseFile(output, address.token));
  if (password_stdin) {
    const auto password = read_password(world);
    if (!password) return report(world, password.error());
    if (const auto unlocked = link.unlock(*password); !unlocked) return report(world, unlocked.error());
  }
  return finish(world, fetch(*api, link, output));
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
  return finish(world, fetch(**api, space, output));
}

}  // namespace satchel::cli
