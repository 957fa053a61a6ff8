// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <memory>

namespace satchel {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;
constexpr std::size_t kKey = 32;

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

void require(bool condition) {
  if (!condition) std::abort();
}

const unsigned char* data(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* data(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
  require(EVP_Digest(bytes.data(), bytes.size(), data(out), nullptr, algorithm, nullptr) == 1);
  return out;
}

}  // namespace

std::string sha256(std::string_view bytes) { return digest(EVP_sha256(), bytes); }
std::string sha1(std::string_view bytes) { return digest(EVP_sha1(), bytes); }
std::string md5(std::string_view bytes) { return digest(EVP_md5(), bytes); }

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  require(!key.empty());
  std::string out(32, '\0');
  require(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data(bytes), bytes.size(),
               data(out), nullptr) != nullptr);
  return out;
}

std::string derive_key(std::string_view master, std::string_view label) {
  require(!master.empty());
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), &EVP_PKEY_CTX_free);
  std::string out(kKey, '\0');
  std::size_t length = out.size();
  require(context && EVP_PKEY_derive_init(context.get()) == 1 &&
          EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) == 1 &&
          EVP_PKEY_CTX_set1_hkdf_key(context.get(), data(master), static_cast<int>(master.size())) == 1 &&
          EVP_PKEY_CTX_add1_hkdf_info(context.get(), data(label), static_cast<int>(label.size())) == 1 &&
          EVP_PKEY_derive(context.get(), data(out), &length) == 1);
  return out;
}

std::string seal(std::string_view key, std::string_view plain, std::string_view context) {
  require(key.size() == kKey);
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string out(kNonce + plain.size() + kTag, '\0');
  require(RAND_bytes(data(out), kNonce) == 1);
  int length = 0;
  require(cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, data(key), data(out)) == 1 &&
          EVP_EncryptUpdate(cipher.get(), nullptr, &length, data(context), static_cast<int>(context.size())) == 1 &&
          EVP_EncryptUpdate(cipher.get(), data(out) + kNonce, &length, data(plain), static_cast<int>(plain.size())) == 1 &&
          EVP_EncryptFinal_ex(cipher.get(), data(out) + kNonce + plain.size(), &length) == 1 &&
          EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag, data(out) + kNonce + plain.size()) == 1);
  return out;
}

std::optional<std::string> open_sealed(std::string_view key, std::string_view sealed, std::string_view context) {
  require(key.size() == kKey);
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  const std::string_view body = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
  std::string tag(sealed.substr(sealed.size() - kTag));
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  std::string plain(body.size(), '\0');
  int length = 0;
  require(cipher && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, data(key), data(sealed)) == 1 &&
          EVP_DecryptUpdate(cipher.get(), nullptr, &length, data(context), static_cast<int>(context.size())) == 1 &&
          EVP_DecryptUpdate(cipher.get(), data(plain), &length, data(body), static_cast<int>(body.size())) == 1 &&
          EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(cipher.get(), data(plain) + plain.size(), &length) != 1) return std::nullopt;
  return plain;
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace satchel
