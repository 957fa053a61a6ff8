// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/digest.hpp"

#include <gtest/gtest.h>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

TEST(Digest, OfPiecesIsThatOfTheWhole) {
  Digest sha = Digest::sha256(), md = Digest::md5();
  for (const std::string_view piece : {"a", "", "bc"}) {
    sha.update(as_bytes(piece));
    md.update(as_bytes(piece));
  }
  EXPECT_EQ(sha.finish(), sha256("abc"));
  EXPECT_EQ(md.finish(), md5("abc"));
}

TEST(Digest, OfNothingIsThePublishedOne) {
  EXPECT_EQ(to_hex(Digest::sha256().finish()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace satchel
