// SPDX-License-Identifier: Apache-2.0
#include "satchel/objects/xml.hpp"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <charconv>

#include "satchel/objects/checksums.hpp"
#include "satchel/objects/failure.hpp"

namespace satchel::objects {
namespace {

constexpr std::size_t kMostParts = 10'000;

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default:
        // XML 1.0 has no control characters; S3 writes them as references all the same.
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("&#x{:x};", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
}

std::string_view unquoted(std::string_view etag) {
  if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"')) return etag.substr(1, etag.size() - 2);
  return etag;
}

std::unexpected<Error> malformed() {
  return refuse(ErrorCode::invalid, "MalformedXML", "The body is not a CompleteMultipartUpload document.");
}

Result<NamedPart> parse_part(const pugi::xml_node& node) {
  NamedPart part;
  const std::string_view number = node.child_value("PartNumber");
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), part.number);
  if (error != std::errc{} || end != number.data() + number.size() || part.number < 1) return malformed();
  part.etag = unquoted(node.child_value("ETag"));
  if (const auto child = node.child("ChecksumCRC64NVME")) part.crc64nvme = TRY(parse_crc64(child.child_value()));
  if (const auto child = node.child("ChecksumCRC32C")) part.crc32c = TRY(parse_crc32(child.child_value()));
  return part;
}

}  // namespace

XmlWriter::XmlWriter(std::string_view root, std::string_view name_space)
    : text_(R"(<?xml version="1.0" encoding="UTF-8"?>)" "\n"), open_{std::string(root)} {
  text_ += name_space.empty() ? fmt::format("<{}>", root) : fmt::format("<{} xmlns=\"{}\">", root, name_space);
}

void XmlWriter::open(std::string_view name) {
  text_ += fmt::format("<{}>", name);
  open_.emplace_back(name);
}

void XmlWriter::close() {
  text_ += fmt::format("</{}>", open_.back());
  open_.pop_back();
}

void XmlWriter::leaf(std::string_view name, std::string_view text) {
  text_ += fmt::format("<{}>", name);
  append_escaped(text_, text);
  text_ += fmt::format("</{}>", name);
}

std::string XmlWriter::text() && {
  while (!open_.empty()) close();
  return std::move(text_);
}

Result<std::vector<NamedPart>> parse_complete(std::string_view document) {
  pugi::xml_document xml;
  // No document type, no entities but the five of XML itself: pugixml expands no other.
  if (!xml.load_buffer(document.data(), document.size(), pugi::parse_default, pugi::encoding_utf8)) return malformed();
  const auto root = xml.child("CompleteMultipartUpload");
  if (!root) return malformed();
  std::vector<NamedPart> parts;
  for (const auto& node : root.children("Part")) {
    if (parts.size() == kMostParts) return malformed();
    parts.push_back(TRY(parse_part(node)));
  }
  if (parts.empty()) return malformed();
  return parts;
}

}  // namespace satchel::objects
