// SPDX-License-Identifier: Apache-2.0
// The object store alone, for checks by S3 clients that we did not write: `objects_server FOLDER` prints its port and serves
// until its standard input ends. The access key is "satchel-test", its secret "satchel-test-secret".
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "satchel/base/clock.hpp"
#include "satchel/base/log.hpp"
#include "satchel/base/random.hpp"
#include "satchel/net/server.hpp"
#include "satchel/objects/endpoint.hpp"
#include "satchel/objects/store.hpp"

namespace {

using namespace satchel;

int complain(const Error& error) {
  std::cerr << error.message << ' ' << error.detail << '\n';
  return 1;
}

int serve(const char* folder) {
  const auto clock = system_clock();
  const auto random = system_random();
  const auto log = fd_logger(STDERR_FILENO, LogLevel::warn, *clock);
  objects::StoreOptions store_options;
  store_options.folder = folder;
  auto store = objects::Store::open(store_options, *clock, *random, *log);
  if (!store) return complain(store.error());
  objects::EndpointOptions options;
  options.secrets = [](std::string_view key) { return key == "satchel-test" ? std::optional<std::string>("satchel-test-secret") : std::nullopt; };
  const auto endpoint = objects::Endpoint::create(std::move(options), **store, *clock, *random, *log);
  auto server = net::Server::start({}, *endpoint, *log);
  if (!server) return complain(server.error());
  std::cout << (*server)->port() << std::endl;
  while (std::cin.get() != std::char_traits<char>::eof()) {
  }
  (*server)->stop(clock->now() + std::chrono::seconds{5});
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "usage: objects_server FOLDER\n";
    return 2;
  }
  return serve(arguments[1]);
}
