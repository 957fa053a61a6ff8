// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/content_disposition.hpp"

#include <gtest/gtest.h>

namespace satchel {
namespace {

TEST(ContentDisposition, NamesTheFileTwice) {
  EXPECT_EQ(content_disposition("report.pdf", false), R"(attachment; filename="report.pdf"; filename*=UTF-8''report.pdf)");
  EXPECT_EQ(content_disposition("Grüße \"1\" 100%.txt", true),
            R"(inline; filename="Gr__e _1_ 100_.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22%20100%25.txt)");
}

TEST(ContentDisposition, NeverBreaksOutOfTheHeader) {
  EXPECT_EQ(content_disposition("a\r\nSet-Cookie: x\0y\".txt", false),
            R"(attachment; filename="aSet-Cookie_ x"; filename*=UTF-8''aSet-Cookie%3A%20x)");
  EXPECT_EQ(content_disposition("../..\\x", false), R"(attachment; filename=".._.._x"; filename*=UTF-8''.._.._x)");
}

TEST(ContentDisposition, LeavesOutWhatTurnsTheReadingDirection) {
  EXPECT_EQ(content_disposition("photo\u202egpj.exe", false), R"(attachment; filename="photogpj.exe"; filename*=UTF-8''photogpj.exe)");
  EXPECT_EQ(content_disposition("\u2066\u200f\u061ca", false), R"(attachment; filename="a"; filename*=UTF-8''a)");
}

TEST(ContentDisposition, AlwaysHasAName) {
  EXPECT_EQ(content_disposition("", false), R"(attachment; filename="download"; filename*=UTF-8''download)");
  EXPECT_EQ(content_disposition("\xff\xfe.txt", false), R"(attachment; filename="__.txt"; filename*=UTF-8''__.txt)");
}

}  // namespace
}  // namespace satchel
