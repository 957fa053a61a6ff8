// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/downloads.hpp"

#include "satchel/functions/content_type.hpp"

namespace satchel {

DownloadTerms download_terms(const Item& meta, bool inline_wanted) {
  const ContentType type = content_type_of(meta.text("name"));
  return {.key = ObjectKey(meta.text("blob")),
          .file_name = meta.text("name"),
          .content_type = std::string(type.type),
          .inline_view = inline_wanted && type.may_be_shown,
          .lease = {}};
}

Json::Object download_members(const Item& meta, const DownloadTerms& terms, const SignedRequest& request) {
  return {{"url", request.url}, {"expires", request.expires}, {"name", meta.text("name")}, {"size", meta.number("size")}, {"type", terms.content_type}};
}

}  // namespace satchel
