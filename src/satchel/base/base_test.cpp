// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/base/result.hpp"
#include "satchel/base/retry.hpp"
#include "satchel/base/time.hpp"

namespace satchel {
namespace {

class CountingRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::byte>(next_++);
  }

 private:
  unsigned next_ = 0;
};

class ManualClock final : public Clock {
 public:
  Time now() const override { return now_; }
  void sleep_until(Time time) override { now_ = std::max(now_, time); }

 private:
  Time now_{};
};

Result<std::unique_ptr<int>> make(bool good) {
  if (!good) return fail(ErrorCode::conflict, "no");
  return std::make_unique<int>(7);
}
Result<void> check(bool good) {
  if (!good) return fail(ErrorCode::invalid, "bad");
  return {};
}
Result<int> both(bool first, bool second) {
  TRY(check(first));
  return *TRY(make(second));
}

TEST(Result, TryPassesTheErrorOnAndMovesTheValueOut) {
  EXPECT_EQ(both(true, true).value(), 7);
  EXPECT_EQ(both(false, true).error().code, ErrorCode::invalid);
  EXPECT_EQ(both(true, false).error().code, ErrorCode::conflict);
}

TEST(Encoding, KnownAnswers) {
  EXPECT_EQ(to_hex("\x01\xab"), "01ab");
  EXPECT_EQ(from_hex("01ab"), "\x01\xab");
  EXPECT_EQ(to_base64("f"), "Zg==");
  EXPECT_EQ(to_base64("foob"), "Zm9vYg==");
  EXPECT_EQ(from_base64("Zm9vYg=="), "foob");
  EXPECT_EQ(to_base64url("\xff\xfe"), "__4");
  EXPECT_EQ(from_base64url("__4"), "\xff\xfe");
  EXPECT_EQ(percent_encode("a b/ä~"), "a%20b%2F%C3%A4~");
  EXPECT_EQ(percent_encode("a/b", true), "a/b");
  EXPECT_EQ(percent_decode("a%20b+%2f"), "a b+/");
}

TEST(Encoding, RefusesASecondSpellingOfTheSameBytes) {
  EXPECT_FALSE(from_hex("AB"));
  EXPECT_FALSE(from_hex("a"));
  EXPECT_FALSE(from_base64("Zg"));
  EXPECT_FALSE(from_base64("Zh=="));
  EXPECT_FALSE(from_base64("Zg=a"));
  EXPECT_FALSE(from_base64url("__5"));
  EXPECT_FALSE(from_base64url("Zg=="));
  EXPECT_FALSE(percent_decode("%4"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Encoding, Utf8KnowsOverlongFormsAndSurrogates) {
  EXPECT_TRUE(is_utf8("aä€😀"));
  for (const char* bad : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc3", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad)) << to_hex(bad);
  }
}

TEST(Time, RoundTripsAndRefusesWhatIsNoDate) {
  const Time time = from_millis(1795623851123);
  EXPECT_EQ(format_rfc3339(time), "2026-11-25T16:24:11.123Z");
  EXPECT_EQ(parse_rfc3339("2026-11-25T16:24:11.123Z").value(), time);
  EXPECT_EQ(parse_rfc3339("2026-11-25T18:24:11.123+02:00").value(), time);
  EXPECT_EQ(format_http(time), "Wed, 25 Nov 2026 16:24:11 GMT");
  EXPECT_EQ(parse_http("Wed, 25 Nov 2026 16:24:11 GMT").value(), from_millis(1795623851000));
  EXPECT_EQ(format_amz(time), "20261125T162411Z");
  EXPECT_EQ(parse_amz("20261125T162411Z").value(), from_millis(1795623851000));
  for (const char* bad : {"", "2026-02-30T00:00:00Z", "2026-11-25", "2026-11-25T25:00:00Z", "2026-11-25T16:24:11",
                          "2026-11-25T16:24:11.Z", "2026-11-25T16:24:11Zx"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(Crypto, KnownAnswers) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
  // RFC 4231 test case 2.
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Crypto, ASealOpensOnlyWithItsKeyContextAndEveryBit) {
  const std::string key = derive_key("master", "a"), other = derive_key("master", "b");
  const std::string sealed = seal(key, "secret", "record-1");
  EXPECT_EQ(open_sealed(key, sealed, "record-1"), "secret");
  EXPECT_FALSE(open_sealed(other, sealed, "record-1"));
  EXPECT_FALSE(open_sealed(key, sealed, "record-2"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(open_sealed(key, changed, "record-1"));
  }
  EXPECT_FALSE(open_sealed(key, "short", "record-1"));
}

TEST(CryptoDeathTest, AnEmptyKeyNeverSigns) { EXPECT_DEATH(hmac_sha256("", "text"), ""); }

TEST(Random, IdsHaveTheirForm) {
  CountingRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const auto id = random_id(random);
    EXPECT_TRUE(is_random_id(id)) << id;
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 16U);  // the counter wraps: 16 different blocks of 16 bytes
  EXPECT_EQ(random_secret(random).size(), 43U);
  EXPECT_LT(ulid(from_millis(1), random), ulid(from_millis(2), random));
  EXPECT_EQ(ulid(from_millis(1), random).size(), 26U);
}

TEST(Log, EveryLineIsJsonWhateverComesIn) {
  EXPECT_EQ(json_quote("a\"b\\\n"), R"("a\"b\\\u000a")");
  EXPECT_EQ(json_quote("ä"), "\"ä\"");
  EXPECT_EQ(json_quote("\xff"), R"("\ufffd")");
}

TEST(Retry, StopsAtSuccessAtAFinalErrorAndAtTheDeadline) {
  ManualClock clock;
  CountingRandom random;
  int calls = 0;
  const auto failing = [&](ErrorCode code) {
    return [&calls, code]() -> Result<int> {
      if (++calls == 3) return 1;
      return fail(code, "");
    };
  };
  EXPECT_EQ(retry({}, from_millis(100000), clock, random, failing(ErrorCode::unavailable)).value(), 1);
  EXPECT_EQ(calls, 3);
  calls = 0;
  EXPECT_FALSE(retry({}, from_millis(100000), clock, random, failing(ErrorCode::invalid)));
  EXPECT_EQ(calls, 1);
  calls = 0;
  EXPECT_FALSE(retry({.attempts = 2}, from_millis(100000), clock, random, failing(ErrorCode::conflict)));
  EXPECT_EQ(calls, 2);
  calls = 0;
  EXPECT_FALSE(retry({}, clock.now(), clock, random, failing(ErrorCode::unavailable)));
  EXPECT_EQ(calls, 1);
}

TEST(Time, ReadsSpansAsPeopleWriteThem) {
  EXPECT_EQ(parse_duration("30s").value(), std::chrono::seconds{30});
  EXPECT_EQ(parse_duration("15m").value(), std::chrono::minutes{15});
  EXPECT_EQ(parse_duration("12h").value(), std::chrono::hours{12});
  EXPECT_EQ(parse_duration("7d").value(), std::chrono::hours{168});
  for (const char* bad : {"", "7", "d", "0d", "-1h", "7days", "1.5h", "99999999d"}) EXPECT_FALSE(parse_duration(bad)) << bad;
}

}  // namespace
}  // namespace satchel
