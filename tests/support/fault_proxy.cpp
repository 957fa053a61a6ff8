// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fault_proxy.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace satchel {
namespace {

/// A message as it stood on the wire: head with its last empty line, and body.
struct Message {
  std::string head, body;

  std::string_view first_line() const { return std::string_view(head).substr(0, head.find("\r\n")); }
  std::string word(std::size_t number) const {
    std::string_view line = first_line();
    for (; number > 0; --number) line.remove_prefix(std::min(line.size(), line.find(' ') + 1));
    return std::string(line.substr(0, line.find(' ')));
  }
  /// The value of a field; `name` in lower case.
  std::string field(std::string_view name) const {
    std::string_view rest(head);
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find("\r\n"));
      rest.remove_prefix(std::min(rest.size(), line.size() + 2));
      const std::size_t colon = line.find(':');
      if (colon == name.size() && std::ranges::equal(line.substr(0, colon), name, {}, [](char c) { return std::tolower(static_cast<unsigned char>(c)); })) {
        const std::size_t begin = line.find_first_not_of(' ', colon + 1);
        return begin == std::string_view::npos ? "" : std::string(line.substr(begin));
      }
    }
    return "";
  }
  /// Without those fields; lower case.
  void drop_fields(std::initializer_list<std::string_view> names) {
    std::string kept(first_line());
    kept += "\r\n";
    std::string_view rest = std::string_view(head).substr(kept.size());
    while (rest.size() > 2) {
      const std::string_view line = rest.substr(0, rest.find("\r\n") + 2);
      rest.remove_prefix(line.size());
      std::string name(line.substr(0, line.find(':')));
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (std::ranges::find(names, name) == names.end()) kept += line;
    }
    head = kept + "\r\n";
  }
  void add_field(std::string_view name, std::string_view value) { head.insert(head.size() - 2, fmt::format("{}: {}\r\n", name, value)); }
};

std::size_t number_in(std::string_view text, int base = 10) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number, base);
  return number;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// What is left over stays in `buffer`. False at the end of the connection.
bool receive_until(int socket, std::string& buffer, std::size_t size) {
  char piece[65536];
  while (buffer.size() < size) {
    const auto got = ::recv(socket, piece, sizeof piece, 0);
    if (got <= 0) return false;
    buffer.append(piece, static_cast<std::size_t>(got));
  }
  return true;
}

std::optional<Message> receive_request(int socket, std::string& buffer) {
  std::size_t end;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!receive_until(socket, buffer, buffer.size() + 1)) return std::nullopt;
  }
  Message request{buffer.substr(0, end + 4), {}};
  buffer.erase(0, end + 4);
  if (request.field("expect") == "100-continue" && !send_all(socket, "HTTP/1.1 100 Continue\r\n\r\n")) return std::nullopt;
  const std::size_t length = number_in(request.field("content-length"));
  if (!receive_until(socket, buffer, length)) return std::nullopt;
  request.body = buffer.substr(0, length);
  buffer.erase(0, length);
  return request;
}

std::string without_chunks(std::string_view rest) {
  std::string body;
  while (const std::size_t size = number_in(rest, 16)) {
    rest.remove_prefix(rest.find("\r\n") + 2);
    body += rest.substr(0, size);
    rest.remove_prefix(std::min(rest.size(), size + 2));
  }
  return body;
}

int connected(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const sockaddr_in address{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

/// The engine's answer, framed by its length; each over a connection of its own.
std::optional<Message> ask_engine(std::uint16_t port, Message request) {
  const bool head_only = request.word(0) == "HEAD";
  request.drop_fields({"connection", "expect"});
  request.add_field("connection", "close");
  const int socket = connected(port);
  if (socket < 0) return std::nullopt;
  std::string all;
  if (send_all(socket, request.head + request.body)) receive_until(socket, all, std::string::npos);
  ::close(socket);
  std::size_t end = all.find("\r\n\r\n");
  while (end != std::string::npos && all.starts_with("HTTP/1.1 100")) {
    all.erase(0, end + 4);
    end = all.find("\r\n\r\n");
  }
  if (end == std::string::npos) return std::nullopt;
  Message answer{all.substr(0, end + 4), all.substr(end + 4)};
  if (answer.field("transfer-encoding") == "chunked") answer.body = without_chunks(answer.body);
  answer.drop_fields({"connection", "transfer-encoding", head_only ? "connection" : "content-length"});
  if (!head_only) answer.add_field("content-length", std::to_string(answer.body.size()));
  return answer;
}

/// "TransactWriteItems"; "POST uploads", "GET", "DELETE uploadId".
std::string name_of(const Message& request) {
  const std::string operation = request.field("x-amz-target");
  if (!operation.empty()) return operation.substr(operation.rfind('.') + 1);
  const std::string target = request.word(1);
  for (const std::string_view sub : {"uploads", "uploadId"}) {
    if (target.find(fmt::format("?{}", sub)) != std::string::npos || target.find(fmt::format("&{}=", sub)) != std::string::npos) return fmt::format("{} {}", request.word(0), sub);
  }
  return request.word(0);
}

Message made(int status, std::string_view type, std::string body) {
  return {fmt::format("HTTP/1.1 {} -\r\ncontent-type: {}\r\ncontent-length: {}\r\n\r\n", status, type, body.size()), std::move(body)};
}
Message table_answer(int status, std::string_view type, std::string_view more = "") {
  return made(status, "application/x-amz-json-1.0", fmt::format(R"({{"__type":"com.amazonaws.dynamodb.v20120810#{}","message":"injected"{}}})", type, more));
}
Message store_answer(const Message& request, int status, std::string_view code) {
  Message answer = made(status, "application/xml", fmt::format("<Error><Code>{}</Code><Message>injected</Message></Error>", code));
  if (request.word(0) == "HEAD") answer.body.clear();
  return answer;
}

/// What the service says instead of the engine; empty where the fault is that it says nothing.
std::optional<Message> refusal(WireFault fault, const Message& request, const std::string& name) {
  const bool table = !request.field("x-amz-target").empty();
  if (!befalls(fault, name)) return std::nullopt;
  switch (fault) {
    case WireFault::throttle:
      return table ? table_answer(400, "ProvisionedThroughputExceededException") : store_answer(request, 503, "SlowDown");
    case WireFault::conflict:
      if (name == "TransactWriteItems") return table_answer(400, "TransactionCanceledException", R"(,"CancellationReasons":[{"Code":"TransactionConflict","Message":"injected"}])");
      return store_answer(request, 409, "OperationAborted");
    case WireFault::error:
    case WireFault::error_after:
      if (name == "POST uploadId") return store_answer(request, 200, "InternalError");  // a completion may fail behind its 200
      return table ? table_answer(500, "InternalServerError") : store_answer(request, 500, "InternalError");
    case WireFault::drop:
    case WireFault::lose: return std::nullopt;
  }
  std::unreachable();
}

/// What becomes of one exchange.
struct Fate {
  bool reaches_engine = true;
  bool answered = true;
  std::optional<Message> instead = {};  // of the engine's answer
};

Fate fate_of(std::optional<WireFault> fault, const Message& request, const std::string& name) {
  if (!fault) return {};
  Fate fate{.reaches_engine = *fault == WireFault::lose || *fault == WireFault::error_after,
            .answered = *fault != WireFault::drop && *fault != WireFault::lose,
            .instead = refusal(*fault, request, name)};
  if (fate.answered && !fate.instead) fate.reaches_engine = true;
  return fate;
}

}  // namespace

std::string_view to_string(WireFault fault) {
  switch (fault) {
    case WireFault::drop: return "request dropped";
    case WireFault::lose: return "answer lost";
    case WireFault::throttle: return "throttled";
    case WireFault::conflict: return "conflict";
    case WireFault::error: return "error";
    case WireFault::error_after: return "error after the effect";
  }
  std::unreachable();
}

bool befalls(WireFault fault, std::string_view name) {
  return fault != WireFault::conflict || name == "TransactWriteItems" || name.starts_with("PUT") || name.starts_with("POST") || name.starts_with("DELETE");
}

void Wire::arm(std::size_t call, WireFault fault, bool lasting) {
  const std::scoped_lock lock(mutex_);
  plan_ = Plan{call, fault, lasting};
}

void Wire::reset() {
  const std::scoped_lock lock(mutex_);
  trace_.clear();
  plan_.reset();
  spoilt_ = 0;
}

std::vector<std::string> Wire::trace() const {
  const std::scoped_lock lock(mutex_);
  return trace_;
}

std::size_t Wire::spoilt() const {
  const std::scoped_lock lock(mutex_);
  return spoilt_;
}

bool Wire::meets(const std::string& name) const {
  constexpr std::size_t kMostInARow = 8;
  if (!plan_ || trace_.size() < plan_->call) return false;
  if (trace_.size() == plan_->call) return true;
  const auto first = trace_.begin() + static_cast<std::ptrdiff_t>(plan_->call) - 1;
  return plan_->lasting && trace_.size() < plan_->call + kMostInARow && std::all_of(first, trace_.end(), [&](const std::string& other) { return other == name; });
}

std::optional<WireFault> Wire::next(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  trace_.push_back(name);
  if (!meets(name)) return std::nullopt;
  ++spoilt_;
  return plan_->fault;
}

FaultProxy::FaultProxy(Wire& wire, std::string_view engine, Done done)
    : wire_(wire),
      done_(std::move(done)),
      engine_port_(static_cast<std::uint16_t>(number_in(engine.substr(engine.rfind(':') + 1)))),
      listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 64) != 0) {
    throw std::runtime_error("the proxy has no port to listen on");
  }
  acceptor_ = std::thread([this] { accept_all(); });
}

FaultProxy::~FaultProxy() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::scoped_lock lock(mutex_);
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& connection : connections_) connection.join();
  ::close(listener_);
}

std::string FaultProxy::origin() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return fmt::format("http://127.0.0.1:{}", ntohs(address.sin_port));
}

void FaultProxy::accept_all() {
  while (!stopping_) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const int yes = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const std::scoped_lock lock(mutex_);
    open_.push_back(client);
    connections_.emplace_back([this, client] {
      serve(client);
      const std::scoped_lock closing(mutex_);
      std::erase(open_, client);
      ::close(client);
    });
  }
}

void FaultProxy::serve(int client) {
  std::string buffer;
  while (const auto request = receive_request(client, buffer)) {
    const std::string name = name_of(*request), target = request->word(1);
    const bool transfer = target.find("X-Amz-Signature=") != std::string::npos;
    Fate fate = fate_of(transfer ? std::nullopt : wire_.next(name), *request, name);
    std::optional<Message> answer;
    if (fate.reaches_engine) answer = ask_engine(engine_port_, *request);
    if (answer && answer->word(1).starts_with('2') && done_) done_(request->word(0), target);
    if (fate.instead) answer = std::move(fate.instead);
    if (!fate.answered || !answer || !send_all(client, answer->head + answer->body)) break;
  }
  ::shutdown(client, SHUT_RDWR);
}

}  // namespace satchel
