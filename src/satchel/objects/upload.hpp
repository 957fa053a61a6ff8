// SPDX-License-Identifier: Apache-2.0
// Everything of S3 that writes: PUT of an object or a part, the multipart calls, DELETE. Each answers where it returns without
// an error; bodies are taken in afterwards.
#pragma once

#include "satchel/objects/asked.hpp"
#include "satchel/objects/store.hpp"
#include "satchel/objects/workers.hpp"

namespace satchel::objects {

struct UploadTools {
  Store& store;
  Workers& workers;
  Logger& log;
};

Result<void> put_object(Asked& asked, UploadTools tools);
Result<void> upload_part(Asked& asked, UploadTools tools);
Result<void> create_upload(Asked& asked, Store& store);
Result<void> list_parts(Asked& asked, Store& store);
Result<void> complete_upload(Asked& asked, UploadTools tools);
Result<void> abort_upload(Asked& asked, Store& store);
Result<void> delete_object(Asked& asked, Store& store);

}  // namespace satchel::objects
