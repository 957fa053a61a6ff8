// SPDX-License-Identifier: Apache-2.0
// A client of the object store over HTTP, on libcurl: what a browser or a script does with a signed request. One thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "satchel/memory/object_store.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel::contract {

/// Sends the bytes under the request's headers; Content-Length is that of the bytes, as every client sends it.
ClientAnswer put_by_http(const SignedRequest& request, std::string_view bytes);
/// Leaves once it has more than `most` bytes of the body.
ClientAnswer get_by_http(const SignedRequest& request, std::uint64_t most);

}  // namespace satchel::contract
