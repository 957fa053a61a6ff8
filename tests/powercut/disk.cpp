// SPDX-License-Identifier: Apache-2.0
#include "tests/powercut/disk.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace satchel::powercut {
namespace {

constexpr std::size_t kSector = 512;

std::vector<std::string> components(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    if (end > at) parts.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

/// A node for the first time it is met, and the same one for each further entry of it.
using Copies = std::map<const Node*, NodePointer>;

NodePointer copy(const NodePointer& node, Copies& copies) {
  if (!node) return nullptr;
  auto& made = copies[node.get()];
  if (made) return made;
  const NodePointer result = made = std::make_shared<Node>(*node);  // shares the data: append() copies what is shared
  for (auto& [name, entry] : result->entries) entry = copy(entry, copies);
  for (auto& [name, entry] : result->synced_entries) entry = copy(entry, copies);
  for (EntryChange& change : result->changes) {
    for (auto& [name, entry] : change) entry = copy(entry, copies);
  }
  return result;
}

class Cut {
 public:
  Cut(Unsynced unsynced, std::uint64_t seed) : unsynced_(unsynced), random_(seed) {}

  /// `in_order`: of the changes of a folder those up to one of them stay, else any.
  NodePointer after(const NodePointer& node, bool in_order) {
    auto& made = made_[node.get()];
    if (made) return made;
    const NodePointer result = made = std::make_shared<Node>();
    result->folder = node->folder;
    if (!node->folder) {
      result->data = std::make_shared<std::string>(contents(*node));
      result->synced = result->data->size();
      return result;
    }
    Entries entries = node->synced_entries;
    bool left_out = false;
    for (const EntryChange& change : node->changes) {
      left_out = (in_order && left_out) || !stays();
      if (left_out) continue;
      for (const auto& [name, entry] : change) {
        if (entry) entries.insert_or_assign(name, entry);
        else entries.erase(name);
      }
    }
    for (auto& [name, entry] : entries) entry = after(entry, in_order && name != "blobs");
    result->entries = result->synced_entries = std::move(entries);
    return result;
  }

 private:
  bool stays() { return unsynced_ == Unsynced::kept || (unsynced_ == Unsynced::some && random_() % 4 < chance_); }

  /// A write that was lost before one that was not leaves zeros.
  std::string contents(const Node& file) {
    std::string left = file.data->substr(0, file.synced);
    std::size_t from = file.synced;
    for (const std::size_t end : file.ends) {
      std::size_t kept = stays() ? end - from : 0;
      if (unsynced_ == Unsynced::some && end == file.ends.back()) kept = random_() % (kept + 1) / kSector * kSector;
      if (kept > 0) {
        left.resize(from);
        left += file.data->substr(from, kept);
      }
      from = end;
    }
    return left;
  }

  Unsynced unsynced_;
  std::mt19937_64 random_;
  std::uint64_t chance_ = 1 + random_() % 3;  // of four
  std::map<const Node*, NodePointer> made_;
};

}  // namespace

SyncKind kind_of_file(std::string_view path) {
  if (path.contains("/blobs/")) return SyncKind::data;
  return path.ends_with(".log") ? SyncKind::log : SyncKind::other;
}

SyncKind kind_of_folder(std::string_view path) { return path.contains("/blobs") ? SyncKind::directory : SyncKind::other; }

std::string_view to_string(SyncKind kind) {
  switch (kind) {
    case SyncKind::data: return "data";
    case SyncKind::directory: return "directory";
    case SyncKind::log: return "log";
    case SyncKind::other: return "other";
  }
  std::unreachable();
}

Disk::Disk() : root_(std::make_shared<Node>()) { root_->folder = true; }
Disk::Disk(const Image& image, Unsynced unsynced, std::uint64_t seed) : root_(Cut(unsynced, seed).after(image.root(), /*in_order=*/true)) {}

NodePointer Disk::find_locked(std::string_view path) const {
  NodePointer node = root_;
  for (const std::string& name : components(path)) {
    const auto entry = node->entries.find(name);
    if (!node->folder || entry == node->entries.end()) return nullptr;
    node = entry->second;
  }
  return node;
}

NodePointer Disk::find(std::string_view path) const {
  const std::scoped_lock lock(mutex_);
  return find_locked(path);
}

NodePointer Disk::parent_of(std::string_view path, std::string& name) const {
  const auto parts = components(path);
  NodePointer node = root_;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    const auto entry = node->entries.find(parts[i]);
    if (entry == node->entries.end() || !entry->second->folder) return nullptr;
    node = entry->second;
  }
  name = parts.empty() ? "" : parts.back();
  return node;
}

void Disk::change(const NodePointer& folder, EntryChange change) {
  for (const auto& [name, node] : change) {
    if (node) folder->entries.insert_or_assign(name, node);
    else folder->entries.erase(name);
  }
  folder->changes.push_back(std::move(change));
}

Disk::Outcome Disk::make_folder(std::string_view path) {
  const std::scoped_lock lock(mutex_);
  std::string name;
  const NodePointer parent = parent_of(path, name);
  if (!parent) return Outcome::absent;
  if (parent->entries.contains(name)) return Outcome::exists;
  const auto folder = std::make_shared<Node>();
  folder->folder = true;
  change(parent, {{name, folder}});
  return Outcome::done;
}

Disk::Outcome Disk::create(std::string_view path, bool replace, NodePointer& file) {
  const std::scoped_lock lock(mutex_);
  std::string name;
  const NodePointer parent = parent_of(path, name);
  if (!parent) return Outcome::absent;
  if (!replace && parent->entries.contains(name)) return Outcome::exists;
  file = std::make_shared<Node>();
  change(parent, {{name, file}});
  return Outcome::done;
}

void Disk::append(const NodePointer& file, std::string_view bytes) {
  const std::scoped_lock lock(mutex_);
  if (bytes.empty()) return;
  if (file->data.use_count() > 1) file->data = std::make_shared<std::string>(*file->data);
  file->data->append(bytes);
  file->ends.push_back(file->data->size());
}

void Disk::announce(SyncKind kind) {
  if (before_sync) {
    before_sync(kind, [&] {
      Copies copies;
      return Image(copy(root_, copies));
    });
  }
}

void Disk::sync(const NodePointer& file, std::string_view path) {
  const std::scoped_lock lock(mutex_);
  announce(kind_of_file(path));
  if (ignored.contains(kind_of_file(path))) return;
  file->synced = file->data->size();
  file->ends.clear();
}

Disk::Outcome Disk::sync_folder(std::string_view path) {
  const std::scoped_lock lock(mutex_);
  const NodePointer folder = find_locked(path);
  if (!folder || !folder->folder) return Outcome::absent;
  announce(kind_of_folder(path));
  if (ignored.contains(kind_of_folder(path))) return Outcome::done;
  folder->synced_entries = folder->entries;
  folder->changes.clear();
  return Outcome::done;
}

std::string Disk::read(const NodePointer& file, std::uint64_t offset, std::size_t most) const {
  const std::scoped_lock lock(mutex_);
  return offset >= file->data->size() ? std::string() : file->data->substr(offset, most);
}

std::uint64_t Disk::size(const NodePointer& file) const {
  const std::scoped_lock lock(mutex_);
  return file->data->size();
}

std::optional<std::vector<std::string>> Disk::list(std::string_view path) const {
  const std::scoped_lock lock(mutex_);
  const NodePointer folder = find_locked(path);
  if (!folder || !folder->folder) return std::nullopt;
  std::vector<std::string> names;
  for (const auto& [name, node] : folder->entries) names.push_back(name);
  return names;
}

Disk::Outcome Disk::remove(std::string_view path, bool folder) {
  const std::scoped_lock lock(mutex_);
  std::string name;
  const NodePointer parent = parent_of(path, name);
  if (!parent) return Outcome::absent;
  const auto entry = parent->entries.find(name);
  if (entry == parent->entries.end()) return Outcome::absent;
  if (entry->second->folder != folder) return Outcome::wrong_kind;
  if (!entry->second->entries.empty()) return Outcome::not_empty;
  change(parent, {{name, nullptr}});
  return Outcome::done;
}

Disk::Outcome Disk::rename(std::string_view from, std::string_view to) {
  const std::scoped_lock lock(mutex_);
  std::string old_name, new_name;
  const NodePointer source = parent_of(from, old_name), target = parent_of(to, new_name);
  if (!source || !target || !source->entries.contains(old_name)) return Outcome::absent;
  if (source != target) return Outcome::wrong_kind;
  change(source, {{new_name, source->entries.find(old_name)->second}, {old_name, nullptr}});
  return Outcome::done;
}

bool Disk::lock(std::string_view path) {
  const std::scoped_lock lock(mutex_);
  return locks_.emplace(path).second;
}

void Disk::unlock(std::string_view path) {
  const std::scoped_lock lock(mutex_);
  locks_.erase(std::string(path));
}

Image Disk::image(const std::function<void()>& with) const {
  const std::scoped_lock lock(mutex_);
  if (with) with();
  Copies copies;
  return Image(copy(root_, copies));
}

std::size_t Disk::count_files(std::string_view path) const {
  const std::scoped_lock lock(mutex_);
  const std::function<std::size_t(const NodePointer&)> below = [&](const NodePointer& node) -> std::size_t {
    if (!node) return 0;
    if (!node->folder) return 1;
    std::size_t count = 0;
    for (const auto& [name, entry] : node->entries) count += below(entry);
    return count;
  };
  return below(find_locked(path));
}

}  // namespace satchel::powercut
