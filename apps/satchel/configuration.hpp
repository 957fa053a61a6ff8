// SPDX-License-Identifier: Apache-2.0
// The one configuration: flags win over the environment, that over the file, that over what is built in. Every value knows where it
// comes from. What is not known is refused, never ignored.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/log.hpp"
#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"

namespace satchel {

struct Configuration {
  std::string data;
  std::string address;  // numeric
  std::uint16_t port = 0;
  std::string public_url;  // without a slash at its end
  std::string content_url;
  std::string tls_certificate, tls_key;
  std::vector<std::string> trusted_proxies;
  std::string metrics_token;
  std::int64_t quota = 0;  // bytes of a new person's space
  Duration access_token_life{}, upload_url_life{};
  LogLevel log_level = LogLevel::info;
  std::string smtp_url, smtp_password, mail_from;
  bool functions_in_processes = false;
  std::string bootstrap;  // the functions' program; empty: beside this one

  std::string table, objects;  // empty: in the data folder; else as aws/location.hpp writes where they lie
  std::string object_events;   // URL of an SQS queue that hears of new objects elsewhere; empty: none does
  std::string master_key;      // 32 bytes; only with a table elsewhere, whose copies share it
  std::string outside_issuer;  // empty: the provider in the binary
  std::string audience, client_id, cli_client_id, cli_callback, scopes;  // of the outside issuer
  std::vector<std::string> admins;
  std::string required_claim;

  std::string issuer() const { return outside_issuer.empty() ? public_url + "/auth" : outside_issuer; }
};

/// A setting as people write it: "public_url" in the file, SATCHEL_PUBLIC_URL in the environment, --public-url as a flag.
struct Setting {
  std::string_view key;
  std::string_view standard;  // the value that is built in
  std::string_view help;
  bool secret = false;        // never shown, and no flag: arguments can be seen by everybody on the machine
  Result<void> (*apply)(Configuration& configuration, std::string_view value);

  std::string flag() const;
  std::string environment() const;
};

std::span<const Setting> settings();

struct Sources {
  std::map<std::string, std::string, std::less<>> flags;  // by key; only those that were given
  std::function<std::optional<std::string>(std::string_view)> environment;
  std::string file;  // empty: satchel.conf in the data folder, if there is one
};

/// A value and where it comes from, for people.
struct Shown {
  std::string key, value, source;
};

struct Loaded {
  Configuration configuration;
  std::vector<Shown> shown;  // in the order of settings()
};

/// Error: invalid, naming file and line, variable or flag.
Result<Loaded> load_configuration(const Sources& sources);

/// "key = value" a line; '#' begins a comment line. `where` stands in messages. Error: invalid.
Result<std::map<std::string, std::string, std::less<>>> parse_settings(std::string_view text, std::string_view where);

}  // namespace satchel
