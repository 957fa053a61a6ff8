// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/rsa.hpp"

#include <gtest/gtest.h>

#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

// RFC 7515 appendix A.2: key, signing input and signature of an RS256 token.
constexpr std::string_view kN =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b"
    "32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5"
    "IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
constexpr std::string_view kInput =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view kSignature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAyn"
    "RFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv"
    "Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

TEST(Rsa, VerifiesTheExampleOfTheStandard) {
  const auto key = RsaPublicKey::from({*from_base64url(kN), *from_base64url("AQAB")});
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->verifies(kInput, *from_base64url(kSignature)));
  EXPECT_FALSE(key->verifies(std::string(kInput) + "x", *from_base64url(kSignature)));
  std::string altered = *from_base64url(kSignature);
  altered[7] ^= 1;
  EXPECT_FALSE(key->verifies(kInput, altered));
  EXPECT_FALSE(key->verifies(kInput, ""));
}

TEST(Rsa, AKeySurvivesItsStoredForm) {
  const auto key = RsaPrivateKey::generate();
  const auto again = RsaPrivateKey::from_pkcs8(key.pkcs8());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key().numbers(), key.public_key().numbers());
  EXPECT_TRUE(key.public_key().verifies("text", again->sign("text")));
  EXPECT_FALSE(RsaPrivateKey::generate().public_key().verifies("text", key.sign("text")));
}

TEST(Rsa, RefusesNumbersThatAreNoGoodKey) {
  const auto good = RsaPrivateKey::generate().public_key().numbers();
  const std::string small(128, '\xff');
  for (const auto& [n, e] : std::vector<std::pair<std::string, std::string>>{
           {"", good.e}, {good.n, ""}, {good.n, "\x01"}, {good.n, "\x02"}, {small, good.e}, {std::string(1025, '\xff'), good.e},
           {std::string(1, '\0') + good.n, good.e}, {good.n, good.n}}) {
    EXPECT_FALSE(RsaPublicKey::from({n, e}));
  }
  EXPECT_FALSE(RsaPrivateKey::from_pkcs8("no key"));
  EXPECT_FALSE(RsaPrivateKey::from_pkcs8(""));
}

}  // namespace
}  // namespace satchel
