// SPDX-License-Identifier: Apache-2.0
#include "satchel/model/keys.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "satchel/base/crypto.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel {
namespace {

constexpr std::array<std::pair<Family, std::string_view>, 21> kPrefixes{{
    {Family::user, "U#"},         {Family::email, "EM#"},      {Family::node, "N#"},
    {Family::space, "S#"},        {Family::blob, "B#"},        {Family::upload, "UP#"},
    {Family::link, "L#"},         {Family::lease, "LE#"},      {Family::token, "TK#"},
    {Family::outbox, "OB#"},      {Family::consumed, "EV#"},   {Family::dead_letter, "DL#"},
    {Family::idempotency, "IK#"}, {Family::rate, "RL#"},       {Family::session, "SE#"},
    {Family::refresh, "RF#"},     {Family::code, "AC#"},       {Family::invitation, "IN#"},
    {Family::key, "KEY"},         {Family::cursor, "CUR#"},
    {Family::federated, "IDP#"},
}};

constexpr std::string_view kMeta = "META";

/// Sorts as text as it does as a number.
std::string padded(Time time) { return fmt::format("{:015}", to_millis(time)); }

std::string under(Family family, std::string_view rest) {
  return fmt::format("{}{}", prefix(family), rest);
}

}  // namespace

std::string_view prefix(Family family) {
  for (const auto& [known, text] : kPrefixes) {
    if (known == family) return text;
  }
  std::unreachable();
}

std::optional<Family> family_of(std::string_view partition) {
  for (const auto& [family, text] : kPrefixes) {
    if (partition.starts_with(text)) return family;
  }
  return std::nullopt;
}

namespace keys {

Key user(const UserId& user) { return {under(Family::user, user.str()), "PROFILE"}; }
Key password(const UserId& user) { return {under(Family::user, user.str()), "PASSWORD"}; }
Key email(std::string_view folded_address) {
  return {under(Family::email, to_base64url(sha256(folded_address))), "UNIQ"};
}
Key federated(std::string_view issuer, std::string_view subject) {
  // No URL has a line break in it, so no two pairs give one key.
  return {under(Family::federated, to_base64url(sha256(fmt::format("{}\n{}", issuer, subject)))), "MAP"};
}
Key session(std::string_view id) { return {under(Family::session, id), std::string(kMeta)}; }
Key session_family(std::string_view id, std::string_view family) {
  return {under(Family::session, id), fmt::format("{}{}", kFamilyPrefix, family)};
}
Key refresh(std::string_view family) { return {under(Family::refresh, family), std::string(kMeta)}; }
Key code(std::string_view hash) { return {under(Family::code, hash), std::string(kMeta)}; }
Key invitation(std::string_view hash) { return {under(Family::invitation, hash), std::string(kMeta)}; }
Key subject(const UserId& user) { return {under(Family::user, user.str()), "SUBJECT"}; }
std::string provider_partition() { return std::string(prefix(Family::key)); }
Key signing_key(std::string_view kid) { return {provider_partition(), fmt::format("{}{}", kSigningKeyPrefix, kid)}; }
Key signing_ring() { return {provider_partition(), "RING"}; }
Key administrators() { return {provider_partition(), "ADMINISTRATORS"}; }
Key setup() { return {provider_partition(), "SETUP"}; }
Key provider_settings() { return {provider_partition(), "SETTINGS"}; }
Key quota(const SpaceId& space) { return {under(Family::space, space.str()), "QUOTA"}; }
Key tree_guard(const SpaceId& space) { return {under(Family::space, space.str()), "TREE"}; }
std::string trash_partition(const SpaceId& space) {
  return fmt::format("{}{}#TRASH", prefix(Family::space), space.str());
}
Key trash(const SpaceId& space, Time deleted, const EntryId& entry) {
  return {trash_partition(space), fmt::format("{}#{}", padded(deleted), entry.str())};
}
Key entry(const EntryId& entry) { return {under(Family::node, entry.str()), std::string(kMeta)}; }
Key child(const EntryId& parent, std::string_view folded_name) {
  return {under(Family::node, parent.str()), fmt::format("{}{}", kChildPrefix, folded_name)};
}
Key version(const EntryId& entry, std::int64_t revision) {
  return {under(Family::node, entry.str()), fmt::format("{}{:012}", kVersionPrefix, revision)};
}
Key blob(const ObjectKey& object) { return {under(Family::blob, object.str()), std::string(kMeta)}; }
Key upload(const UploadId& upload) { return {under(Family::upload, upload.str()), std::string(kMeta)}; }
Key link(const LinkId& link) { return {under(Family::link, link.str()), std::string(kMeta)}; }
Key lease(const LeaseId& lease) { return {under(Family::lease, lease.str()), std::string(kMeta)}; }
Key token(const TokenId& token) { return {under(Family::token, token.str()), std::string(kMeta)}; }

std::string outbox_partition(int shard) { return under(Family::outbox, fmt::format("{:02}", shard)); }
Key outbox(int shard, std::string_view ulid) { return {outbox_partition(shard), std::string(ulid)}; }
Key outbox_lease(int shard) { return {outbox_partition(shard), "LEASE"}; }
Key consumed(std::string_view consumer, std::string_view event) {
  return {under(Family::consumed, consumer), std::string(event)};
}
Key dead_letter(std::string_view consumer, std::string_view ulid) {
  return {under(Family::dead_letter, consumer), std::string(ulid)};
}
Key idempotency(const UserId& user, std::string_view client_key) {
  return {under(Family::idempotency, fmt::format("{}#{}", user.str(), to_base64url(sha256(client_key)))), "RES"};
}
Key rate(std::string_view subject, std::string_view window) {
  return {under(Family::rate, fmt::format("{}#{}", subject, window)), "N"};
}
Key cursor(std::string_view name, int shard) {
  return {under(Family::cursor, name), fmt::format("{:02}", shard)};
}

std::string mine_partition(const UserId& user, std::string_view kind) {
  return fmt::format("{}{}#{}", prefix(Family::user), user.str(), kind);
}
void index_mine(Item& item, const UserId& user, std::string_view kind, Time time) {
  item.set(kGsi1Partition, mine_partition(user, kind));
  item.set(kGsi1Sort, fmt::format("{}#{}", padded(time), item.key.partition));
}
void index_people(Item& profile, Time created) {
  profile.set(kGsi1Partition, std::string(kPeoplePartition));
  profile.set(kGsi1Sort, fmt::format("{}#{}", padded(created), profile.key.partition));
}
Key entry_link(const EntryId& entry, const LinkId& link) {
  return {under(Family::node, entry.str()), fmt::format("{}{}", prefix(Family::link), link.str())};
}

void index_due(Item& item, Time due) {
  const auto shard = static_cast<unsigned char>(sha256(item.key.partition)[0]) % kDueShards;
  item.set(kGsi2Partition, due_partition(due, shard));
  item.set(kGsi2Sort, fmt::format("{}#{}", padded(due), item.key.partition));
}
std::string due_partition(Time hour, int shard) {
  const std::string text = format_amz(hour);  // yyyymmddThh…
  return fmt::format("EXP#{}{}#{}", text.substr(0, 8), text.substr(9, 2), shard);
}
std::string due_sort_end(Time time) { return padded(time + Duration{1}); }

}  // namespace keys
}  // namespace satchel
