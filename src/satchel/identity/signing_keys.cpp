// SPDX-License-Identifier: Apache-2.0
#include "satchel/identity/signing_keys.hpp"

#include <algorithm>

#include "satchel/identity/lifetimes.hpp"
#include "satchel/identity/writing.hpp"
#include "satchel/model/keys.hpp"

namespace satchel::identity {
namespace {

constexpr std::string_view kPurpose = "signing key";
constexpr Duration kFresh = std::chrono::minutes{1};
/// An unknown kid asks the table again, but not for every token that a stranger makes up.
constexpr Duration kUnknownKidEvery = std::chrono::seconds{5};
/// A table that does not answer does not sign everybody out at once.
constexpr Duration kStale = std::chrono::minutes{10};

}  // namespace

Result<SigningKey> SigningKeys::open(const Item& item) const {
  const std::string kid = item.text("kid");
  const auto pkcs8 = vault_->open(kPurpose, item.text("sealed"), kid);
  auto key = pkcs8 ? RsaPrivateKey::from_pkcs8(*pkcs8) : std::nullopt;
  if (!key) {
    return fail(ErrorCode::internal, "The signing keys cannot be opened. Start Satchel with the master key that they were made under.",
                "signing key " + kid + " is sealed by another master key or damaged");
  }
  return SigningKey{kid, from_millis(item.number("signs_from")), *std::move(key)};
}

Result<SigningKeys::Ring> SigningKeys::read(const Call& call) const {
  Ring ring{.keys = {}, .version = 0, .read_at = call.now};
  const auto marker = TRY(reader_->get(call, keys::signing_ring()));
  if (marker) ring.version = marker->number("version");
  Query query{.partition = keys::provider_partition(), .prefix = std::string(keys::kSigningKeyPrefix)};
  do {
    const Page page = TRY(reader_->query(call, query));
    for (const Item& item : page.items) ring.keys.push_back(TRY(open(item)));
    query.cursor = page.cursor;
  } while (!query.cursor.empty());
  std::ranges::sort(ring.keys, {}, &SigningKey::signs_from);
  return ring;
}

Result<SigningKeys::Snapshot> SigningKeys::ring(const Call& call, Duration oldest) const {
  // Held while the table is read: the others wait for the same answer rather than ask for it, too.
  const std::scoped_lock lock(mutex_);
  const auto age = cached_ ? call.now - cached_->read_at : kStale;
  if (cached_ && age < oldest && !cached_->keys.empty()) return cached_;
  auto fresh = read(call);
  if (!fresh && is_retryable(fresh.error().code) && cached_ && age < kStale) return cached_;
  if (!fresh) return std::unexpected(std::move(fresh).error());
  cached_ = std::make_shared<const Ring>(*std::move(fresh));
  return cached_;
}

Result<std::optional<RsaPublicKey>> SigningKeys::find(const Call& call, std::string_view kid) const {
  for (const Duration oldest : {kFresh, kUnknownKidEvery}) {
    const Snapshot now = TRY(ring(call, oldest));
    const auto found = std::ranges::find(now->keys, kid, &SigningKey::kid);
    if (found != now->keys.end()) return std::optional(found->key.public_key());
  }
  return std::nullopt;
}

Result<SigningKey> SigningKeys::signer(const Call& call) const {
  const Snapshot now = TRY(ring(call, kFresh));
  const auto later = std::ranges::upper_bound(now->keys, call.now, {}, &SigningKey::signs_from);
  if (later == now->keys.begin()) return fail(ErrorCode::unavailable, "Nobody can sign in yet. Try again in a moment.", "no signing key was made");
  return *std::prev(later);
}

Result<Json> SigningKeys::jwks(const Call& call) const {
  const Snapshot now = TRY(ring(call, kFresh));
  Json keys = Json::array();
  for (const SigningKey& key : now->keys) keys.push(to_jwk(key.key.public_key(), key.kid));
  return Json::object({{"keys", std::move(keys)}});
}

Operation SigningKeys::put(const Call& call, Random& random, Time signs_from) const {
  const std::string kid = random_id(random);
  Item item{keys::signing_key(kid), {}};
  item.set("kid", kid);
  item.set("created", to_millis(call.now));
  item.set("signs_from", to_millis(signs_from));
  item.set("sealed", vault_->seal(kPurpose, RsaPrivateKey::generate().pkcs8(), kid));
  return Put{std::move(item), Condition::absent()};
}

/// Only where the set of keys is still the one that was read.
Result<WriteOutcome> SigningKeys::change(const Call& call, TableWriter& writer, const Ring& ring, Transaction operations) const {
  Update marker{.key = keys::signing_ring(),
                .condition = ring.version == 0 ? Condition::absent() : Condition::equals("version", ring.version)};
  marker.set.emplace("version", ring.version + 1);
  operations.emplace_back(std::move(marker));
  return write_again(writer, call, operations);
}

Result<void> SigningKeys::tend(const Call& call, TableWriter writer, Random& random) const {
  for (int attempt = 0; attempt < 4; ++attempt) {
    const Ring now = TRY(read(call));
    Transaction operations;
    if (now.keys.empty()) {
      operations.push_back(put(call, random, call.now));
    } else if (now.keys.back().signs_from + kKeyPeriod - kKeyPublishedBefore <= call.now) {
      operations.push_back(put(call, random, std::max(call.now + kKeyPublishedBefore, now.keys.back().signs_from + kKeyPeriod)));
    }
    for (std::size_t i = 0; i + 1 < now.keys.size(); ++i) {
      if (now.keys[i + 1].signs_from + kKeyKeptAfter <= call.now) operations.emplace_back(Delete{keys::signing_key(now.keys[i].kid), {}});
    }
    // An answer that was lost is no trouble: the next look finds what was written.
    if (operations.empty() || TRY(change(call, writer, now, std::move(operations))).committed()) return {};
  }
  return moving();
}

}  // namespace satchel::identity
