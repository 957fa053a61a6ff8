// SPDX-License-Identifier: Apache-2.0
#include "satchel/cli/remote.hpp"

#include <fmt/format.h>

#include "satchel/base/encoding.hpp"

namespace satchel::cli {

std::string tidy(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) {
      if (!out.empty()) out += '/';
      out += path.substr(0, end);
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

std::pair<std::string, std::string> split_last(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {"", std::string(path)};
  return {std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

Result<Json> resolve(Api& api, std::string_view path) {
  auto entry = api.get("/api/v1/resolve?path=" + percent_encode(tidy(path)));
  if (!entry && entry.error().code == ErrorCode::not_found) {
    return fail(ErrorCode::not_found, fmt::format("There is no '{}'. 'satchel ls' shows what is there.", tidy(path)));
  }
  return entry;
}

Result<Json> make_folder(Api& api, const std::string& parent, std::string_view path, bool must_be_new) {
  Json wanted = Json::object({{"parent", parent}, {"path", tidy(path)}});
  if (must_be_new) wanted.set("exclusive", true);
  return api.post("/api/v1/folders", wanted);
}

Result<std::string> root_folder(Api& api) {
  const Json me = TRY(api.get("/api/v1/me"));
  const Json* space = me.find("space");
  return space ? text_of(*space, "root") : std::string();
}

Result<void> each_entry(Api& api, const std::string& path, const std::function<Result<void>(const Json& entry)>& take) {
  const char join = path.find('?') == std::string::npos ? '?' : '&';
  for (std::string cursor;;) {
    const Json page = TRY(api.get(cursor.empty() ? path : fmt::format("{}{}cursor={}", path, join, percent_encode(cursor))));
    for (const Json& entry : list_of(page, "entries")) TRY(take(entry));
    cursor = text_of(page, "cursor");
    if (cursor.empty()) return {};
  }
}

}  // namespace satchel::cli
