// SPDX-License-Identifier: Apache-2.0
// What the provider asks of a request that comes from a browser, the session cookie, and forms. Pure.
#pragma once

#include <string>
#include <string_view>

#include "satchel/runtime/function.hpp"

namespace satchel::identity {

/// That a page of ours asks (CSRF): `Satchel-Request: 1`, which no other site can send without being asked first, and, where the browser
/// says where the page is from, our own origin. Error: forbidden (foreign_page).
Result<void> check_own_page(const Request& request, std::string_view public_url);

/// "https://files.example.org" of "https://files.example.org/base".
std::string_view origin_of(std::string_view url);
/// Whether the browser says that the request was made by a page of this origin.
bool is_same_origin(const Request& request, std::string_view public_url);

/// The name has the prefix __Host- over https: no other host or path can set or shadow it.
std::string session_cookie_name(std::string_view public_url);
std::string_view session_cookie(const Request& request, std::string_view public_url);
void set_session_cookie(Response& response, std::string_view public_url, std::string_view secret);
void clear_session_cookie(Response& response, std::string_view public_url);

/// A form's members (application/x-www-form-urlencoded). Error: invalid: another content type, a name given twice, no UTF-8.
Result<TextMap> parse_form(const Request& request);
/// name=value&…, percent-encoded.
std::string to_query(const TextMap& members);

}  // namespace satchel::identity
