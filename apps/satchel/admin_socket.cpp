// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/admin_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "satchel/net/client.hpp"
#include "satchel/runtime/function.hpp"

namespace satchel {
namespace {

constexpr std::size_t kLargestRequest = 64 * 1024;
constexpr Duration kPatience = std::chrono::seconds{60};

/// What the server's problem document says.
Error refusal(const net::ClientResponse& response) {
  const auto document = Json::parse(response.body);
  const Json* detail = document ? document->find("detail") : nullptr;
  const std::string* sentence = detail ? detail->as<std::string>() : nullptr;
  return {response.status == 404 ? ErrorCode::not_found : ErrorCode::invalid, sentence ? *sentence : "The running server refused. Look into its log."};
}

/// Whether a server accepts connections there: a socket file outlives a process that was killed.
bool is_listening(const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path.size() >= sizeof address.sun_path) return false;  // no server could have bound it
  path.copy(address.sun_path, path.size());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool answered = fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (fd >= 0) ::close(fd);
  return answered;
}

}  // namespace

void AdminSocket::handle(std::unique_ptr<net::Exchange> exchange) {
  const std::shared_ptr<net::Exchange> shared = std::move(exchange);
  shared->read_all(kLargestRequest, [this, shared](Result<std::string> body) {
    Pool::Job job = [this, shared, body = std::move(body)] { answer(*shared, body); };
    if (!pool_.submit(job)) shared->respond({.status = 503, .fields = {{"content-type", "application/problem+json"}}}, problem(503, "Too many commands at once."));
  });
}

void AdminSocket::answer(net::Exchange& exchange, const Result<std::string>& body) const {
  const std::string& target = exchange.head().target;
  const auto perform = [&]() -> Result<Json> {
    if (!body) return std::unexpected(body.error());
    const Json request = TRY(Json::parse(*body));
    const bool posted = exchange.head().method == "POST";
    if (posted && target == kAddUserPath) return administration_->add_user(request);
    if (posted && target == kCreateTokenPath) return administration_->create_token(request);
    if (posted && target == kRedrivePath) return administration_->redrive(request);
    return fail(ErrorCode::not_found, "The running server is of another version and does not know this command. Start it again.");
  };
  const auto result = perform();
  Response response = result ? Response::json(*result) : satchel::problem(result.error(), "admin");
  net::ResponseHead head{.status = response.status, .fields = {}};
  for (auto& [name, value] : response.headers) head.fields.add(std::move(name), std::move(value));
  exchange.respond(std::move(head), std::move(response.body));
}

std::string AdminSocket::problem(int status, std::string_view sentence) {
  return Json::object({{"type", "refused"}, {"status", status}, {"detail", sentence}}).text();
}

Result<std::optional<Json>> ask_admin_socket(const std::string& socket_path, std::string_view path, const Json& request, Clock& clock) {
  if (!is_listening(socket_path)) return std::nullopt;
  const auto client = net::Client::create({.unix_path = socket_path}, clock);
  const net::ClientRequest message{.method = "POST",
                                   .url = {.secure = false, .host = "localhost", .port = 80, .target = std::string(path)},
                                   .fields = {{"content-type", "application/json"}},
                                   .body = request.text()};
  const auto response = TRY(client->send(message, clock.now() + kPatience));
  if (response.status >= 300) return std::unexpected(refusal(response));
  return std::optional(TRY(Json::parse(response.body)));
}

}  // namespace satchel
