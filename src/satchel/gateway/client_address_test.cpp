// SPDX-License-Identifier: Apache-2.0
#include "satchel/gateway/client_address.hpp"

#include <gtest/gtest.h>

namespace satchel::gateway {
namespace {

TEST(ClientAddress, BelievesNobodyUnlessTold) {
  EXPECT_EQ(TrustedProxies().client("127.0.0.1", "198.51.100.1"), "127.0.0.1");
  const auto proxies = TrustedProxies::parse({"10.0.0.0/8"}).value();
  EXPECT_EQ(proxies.client("192.0.2.1", "198.51.100.1"), "192.0.2.1") << "anybody can write the header";
}

TEST(ClientAddress, TakesTheNearestThatNoTrustedProxyHas) {
  const auto proxies = TrustedProxies::parse({"10.0.0.0/8", "::1", "2001:db8::/33"}).value();
  EXPECT_EQ(proxies.client("10.1.2.3", "1.1.1.1, 198.51.100.1"), "198.51.100.1") << "what stands before it the client wrote itself";
  EXPECT_EQ(proxies.client("10.1.2.3", "198.51.100.1 ,10.9.9.9"), "198.51.100.1");
  EXPECT_EQ(proxies.client("::1", "[2001:db8:8000::1]:443"), "2001:db8:8000::1");
  EXPECT_EQ(proxies.client("::ffff:10.0.0.1", "198.51.100.1:1234"), "198.51.100.1");
  EXPECT_EQ(proxies.client("10.1.2.3", ""), "10.1.2.3");
  EXPECT_EQ(proxies.client("10.1.2.3", "198.51.100.1, unknown"), "10.1.2.3");
  EXPECT_EQ(proxies.client("10.1.2.3", "["), "10.1.2.3");
}

TEST(ClientAddress, RefusesWhatIsNoNetwork) {
  for (const char* bad : {"", "x", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "10.0.0.0/8/8", "localhost"}) EXPECT_FALSE(TrustedProxies::parse({bad})) << bad;
}

TEST(ClientAddress, KnowsLoopback) {
  EXPECT_TRUE(is_loopback("127.9.9.9"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_TRUE(is_loopback("::ffff:127.0.0.1"));
  EXPECT_FALSE(is_loopback("10.0.0.1"));
  EXPECT_FALSE(is_loopback(""));
}

}  // namespace
}  // namespace satchel::gateway
