// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/password_rules.hpp"

#include <gtest/gtest.h>

namespace satchel::identity {
namespace {

TEST(PasswordRules, TakesTenCharactersOfAnyKind) {
  for (const char* good : {"correct horse battery", "kq7 vmp2 x", "ääöü ßéñ ça", "日本語日本語日本語日", "            k", "Zq!9-Zq!8-"}) {
    EXPECT_TRUE(check_new_password(good, "ann@example.org")) << good;
  }
  EXPECT_TRUE(check_new_password(std::string(512, 'a') + std::string(512, 'b'), "ann@example.org"));
}

TEST(PasswordRules, RefusesWhatIsGuessedFirst) {
  for (const char* bad : {"", "short", "123456789", "password123", "PASSWORD123", "1234567890", "qwertyuiop", "aaaaaaaaaa", "abcdefghijkl", "zyxwvutsrq", "0987654321",
                          "ａｂｃｄｅｆｇｈｉｊ", "Password2026", "satchel12345", "anneliese@example.org", "anneliese123", "Anneliese2", "tab\there it is"}) {
    const auto result = check_new_password(bad, "anneliese@example.org");
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().type, "weak_password") << bad;
    EXPECT_NE(result.error().message.find(kPasswordRule), std::string::npos) << bad;
  }
}

TEST(PasswordRules, RefusesMoreThanAThousandAndTwentyFourBytes) {
  EXPECT_EQ(check_new_password(std::string(1025, 'x'), "a@b").error().type, "password_too_long");
  EXPECT_EQ(normalise_password(std::string(1025, 'x')).error().type, "password_too_long");
}

TEST(PasswordRules, ALetterIsTheSameHoweverItIsWritten) {
  EXPECT_EQ(normalise_password("u\xCC\x88").value(), "ü");
  EXPECT_EQ(normalise_password("ｐａｓｓ").value(), "pass");
  EXPECT_EQ(normalise_password("Pass").value(), "Pass") << "case stays";
}

TEST(PasswordRules, ANameIsOneLineOfAHundredCharacters) {
  EXPECT_TRUE(check_person_name("Ann Example"));
  EXPECT_FALSE(check_person_name(""));
  EXPECT_FALSE(check_person_name("Ann\nBcc: x"));
  EXPECT_FALSE(check_person_name(std::string(101, 'x')));
  EXPECT_FALSE(check_person_name("\xff"));
}

}  // namespace
}  // namespace satchel::identity
