// SPDX-License-Identifier: Apache-2.0
// The key schema: every partition and sort key of the table is made here and nowhere else. docs/architecture.md shows it as a table.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "satchel/base/time.hpp"
#include "satchel/model/ids.hpp"
#include "satchel/model/item.hpp"

namespace satchel {

/// The first part of a partition key. A function may write only the families its row in the registry names.
enum class Family {
  user,         // U#    profile, pointers
  email,        // EM#   one account per address
  federated,    // IDP#  a subject of an outside issuer, and whom it stands for
  node,         // N#    entries, directory entries, versions
  space,        // S#    quota, tree guard, trash
  blob,         // B#    reference counts
  upload,       // UP#
  link,         // L#
  lease,        // LE#   one download of a limited link
  token,        // TK#   personal API tokens
  outbox,       // OB#
  consumed,     // EV#   consumer has handled an event
  dead_letter,  // DL#
  idempotency,  // IK#
  rate,         // RL#   lock-out and guess counters
  session,      // SE#
  refresh,      // RF#
  code,         // AC#   authorization codes
  invitation,   // IN#   invitations, address checks, resets
  key,          // KEY   signing keys, provider settings
  cursor,       // CUR#
};

std::string_view prefix(Family family);
/// Empty where the partition is none of ours.
std::optional<Family> family_of(std::string_view partition);

namespace keys {

// People.
Key user(const UserId& user);                                     // U#uid / PROFILE
Key password(const UserId& user);                                 // U#uid / PASSWORD
Key email(std::string_view folded_address);                      // EM#hash / UNIQ
Key federated(std::string_view issuer, std::string_view subject); // IDP#hash / MAP
// The identity provider: sessions, refresh families, codes and one-use tokens, by the keyed hash of what opens them or a random id.
Key session(std::string_view id);                                 // SE#id / META
Key session_family(std::string_view id, std::string_view family); // SE#id / RF#family: what was handed out in a session ends with it
inline constexpr std::string_view kFamilyPrefix = "RF#";
Key refresh(std::string_view family);                             // RF#family / META
Key code(std::string_view hash);                                  // AC#hash / META
Key invitation(std::string_view hash);                            // IN#hash / META
Key subject(const UserId& user);                                  // U#uid / SUBJECT: who the person is at an outside issuer, from federated() back
std::string provider_partition();                                 // KEY
Key signing_key(std::string_view kid);                            // KEY / K#kid
inline constexpr std::string_view kSigningKeyPrefix = "K#";
Key signing_ring();                                               // KEY / RING: which set of signing keys holds
Key administrators();                                             // KEY / ADMINISTRATORS: how many may sign in; never there before the first
Key setup();                                                      // KEY / SETUP: what the set-up link is made of
Key provider_settings();                                          // KEY / SETTINGS
inline constexpr std::string_view kSelfSignup = "self_signup";    // a flag of the settings; absent: as the installation puts it
// Spaces.
Key quota(const SpaceId& space);                                  // S#space / QUOTA: limit, avail
Key tree_guard(const SpaceId& space);                             // S#space / TREE: struct_rev
Key trash(const SpaceId& space, Time deleted, const EntryId& entry);  // S#space#TRASH / time#id
std::string trash_partition(const SpaceId& space);
// Entries.
Key entry(const EntryId& entry);                                  // N#id / META
Key child(const EntryId& parent, std::string_view folded_name);   // N#parent / C#name: one name, one entry
inline constexpr std::string_view kChildPrefix = "C#";
Key version(const EntryId& entry, std::int64_t revision);         // N#id / V#<revision, padded>
inline constexpr std::string_view kVersionPrefix = "V#";
Key blob(const ObjectKey& object);                                // B#object / META: references
// Uploads, links, leases, tokens.
Key upload(const UploadId& upload);                               // UP#id / META
Key link(const LinkId& link);                                     // L#id / META
Key lease(const LeaseId& lease);                                  // LE#id / META
Key token(const TokenId& token);                                  // TK#id / META
// Events.
inline constexpr int kOutboxShards = 16;
std::string outbox_partition(int shard);                          // OB#shard
Key outbox(int shard, std::string_view ulid);                     // OB#shard / ulid
Key outbox_lease(int shard);                                      // OB#shard / LEASE
Key consumed(std::string_view consumer, std::string_view event);  // EV#consumer / event id
Key dead_letter(std::string_view consumer, std::string_view ulid);// DL#consumer / ulid
// Others.
Key idempotency(const UserId& user, std::string_view client_key); // IK#uid#key / RES
Key rate(std::string_view subject, std::string_view window);      // RL#subject#window / N
Key cursor(std::string_view name, int shard);                     // CUR#name / shard

/// Puts an item into GSI1, where "mine" is listed: partition U#uid#<kind>, sorted by time.
void index_mine(Item& item, const UserId& user, std::string_view kind, Time time);
std::string mine_partition(const UserId& user, std::string_view kind);
inline constexpr std::string_view kMyUploads = "UP", kMyLinks = "L", kMyTokens = "TK", kMySessions = "SE";
/// Puts a person's profile into GSI1, where all people are listed: partition PEOPLE, sorted by time.
void index_people(Item& profile, Time created);
inline constexpr std::string_view kPeoplePartition = "PEOPLE";
/// Links of an entry are listed under N#id#L in the table itself, by pointer items.
Key entry_link(const EntryId& entry, const LinkId& link);         // N#id / L#link

/// Puts an item into GSI2, where "due" is read: partition EXP#yyyymmddhh#shard, sort time#partition.
void index_due(Item& item, Time due);
inline constexpr int kDueShards = 4;
std::string due_partition(Time hour, int shard);
/// Everything in a bucket that is due at or before `time` sorts before this.
std::string due_sort_end(Time time);

}  // namespace keys
}  // namespace satchel
