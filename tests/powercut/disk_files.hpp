// SPDX-License-Identifier: Apache-2.0
// One Disk as the two file systems that stand on it: of the blobs, and of RocksDB.
#pragma once

#include <memory>

#include "satchel/objects/file_system.hpp"
#include "tests/powercut/disk.hpp"

namespace rocksdb {
class FileSystem;
}

namespace satchel::powercut {

std::unique_ptr<objects::FileSystem> blob_files(std::shared_ptr<Disk> disk);
std::shared_ptr<rocksdb::FileSystem> database_files(std::shared_ptr<Disk> disk);

}  // namespace satchel::powercut
