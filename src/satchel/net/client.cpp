// SPDX-License-Identifier: Apache-2.0
#include "satchel/net/client.hpp"

#include <algorithm>
#include <list>
#include <mutex>
#include <optional>
#include <utility>

#include "satchel/net/client_exchange.hpp"
#include "satchel/net/client_connection.hpp"

namespace satchel::net {
namespace {

// Shorter than servers keep them, so that few turn out dead.
constexpr Duration kIdleLife{50'000};

class BlockingClient final : public Client {
 public:
  BlockingClient(const ClientOptions& options, Clock& clock) : options_(options), clock_(&clock) {}

  Result<ClientResponse> send(const ClientRequest& request, Time deadline, const BodySink& sink) override {
    const std::string origin = request.url.origin();
    const Patience patience{clock_, deadline, options_.stall_deadline};
    if (auto idle = take(origin)) {
      ClientExchange exchange(*idle, request, options_, sink, patience);
      auto response = exchange.run();
      if (exchange.reusable()) put_back(origin, std::move(idle));
      const bool died = !response && response.error().code == ErrorCode::unavailable && exchange.untouched();
      if (!died) return response;
    }
    auto fresh = TRY(open(request.url, patience));
    ClientExchange exchange(*fresh, request, options_, sink, patience);
    auto response = exchange.run();
    if (exchange.reusable()) put_back(origin, std::move(fresh));
    return response;
  }

 private:
  Result<std::unique_ptr<ClientConnection>> open(const Url& url, const Patience& patience) {
    const TlsContext tls = url.secure && options_.unix_path.empty() ? TRY(context()) : TlsContext();
    return ClientConnection::open(url, options_.unix_path, tls, patience);
  }

  /// Had at the first use, since the system's certificates take a while to load.
  Result<TlsContext> context() {
    const std::scoped_lock lock(mutex_);
    if (!tls_) tls_ = TRY(client_tls(options_.ca_file));
    return tls_;
  }

  std::unique_ptr<ClientConnection> take(const std::string& origin) {
    for (;;) {
      std::unique_ptr<ClientConnection> connection;
      {
        const std::scoped_lock lock(mutex_);
        const auto at = std::ranges::find(idle_, origin, &Idle::origin);
        if (at == idle_.end()) return nullptr;
        connection = std::move(at->connection);
        idle_.erase(at);
      }
      if (clock_->now() - connection->idle_since < kIdleLife && connection->is_quiet()) return connection;
    }
  }

  /// The one used last is taken first; the oldest gives way.
  void put_back(const std::string& origin, std::unique_ptr<ClientConnection> connection) {
    connection->idle_since = clock_->now();
    std::optional<Idle> surplus;
    const std::scoped_lock lock(mutex_);
    idle_.push_front({origin, std::move(connection)});
    if (idle_.size() <= options_.idle_connections) return;
    surplus = std::move(idle_.back());
    idle_.pop_back();
  }

  struct Idle {
    std::string origin;
    std::unique_ptr<ClientConnection> connection;
  };

  const ClientOptions options_;
  Clock* clock_;
  std::mutex mutex_;
  TlsContext tls_;
  std::list<Idle> idle_;
};

}  // namespace

Result<void> prepare_tls() {
  TRY(client_tls({}));
  return {};
}

std::unique_ptr<Client> Client::create(const ClientOptions& options, Clock& clock) { return std::make_unique<BlockingClient>(options, clock); }

}  // namespace satchel::net
