// SPDX-License-Identifier: Apache-2.0
// What a handler holds of a request: the head, and the way back to the connection's loop from any thread.
#include <utility>

#include "satchel/net/connection.hpp"

namespace satchel::net {
namespace {

class ConnectionExchange final : public Exchange {
 public:
  ConnectionExchange(std::shared_ptr<Connection> connection, std::uint64_t serial, RequestHead head)
      : connection_(std::move(connection)), serial_(serial), head_(std::move(head)) {}
  ~ConnectionExchange() override {
    if (responded_) return;
    auto& loop = connection_->loop();
    loop.dispatch([connection = std::move(connection_), serial = serial_] { connection->abandon(serial); });
  }
  ConnectionExchange(const ConnectionExchange&) = delete;
  ConnectionExchange& operator=(const ConnectionExchange&) = delete;

  const RequestHead& head() const override { return head_; }

  void read(ReadCallback callback) override { start({std::move(callback), {}}); }
  void read_all(std::size_t limit, std::move_only_function<void(Result<std::string>)> callback) override {
    start({{}, std::move(callback), limit});
  }

  void respond(ResponseHead head, std::string body, SentCallback done) override {
    finish({std::move(head), std::move(body), {}, std::move(done)});
  }
  void respond(ResponseHead head, std::vector<FileSlice> body, SentCallback done) override {
    finish({std::move(head), std::move(body), {}, std::move(done)});
  }
  void respond(ResponseHead head, std::unique_ptr<BodySource> body, std::optional<std::uint64_t> length, SentCallback done) override {
    finish({std::move(head), std::move(body), length, std::move(done)});
  }

 private:
  void start(Connection::Read read) {
    connection_->loop().dispatch([connection = connection_, serial = serial_, read = std::move(read)]() mutable {
      connection->read(serial, std::move(read));
    });
  }
  void finish(Connection::Answer answer) {
    responded_ = true;
    // The callbacks below may destroy this exchange.
    connection_->loop().dispatch([connection = connection_, serial = serial_, answer = std::move(answer)]() mutable {
      connection->respond(serial, std::move(answer));
    });
  }

  std::shared_ptr<Connection> connection_;  // shared with its loop and with callbacks on their way
  std::uint64_t serial_;
  RequestHead head_;
  bool responded_ = false;
};

}  // namespace

std::unique_ptr<Exchange> make_exchange(std::shared_ptr<Connection> connection, std::uint64_t serial, RequestHead head) {
  return std::make_unique<ConnectionExchange>(std::move(connection), serial, std::move(head));
}

}  // namespace satchel::net
