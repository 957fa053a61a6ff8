// SPDX-License-Identifier: Apache-2.0
// One request and its answer on a client's connection. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "satchel/net/client.hpp"
#include "satchel/net/client_connection.hpp"
#include "satchel/net/head_parser.hpp"

namespace satchel::net {

class ClientExchange {
 public:
  ClientExchange(ClientConnection& connection, const ClientRequest& request, const ClientOptions& options, const BodySink& sink, const Patience& patience)
      : connection_(&connection), request_(&request), options_(&options), sink_(&sink), patience_(patience) {}

  Result<ClientResponse> run();
  /// Whether the connection can take another request.
  bool reusable() const { return reusable_; }
  /// Whether the same request may be sent on another connection: not a byte of an answer came, and no body was pulled.
  bool untouched() const { return !heard_ && !pulled_; }

 private:
  Result<std::string> head() const;
  Result<bool> send_request();
  Result<bool> send_pulled_body();
  Result<ResponseParsed> read_head();
  Result<std::size_t> more();
  Result<void> read_body(const ResponseParsed& parsed, ClientResponse& response);
  Result<void> read_length(std::uint64_t length, ClientResponse& response);
  Result<void> read_chunks(ClientResponse& response);
  Result<void> read_to_end(ClientResponse& response);
  Result<void> deliver(std::span<const std::byte> bytes, ClientResponse& response) const;

  ClientConnection* connection_;
  const ClientRequest* request_;
  const ClientOptions* options_;
  const BodySink* sink_;
  Patience patience_;
  std::vector<std::byte> memory_ = std::vector<std::byte>(64 * 1024);
  std::string leftover_;  // came with the head
  bool heard_ = false, pulled_ = false, reusable_ = false;
};

}  // namespace satchel::net
