// SPDX-License-Identifier: Apache-2.0
// The little XML of the S3 protocol: documents written element by element, and the one that a client sends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "satchel/base/result.hpp"
#include "satchel/objects/store.hpp"

namespace satchel::objects {

/// Writes one document; elements are closed in the order opened.
class XmlWriter {
 public:
  explicit XmlWriter(std::string_view root, std::string_view name_space = {});
  void open(std::string_view name);
  void close();
  void leaf(std::string_view name, std::string_view text);
  void leaf(std::string_view name, std::uint64_t number) { leaf(name, std::string_view(std::to_string(number))); }
  std::string text() &&;

 private:
  std::string text_;
  std::vector<std::string> open_;
};

inline constexpr std::string_view kS3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/// CompleteMultipartUpload: parts in the order sent. ETags come with quotes or without. Checksums that the store does not
/// keep (CRC32) were checked when the part came and are passed over. Error: invalid (MalformedXML).
Result<std::vector<NamedPart>> parse_complete(std::string_view document);

}  // namespace satchel::objects
