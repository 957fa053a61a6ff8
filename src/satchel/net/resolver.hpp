// SPDX-License-Identifier: Apache-2.0
// From a host's name to its addresses, within a deadline, by c-ares: /etc/hosts and the name servers of /etc/resolv.conf. Not by
// getaddrinfo(3), which knows no deadline and, in a static binary, loads whatever modules the machine's nsswitch.conf names. Any thread may call.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/base/time.hpp"

namespace satchel::net {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};
using Addresses = std::vector<Address>;

/// At least one, the best first; of a numeric host, itself; of "localhost" and what ends in it, this computer. `name_servers` ("127.0.0.1:53,…") stand in place of the machine's. Errors:
/// unavailable (no such name, no name server), deadline_exceeded.
Result<Addresses> resolve(const std::string& host, std::uint16_t port, Duration patience, const std::string& name_servers = {});

}  // namespace satchel::net
