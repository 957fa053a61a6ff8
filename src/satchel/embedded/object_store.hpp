// SPDX-License-Identifier: Apache-2.0
// The ObjectStore ports over the embedded storage engine: what is called goes to the engine at once, what is signed to the S3
// endpoint that apps/ mounts over the same engine with the same key. Any thread may call; calls wait for the disk.
#pragma once

#include <memory>
#include <string>

#include "satchel/objects/store.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel::embedded {

struct ObjectStoreOptions {
  std::string base_url = "http://localhost:8420/objects";  // of the endpoint, as clients reach it
  std::string bucket = "satchel";
  std::string region = "us-east-1";
  std::string access_key{"satchel"};
  std::string secret;  // shared with the endpoint; empty: nothing is signed (internal)
  Duration longest_upload_url{900'000};  // what the terms ask for is cut to this
};

/// The secret of the one access key that signs inside of Satchel, made from the master key.
std::string object_store_secret(std::string_view master_key);

/// `store` outlives it. Differences from a store elsewhere: parts and objects are on disk when their call returns, and
/// list_parts() and head() see them at once.
std::unique_ptr<ObjectStore> object_store(ObjectStoreOptions options, objects::Store& store);

}  // namespace satchel::embedded
