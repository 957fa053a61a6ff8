// SPDX-License-Identifier: Apache-2.0
#include "satchel/base/digest.hpp"

#include <openssl/evp.h>

#include <cstdlib>
#include <new>

namespace satchel {
namespace {

void demand(int done) {
  if (done != 1) std::abort();  // OpenSSL without memory, or without these algorithms
}

EVP_MD_CTX* context(const std::shared_ptr<void>& state) { return static_cast<EVP_MD_CTX*>(state.get()); }

}  // namespace

Digest::Digest(const void* algorithm) : state_(EVP_MD_CTX_new(), [](void* state) { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(state)); }) {
  if (!state_) throw std::bad_alloc();
  demand(EVP_DigestInit_ex(context(state_), static_cast<const EVP_MD*>(algorithm), nullptr));
}

Digest Digest::sha256() { return Digest(EVP_sha256()); }
Digest Digest::md5() { return Digest(EVP_md5()); }

void Digest::update(std::span<const std::byte> bytes) { demand(EVP_DigestUpdate(context(state_), bytes.data(), bytes.size())); }

std::string Digest::finish() {
  std::string digest(static_cast<std::size_t>(EVP_MD_CTX_size(context(state_))), '\0');
  demand(EVP_DigestFinal_ex(context(state_), reinterpret_cast<unsigned char*>(digest.data()), nullptr));
  return digest;
}

}  // namespace satchel
