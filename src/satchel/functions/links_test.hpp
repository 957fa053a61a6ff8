// SPDX-License-Identifier: Apache-2.0
// What tests of links share: Anna, who makes them, and visitors, who hold nothing but a token.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "satchel/model/link.hpp"
#include "tests/support/back_end.hpp"
#include "tests/support/invariants.hpp"

namespace satchel {

class LinksFixture : public testing::Test {
 protected:
  explicit LinksFixture(std::uint64_t adversity = 0)
      : b_({.adversity = adversity ? std::optional(Adversity{.seed = adversity}) : std::nullopt}) {}

  EntryId file(const EntryId& folder, std::string_view name, std::string_view bytes) {
    return EntryId(b_.upload(b_.anna, folder, name, bytes).text("id"));
  }
  /// `terms` are further members: R"("password":"x")".
  Answer link_to(const EntryId& entry, std::string_view terms = "") {
    return b_.insist(b_.anna, "POST", "/api/v1/links", fmt::format(R"({{"entry":"{}"{}{}}})", entry.str(), terms.empty() ? "" : ",", terms));
  }
  static std::string token_of(const Answer& link) { return link.text("url").substr(link.text("url").rfind('/') + 1); }
  static std::string api(const std::string& token, std::string_view rest = "") { return fmt::format("/api/v1/public/links/{}{}", token, rest); }

  /// As somebody without an account, who tries again where it may pass.
  Answer visit(std::string_view method, std::string_view path, std::string_view body = "", TextMap headers = {}) {
    Answer answer = b_.ask(Principal(Anonymous{}), method, path, body, headers);
    for (int i = 0; i < 20 && (answer.status >= 500 || (answer.status == 409 && answer.type() == "conflict")); ++i) {
      answer = b_.ask(Principal(Anonymous{}), method, path, body, headers);
    }
    return answer;
  }
  Answer download(const std::string& token, std::string_view body = "{}", TextMap headers = {}) {
    return visit("POST", api(token, "/downloads"), body, std::move(headers));
  }
  TextMap unlocked(const std::string& token, std::string_view password) {
    return {{"satchel-link-ticket", visit("POST", api(token, "/unlock"), fmt::format(R"({{"password":"{}"}})", password)).text("ticket")}};
  }
  ClientAnswer fetch(const Answer& download, std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    return b_.objects->get({.method = "GET", .url = download.text("url"), .headers = {}, .expires = {}}, most);
  }
  Answer owner_sees(const Answer& link) { return b_.insist(b_.anna, "GET", "/api/v1/links/" + link.text("id")); }
  Answer change(const Answer& link, std::string_view body) { return b_.insist(b_.anna, "PATCH", "/api/v1/links/" + link.text("id"), body); }
  Answer revoke(const Answer& link) { return b_.insist(b_.anna, "DELETE", "/api/v1/links/" + link.text("id")); }
  Link stored(const Answer& link) {
    for (const Item& item : b_.table->items()) {
      if (item.key == keys::link(LinkId(link.text("id")))) return link_from(item);
    }
    return {};
  }
  void set_disabled(const User& user, bool disabled) {
    User after = user;
    after.disabled = disabled;
    while (!b_.table->write(b_.call(), {Put{to_item(after), Condition::none()}})) {
    }
  }
  std::size_t calls(std::string_view name) const { return static_cast<std::size_t>(std::ranges::count(b_.faults.trace(), name)); }

  BackEnd b_;
  const EntryId root_ = b_.anna.root;
};

}  // namespace satchel
