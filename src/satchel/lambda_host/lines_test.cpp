// SPDX-License-Identifier: Apache-2.0
#include "satchel/lambda_host/lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace satchel::lambda_host {
namespace {

using testing::ElementsAre;

TEST(Lines, CutWhatComesInPieces) {
  std::vector<std::string> lines;
  Lines cut([&](std::string_view line) { lines.emplace_back(line); }, 8);
  for (const std::string_view piece : {"one\ntw", "o\n\n", "12345678", "9 left out", "\nlast"}) cut.add(piece);
  EXPECT_THAT(lines, ElementsAre("one", "two", "12345678"));
  cut.finish();
  cut.finish();
  EXPECT_THAT(lines, ElementsAre("one", "two", "12345678", "last"));
}

}  // namespace
}  // namespace satchel::lambda_host
