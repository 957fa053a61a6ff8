// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/rsa.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdlib>

namespace satchel {
namespace {

constexpr int kFewestBits = 2048, kMostBits = 8192;

template <class T, void (*Free)(T*)>
struct Freer {
  void operator()(T* object) const { Free(object); }
};
using Number = std::unique_ptr<BIGNUM, Freer<BIGNUM, BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM, OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX, EVP_MD_CTX_free>>;
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free>>;

void require(bool condition) {
  if (!condition) std::abort();
}

const unsigned char* data(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) { return {key, &EVP_PKEY_free}; }

Number number_from(std::string_view bytes) {
  return Number(BN_bin2bn(data(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::string number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* read = nullptr;
  require(EVP_PKEY_get_bn_param(key, name, &read) == 1);
  const Number number(read);
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

bool is_odd(std::string_view number) { return !number.empty() && (static_cast<unsigned char>(number.back()) & 1) == 1; }

/// Sizes are judged before OpenSSL computes with them: a huge exponent is a way to stop a verifier.
bool may_be_key(const RsaNumbers& numbers) {
  const bool exponent = is_odd(numbers.e) && numbers.e.size() <= 4 && numbers.e[0] != '\0' && numbers.e != "\x01";
  return exponent && is_odd(numbers.n) && numbers.n[0] != '\0' && numbers.n.size() * 8 <= kMostBits;
}

}  // namespace

std::optional<RsaPublicKey> RsaPublicKey::from(const RsaNumbers& numbers) {
  if (!may_be_key(numbers)) return std::nullopt;
  const Number n = number_from(numbers.n), e = number_from(numbers.e);
  if (BN_num_bits(n.get()) < kFewestBits) return std::nullopt;
  const Builder builder(OSSL_PARAM_BLD_new());
  require(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
          OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  require(context && EVP_PKEY_fromdata_init(context.get()) == 1);
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) return std::nullopt;
  return RsaPublicKey(owned(key));
}

RsaNumbers RsaPublicKey::numbers() const {
  return {number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N), number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E)};
}

bool RsaPublicKey::verifies(std::string_view bytes, std::string_view signature) const {
  const Digest context(EVP_MD_CTX_new());
  require(context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
  return EVP_DigestVerify(context.get(), data(signature), signature.size(), data(bytes), bytes.size()) == 1;
}

RsaPrivateKey RsaPrivateKey::generate() {
  EVP_PKEY* key = EVP_RSA_gen(kFewestBits);
  require(key != nullptr);
  return RsaPrivateKey(owned(key));
}

std::optional<RsaPrivateKey> RsaPrivateKey::from_pkcs8(std::string_view der) {
  const unsigned char* next = data(der);
  const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, static_cast<long>(der.size())));
  if (!info) return std::nullopt;
  auto key = owned(EVP_PKCS82PKEY(info.get()));
  if (!key || EVP_PKEY_is_a(key.get(), "RSA") != 1 || EVP_PKEY_get_bits(key.get()) < kFewestBits) return std::nullopt;
  return RsaPrivateKey(std::move(key));
}

std::string RsaPrivateKey::pkcs8() const {
  const Pkcs8 info(EVP_PKEY2PKCS8(key_.get()));
  unsigned char* der = nullptr;
  const int length = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der) : -1;
  require(length > 0);
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length));
  OPENSSL_clear_free(der, static_cast<std::size_t>(length));
  return text;
}

std::string RsaPrivateKey::sign(std::string_view bytes) const {
  const Digest context(EVP_MD_CTX_new());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
  std::size_t length = signature.size();
  require(context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
          EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, data(bytes), bytes.size()) == 1);
  signature.resize(length);
  return signature;
}

RsaPublicKey RsaPrivateKey::public_key() const {
  return *RsaPublicKey::from({number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N), number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E)});
}

}  // namespace satchel
