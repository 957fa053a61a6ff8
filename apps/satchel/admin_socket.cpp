// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/admin_socket.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "satchel/runtime/function.hpp"

namespace satchel {
namespace {

constexpr std::size_t kLargestRequest = 64 * 1024, kLargestAnswer = 256 * 1024;
constexpr timeval kPatience{.tv_sec = 60, .tv_usec = 0};

class Socket {
 public:
  Socket() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> silent() { return fail(ErrorCode::unavailable, "The running server did not answer. Look into its log.", std::strerror(errno)); }

/// False where nobody listens there.
Result<bool> connect_to(const Socket& socket, const std::string& path) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  if (path.size() >= sizeof address.sun_path) return false;  // no server could have bound it
  path.copy(address.sun_path, path.size());
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  if (errno == ENOENT || errno == ECONNREFUSED) return false;
  return fail(ErrorCode::unavailable, fmt::format("The socket {} of the running server cannot be opened: {}.", path, std::strerror(errno)));
}

Result<void> send_all(const Socket& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return silent();
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::string> receive_all(const Socket& socket) {
  std::string bytes;
  std::array<char, 4096> piece{};
  while (true) {
    const ssize_t got = recv(socket.get(), piece.data(), piece.size(), 0);
    if (got == 0) return bytes;
    if (got < 0 || bytes.size() > kLargestAnswer) return silent();
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
}

/// The JSON of "HTTP/1.1 200 …", or the error that a problem document tells.
Result<Json> read_answer(std::string_view bytes) {
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  const std::size_t end = bytes.find("\r\n\r\n");
  if (!bytes.starts_with(kVersion) || end == std::string_view::npos) return silent();
  auto document = TRY(Json::parse(bytes.substr(end + 4)));
  if (bytes.substr(kVersion.size(), 1) == "2") return document;
  const Json* detail = document.find("detail");
  const std::string* sentence = detail ? detail->as<std::string>() : nullptr;
  return fail(ErrorCode::invalid, sentence ? *sentence : "The running server refused.");
}

}  // namespace

void AdminSocket::handle(std::unique_ptr<net::Exchange> exchange) {
  const std::shared_ptr<net::Exchange> shared = std::move(exchange);
  shared->read_all(kLargestRequest, [this, shared](Result<std::string> body) {
    gateway::Pool::Job job = [this, shared, body = std::move(body)] { answer(*shared, body); };
    if (!pool_.submit(job)) shared->respond({.status = 503, .fields = {{"content-type", "application/problem+json"}}}, problem(503, "Too many commands at once."));
  });
}

void AdminSocket::answer(net::Exchange& exchange, const Result<std::string>& body) const {
  const std::string& target = exchange.head().target;
  const auto perform = [&]() -> Result<Json> {
    if (!body) return std::unexpected(body.error());
    const Json request = TRY(Json::parse(*body));
    if (exchange.head().method == "POST" && target == kAddUserPath) return administration_->add_user(request);
    if (exchange.head().method == "POST" && target == kCreateTokenPath) return administration_->create_token(request);
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

Result<std::optional<Json>> ask_admin_socket(const std::string& socket_path, std::string_view path, const Json& request) {
  const Socket socket;
  if (socket.get() < 0) return silent();
  if (!TRY(connect_to(socket, socket_path))) return std::nullopt;
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  const std::string body = request.text();
  TRY(send_all(socket, fmt::format("POST {} HTTP/1.1\r\nHost: local\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", path, body.size(), body)));
  return std::optional(TRY(read_answer(TRY(receive_all(socket)))));
}

}  // namespace satchel
