// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/security_headers.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace satchel::gateway {
namespace {

constexpr std::string_view kPermissions =
    "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), clipboard-write=(self), display-capture=(), encrypted-media=(), "
    "fullscreen=(self), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), "
    "publickey-credentials-get=(self), screen-wake-lock=(), usb=(), xr-spatial-tracking=()";

std::string policy_of(const SiteOrigins& origins) {
  const auto also = [](const std::string& origin) { return origin.empty() ? "" : " " + origin; };
  const std::string content = also(origins.content_url) + also(origins.objects);
  std::string connect = content;
  for (const std::string& origin : origins.connect) connect += " " + origin;
  return fmt::format(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:{0}; media-src 'self'{0}; font-src 'self'; "
      "connect-src 'self'{1}; frame-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'{2}; "
      "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html satchel-worker",
      content, connect, also(origins.objects));  // a link's form is sent on to where the bytes are
}

std::string_view policy_for(Kind kind, std::string_view page) {
  switch (kind) {
    case Kind::page: return page;
    case Kind::data: return "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    case Kind::mount: return "sandbox; default-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";
  }
  std::unreachable();
}

void add(net::ResponseHead& head, std::string_view name, std::string_view value) {
  if (!head.fields.find(name)) head.fields.add(std::string(name), std::string(value));
}

}  // namespace

SecurityHeaders::SecurityHeaders(const SiteOrigins& origins)
    : page_policy_(policy_of(origins)), secure_(origins.public_url.starts_with("https://")), content_elsewhere_(!origins.content_url.empty()) {}

void SecurityHeaders::add_to(net::ResponseHead& head, Kind kind) const {
  add(head, "content-security-policy", policy_for(kind, page_policy_));
  add(head, "x-content-type-options", "nosniff");
  add(head, "referrer-policy", "no-referrer");
  add(head, "cross-origin-opener-policy", "same-origin");
  add(head, "cross-origin-resource-policy", kind == Kind::mount && content_elsewhere_ ? "cross-origin" : "same-origin");
  add(head, "permissions-policy", kPermissions);
  if (secure_) add(head, "strict-transport-security", "max-age=31536000");
}

}  // namespace satchel::gateway
