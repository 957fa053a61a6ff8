// SPDX-License-Identifier: Apache-2.0
// recv(2) and send(2) on a non-blocking socket, for the transports.
#pragma once

#include <cstddef>
#include <span>

#include "satchel/net/transport.hpp"

namespace satchel::net {

Io receive(int socket, std::span<std::byte> into);
/// Until all is sent or the socket takes no more.
Io transmit(int socket, std::span<const std::byte> bytes, bool more);

}  // namespace satchel::net
