// SPDX-License-Identifier: Apache-2.0
// One row per function: what starts it, who may, which ports it is given. Routes, event delivery, schedules, the OpenAPI check
// and the IAM policies all read these rows. A row's factory gets its ports through a Wiring that hands out no others.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "satchel/ports/directory.hpp"
#include "satchel/ports/mailer.hpp"
#include "satchel/ports/object_store.hpp"
#include "satchel/ports/table.hpp"
#include "satchel/ports/vault.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {

/// What functions know of the installation.
struct Settings {
  std::string public_url;                           // "https://files.example.org", without a slash at its end
  std::int64_t default_quota = 1'000'000'000'000;   // bytes of a new space
  Duration access_token_life{300'000};              // of a sign-in's access token
  std::string version;
  Duration shared_cache{0};  // how long a cache in front of all may keep what everybody gets by an open link; 0: not at all
  bool self_signup_at_first = false;  // whether strangers are let in until an administrator has moved that switch
  bool object_events = true;    // whether the store tells of new objects; else the arrival of a one-line upload is looked for
};

/// Everything that apps/ has to give.
struct Ports {
  Table& table;
  ObjectStore& objects;
  Directory& directory;
  Mailer& mailer;
  Vault& vault;
  PasswordHasher& hasher;
  const Settings& settings;
};

/// The capabilities beside writing the table, whose families a row names one by one.
enum class Port { table_reader, upload_signer, download_signer, object_assembler, object_remover, directory, mailer, vault, password_hasher };

enum class Access {
  open,   // anybody; the function judges what it is shown (links, the identity provider's endpoints)
  user,   // a signed-in person or a personal API token
  admin,  // an administrator, signed in as a person
};

/// "/api/v1/entries/{id}": a {name} takes one segment, decoded.
struct Route {
  std::string_view method;
  std::string_view path;
};
struct OnEvent {
  std::string_view type;  // "upload.completed"
};
struct Every {
  Duration period;
};
using Trigger = std::variant<Route, OnEvent, Every>;

class Wiring;

struct Row {
  std::string_view name;   // "create_upload": the source file and, of an event's row, the consumer's name
  Trigger trigger;
  Access access = Access::user;
  std::string_view scope = {};  // what a personal API token must carry; empty: a person's own sign-in is wanted
  std::string_view group;       // deployment group: the Lambda it is part of
  std::vector<Port> ports = {};
  std::set<Family> writes = {};
  std::size_t body_limit = 64 * 1024;  // 0: the function answers by the head alone, and a body of any size is left unread
  Duration timeout{10'000};
  int concurrency = 0;  // calls at once; 0: as many as the pool has threads
  std::unique_ptr<Function> (*make)(const Wiring& wiring);
};

/// The ports of one row. Asking for one that the row does not list ends the process at start: a defect of the row.
class Wiring {
 public:
  Wiring(const Ports& ports, const Row& row) : ports_(&ports), row_(&row) {}

  const TableReader& reader() const;
  TableWriter writer() const;
  const UploadSigner& upload_signer() const;
  const DownloadSigner& download_signer() const;
  ObjectAssembler& assembler() const;
  ObjectRemover& remover() const;
  Directory& directory() const;
  Mailer& mailer() const;
  const Vault& vault() const;
  PasswordHasher& hasher() const;
  const Settings& settings() const { return ports_->settings; }

 private:
  void demand(Port port) const;

  const Ports* ports_;
  const Row* row_;
};

/// A row with its function.
struct Bound {
  Row row;
  std::unique_ptr<Function> function;
};

/// All functions of the product, made over one set of ports. Immutable after construction; any thread may call.
class Registry {
 public:
  Registry(std::vector<Row> rows, const Ports& ports);
  /// Over functions that were made elsewhere.
  explicit Registry(std::vector<Bound> bound) : bound_(std::move(bound)) {}

  const std::vector<Bound>& all() const { return bound_; }

  struct Match {
    const Bound* bound = nullptr;      // null: no such route
    TextMap parameters;
    std::vector<std::string> allowed;  // methods of the path, where it exists without the one asked for
  };
  /// `path` is undecoded and without query; a segment that is no valid percent-encoded UTF-8 matches nothing. HEAD finds GET.
  Match match(std::string_view method, std::string_view path) const;
  /// The consumers of an event type.
  std::vector<const Bound*> consumers(std::string_view type) const;

 private:
  std::vector<Bound> bound_;
};

}  // namespace satchel
