// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/content_type.hpp"

#include <algorithm>
#include <string>

namespace satchel {
namespace {

struct Known {
  std::string_view extension;
  ContentType type;
};

constexpr std::string_view kText = "text/plain; charset=utf-8";

// Shown is what no browser executes: raster images, sound, film, and text as plain text. No HTML, SVG or XML, and no PDF: browsers' viewers
// run the scripts in it (docs/adr/0008-pdf-without-scripts.md).
constexpr Known kKnown[] = {
    {"apng", {"image/apng", true}},  {"avif", {"image/avif", true}},  {"bmp", {"image/bmp", true}},    {"gif", {"image/gif", true}},
    {"ico", {"image/x-icon", true}}, {"jpeg", {"image/jpeg", true}},  {"jpg", {"image/jpeg", true}},   {"png", {"image/png", true}},
    {"webp", {"image/webp", true}},  {"aac", {"audio/aac", true}},    {"flac", {"audio/flac", true}},  {"m4a", {"audio/mp4", true}},
    {"mp3", {"audio/mpeg", true}},   {"oga", {"audio/ogg", true}},    {"ogg", {"audio/ogg", true}},    {"opus", {"audio/ogg", true}},
    {"wav", {"audio/wav", true}},    {"m4v", {"video/mp4", true}},    {"mov", {"video/quicktime", true}}, {"mp4", {"video/mp4", true}},
    {"ogv", {"video/ogg", true}},    {"webm", {"video/webm", true}},  {"pdf", {"application/pdf", false}}, {"txt", {kText, true}},
    {"text", {kText, true}},         {"log", {kText, true}},          {"md", {kText, true}},           {"csv", {kText, true}},
    {"tsv", {kText, true}},          {"json", {kText, true}},         {"yaml", {kText, true}},         {"yml", {kText, true}},
    {"toml", {kText, true}},         {"ini", {kText, true}},          {"conf", {kText, true}},         {"c", {kText, true}},
    {"h", {kText, true}},            {"cpp", {kText, true}},          {"hpp", {kText, true}},          {"cc", {kText, true}},
    {"py", {kText, true}},           {"rs", {kText, true}},           {"go", {kText, true}},           {"java", {kText, true}},
    {"js", {kText, true}},           {"ts", {kText, true}},           {"sh", {kText, true}},           {"sql", {kText, true}},
    {"diff", {kText, true}},         {"patch", {kText, true}},
};

}  // namespace

ContentType content_type_of(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string extension(file_name.substr(dot + 1));
  std::ranges::transform(extension, extension.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto* found = std::ranges::find(kKnown, extension, &Known::extension);
  return found == std::end(kKnown) ? ContentType{} : found->type;
}

}  // namespace satchel
