// SPDX-License-Identifier: Apache-2.0
// Trust in certificates that lie in memory: two ends of TLS over a pair of sockets.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include "satchel/net/test_certificate.hpp"
#include "satchel/net/transport.hpp"
#include "tests/support/temporary_folder.hpp"

namespace satchel::net {
namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class Roots : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"ours", "other"}) write_certificate(folder_.path(), name, "DNS:localhost", name);
    write_certificate(folder_.path(), "impostor", "DNS:localhost", "ours");
  }
  std::string pem(const std::string& name) const { return text_of(folder_.path() + "/" + name + ".pem"); }
  /// Whether a client of this context takes the server of the certificate "ours".
  bool trusts(const TlsContext& context) {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    auto server = tls_server_transport(server_tls(folder_.path() + "/ours.pem", folder_.path() + "/ours.key").value(), ends[0]);
    auto client = tls_client_transport(context, ends[1], "localhost");
    Io::Next said = Io::Next::wait_read;
    for (int turns = 0; turns < 100 && (said == Io::Next::wait_read || said == Io::Next::wait_write); ++turns) {
      said = client->handshake().next;
      server->handshake();
    }
    client.reset();
    server.reset();
    for (const int end : ends) close(end);
    return said == Io::Next::go_on;
  }

  TemporaryFolder folder_;
};

TEST_F(Roots, OneOfThemIsFoundByItsName) {
  const std::string both = pem("other") + pem("ours");
  const TlsContext context = client_tls_trusting(both);
  EXPECT_TRUE(trusts(context));
  EXPECT_TRUE(trusts(context)) << "the second time from the store";
}

TEST_F(Roots, NobodyElseIsTrusted) {
  const std::string other = pem("other") + pem("impostor"), none = "no certificate";
  EXPECT_FALSE(trusts(client_tls_trusting(other))) << "one of the same name is another all the same";
  EXPECT_FALSE(trusts(client_tls_trusting(none)));
  EXPECT_FALSE(trusts(client_tls_trusting({})));
}

}  // namespace
}  // namespace satchel::net
