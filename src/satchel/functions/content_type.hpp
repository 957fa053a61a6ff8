// SPDX-License-Identifier: Apache-2.0
// The type with which a file's bytes leave: from our own list, by the name's extension, never from whoever sent it.
#pragma once

#include <string_view>

namespace satchel {

struct ContentType {
  std::string_view type = "application/octet-stream";
  bool may_be_shown = false;  // inline; everything else is an attachment
};

ContentType content_type_of(std::string_view file_name);

}  // namespace satchel
