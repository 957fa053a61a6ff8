// SPDX-License-Identifier: Apache-2.0
// OpenSSL reads from the socket and writes into memory: its records of 16 KiB are gathered and leave in few, large send(2) calls.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "satchel/net/roots.hpp"
#include "satchel/net/socket_io.hpp"
#include "satchel/net/transport.hpp"

namespace satchel::net {
namespace {

constexpr std::size_t kBatch = 256 * 1024;
constexpr std::size_t kRecord = 16 * 1024;
constexpr std::size_t kFilePiece = 64 * 1024;

using Outbox = std::vector<std::byte>;

int outbox_write(BIO* bio, const char* data, int size) {
  auto& outbox = *static_cast<Outbox*>(BIO_get_data(bio));
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  outbox.insert(outbox.end(), bytes, bytes + size);
  return size;
}

long outbox_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* outbox_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "gathers records");
    BIO_meth_set_write(made, outbox_write);
    BIO_meth_set_ctrl(made, outbox_control);
    BIO_meth_set_create(made, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return made;
  }();
  return method;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(const TlsContext& context, int socket) : context_(context), socket_(socket), ssl_(SSL_new(context.get())) {
    BIO* out = BIO_new(outbox_method());
    BIO_set_data(out, &outbox_);
    SSL_set_bio(ssl_, BIO_new_socket(socket, BIO_NOCLOSE), out);
  }
  ~TlsTransport() override { SSL_free(ssl_); }
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  SSL* ssl() { return ssl_; }

  Io handshake() override {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_);
    const Io io = result == 1 ? Io{} : outcome(result);
    const Io sent = flush();
    return sent.next == Io::Next::go_on ? io : sent;
  }

  Io read(std::span<std::byte> into) override {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(ssl_, into.data(), into.size(), &got);
    Io io = result == 1 ? Io{got, Io::Next::go_on} : outcome(result);
    // Answers of TLS itself (a key update) leave by the way; if the socket is full, with the next write.
    if (!outbox_.empty() && flush().next == Io::Next::broken) io.next = Io::Next::broken;
    return io;
  }

  Io write(std::span<const std::byte> bytes, bool more) override {
    Io io;
    while (io.bytes < bytes.size()) {
      if (outbox_.size() >= kBatch) {
        const Io sent = flush();
        if (sent.next != Io::Next::go_on) return {io.bytes, sent.next};
      }
      if (!encrypt(bytes.subspan(io.bytes, std::min(kRecord, bytes.size() - io.bytes)))) return {io.bytes, Io::Next::broken};
      io.bytes += std::min(kRecord, bytes.size() - io.bytes);
    }
    // The rest leaves by flush(), where its blocking is told.
    if (!more) io.next = flush().next == Io::Next::broken ? Io::Next::broken : Io::Next::go_on;
    return io;
  }

  Io send_file(int file, std::uint64_t offset, std::uint64_t length) override {
    if (outbox_.size() >= kBatch) {
      const Io sent = flush();
      if (sent.next != Io::Next::go_on) return {0, sent.next};
    }
    std::array<std::byte, kFilePiece> piece;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, kFilePiece));
    ssize_t got = 0;
    do {
      got = ::pread(file, piece.data(), wanted, static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    if (got <= 0) return {0, Io::Next::broken};
    return write(std::span(piece).first(static_cast<std::size_t>(got)), /*more=*/true);
  }

  Io flush() override {
    const Io io = transmit(socket_, std::span(outbox_).subspan(sent_), /*more=*/false);
    sent_ += io.bytes;
    if (sent_ == outbox_.size()) {
      outbox_.clear();
      sent_ = 0;
    }
    return {0, io.next};
  }

  void rest() override { Outbox().swap(outbox_); }
  std::size_t unsent() const override { return outbox_.size() - sent_; }
  bool has_read_ahead() const override { return SSL_has_pending(ssl_) == 1; }

  void end_writing() override {
    ERR_clear_error();
    if (SSL_is_init_finished(ssl_)) SSL_shutdown(ssl_);
    flush();
    ::shutdown(socket_, SHUT_WR);
  }

  std::string failure() const override {
    const long verdict = SSL_get_verify_result(ssl_);
    return verdict == X509_V_OK ? failure_ : X509_verify_cert_error_string(verdict);
  }

 private:
  bool encrypt(std::span<const std::byte> bytes) {
    ERR_clear_error();
    std::size_t written = 0;
    return SSL_write_ex(ssl_, bytes.data(), bytes.size(), &written) == 1 && written == bytes.size();
  }

  Io outcome(int result) {
    switch (SSL_get_error(ssl_, result)) {
      case SSL_ERROR_WANT_READ: return {0, Io::Next::wait_read};
      case SSL_ERROR_WANT_WRITE: return {0, Io::Next::wait_write};
      case SSL_ERROR_ZERO_RETURN: return {0, Io::Next::ended};
      default: break;
    }
    if (const char* reason = ERR_reason_error_string(ERR_peek_last_error())) failure_ = reason;
    return {0, Io::Next::broken};
  }

  TlsContext context_;
  int socket_;
  SSL* ssl_;
  Outbox outbox_;
  std::size_t sent_ = 0;
  std::string failure_;
};

std::string openssl_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason ? reason : "unknown";
}

int choose_http_1_1(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs - 1, in, in_size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

TlsContext new_context(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
  // Forward secrecy and authenticated encryption only, where TLS 1.2 still leaves a choice.
  SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  return context;
}

std::unexpected<Error> unreadable(const std::string& file) {
  return fail(ErrorCode::invalid, "The certificates in " + file + " cannot be read. Give a PEM file of certificates to trust.", openssl_reason());
}

/// Finds trusted certificates by their subject when a chain ends there: reading the five takes a millisecond, which a start can do without.
int find_root(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name, X509_OBJECT* found) {
  if (type != X509_LU_X509) return 0;
  const auto& pem = *static_cast<const std::string_view*>(X509_LOOKUP_get_method_data(lookup));
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  int result = 0;
  while (X509* certificate = PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)) {
    if (X509_NAME_cmp(X509_get_subject_name(certificate), name) == 0) {
      // The store holds all of that name from here on, and is asked first the next time; `found` holds none of its own.
      X509_STORE_add_cert(X509_LOOKUP_get_store(lookup), certificate);
      if (result == 0 && X509_OBJECT_set1_X509(found, certificate) == 1) {
        X509_free(certificate);
        result = 1;
      }
    }
    X509_free(certificate);
  }
  ERR_clear_error();  // of the end of the text
  return result;
}

X509_LOOKUP_METHOD* root_lookup() {
  static X509_LOOKUP_METHOD* const method = [] {
    X509_LOOKUP_METHOD* made = X509_LOOKUP_meth_new("certificates in memory");
    X509_LOOKUP_meth_set_get_by_subject(made, find_root);
    X509_LOOKUP_meth_set_free(made, [](X509_LOOKUP* lookup) { delete static_cast<std::string_view*>(X509_LOOKUP_get_method_data(lookup)); });
    return made;
  }();
  return method;
}

TlsContext new_client_context() {
  ERR_clear_error();
  TlsContext context = new_context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

/// The file that the environment names wins over what is in the binary, as OpenSSL has it with the machine's.
Result<TlsContext> context_trusting(std::string ca_file) {
  // A binary that brings its own roots asks nothing of the machine it is on, and its start is short.
  if (!embedded_roots().empty()) OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  const char* named = ca_file.empty() && !embedded_roots().empty() ? ::secure_getenv("SSL_CERT_FILE") : nullptr;
  if (named) ca_file = named;
  if (ca_file.empty() && !embedded_roots().empty()) return client_tls_trusting(embedded_roots());
  TlsContext context = new_client_context();
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get()) : SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr);
  if (loaded != 1) return unreadable(ca_file);
  return context;
}

}  // namespace

Result<TlsContext> server_tls(const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  TlsContext context = new_context(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return fail(ErrorCode::invalid, "The certificate file " + certificate_file + " cannot be read. Give a PEM file with the whole chain.",
                openssl_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return fail(ErrorCode::invalid, "The key file " + key_file + " cannot be read or does not fit the certificate. Give the PEM file of its key.",
                openssl_reason());
  }
  SSL_CTX_set_alpn_select_cb(context.get(), choose_http_1_1, nullptr);
  return context;
}

TlsContext client_tls_trusting(std::string_view pem) {
  TlsContext context = new_client_context();
  X509_LOOKUP* lookup = X509_STORE_add_lookup(SSL_CTX_get_cert_store(context.get()), root_lookup());
  X509_LOOKUP_set_method_data(lookup, new std::string_view(pem));
  return context;
}

Result<TlsContext> client_tls(const std::string& ca_file) {
  if (!ca_file.empty()) return context_trusting(ca_file);
  static std::mutex mutex;
  static TlsContext standard;
  const std::scoped_lock lock(mutex);
  if (!standard) standard = TRY(context_trusting({}));
  return standard;
}

std::unique_ptr<Transport> tls_server_transport(const TlsContext& context, int socket) {
  auto transport = std::make_unique<TlsTransport>(context, socket);
  SSL_set_accept_state(transport->ssl());
  return transport;
}

std::unique_ptr<Transport> tls_client_transport(const TlsContext& context, int socket, const std::string& host) {
  auto transport = std::make_unique<TlsTransport>(context, socket);
  SSL* ssl = transport->ssl();
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) != 1) {
    SSL_set1_host(ssl, host.c_str());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  SSL_set_connect_state(ssl);
  return transport;
}

}  // namespace satchel::net
