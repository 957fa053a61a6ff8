// SPDX-License-Identifier: Apache-2.0
#include "tests/powercut/store_scenario.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "satchel/base/crc.hpp"
#include "satchel/base/encoding.hpp"

namespace satchel::powercut {
namespace {

using objects::Store;

constexpr std::uint64_t kInline = 512;

Result<objects::Content> write(std::unique_ptr<objects::Writer> writer, std::string_view bytes) {
  // In two pieces, so that a cut may keep one of them.
  const std::size_t half = bytes.size() / 2;
  TRY(writer->append(as_bytes(bytes.substr(0, half))));
  TRY(writer->append(as_bytes(bytes.substr(half))));
  return writer->commit({});
}

std::string slurp(const std::variant<std::string, std::vector<net::FileSlice>>& bytes) {
  if (const auto* text = std::get_if<std::string>(&bytes)) return *text;
  std::string all;
  for (const net::FileSlice& slice : std::get<1>(bytes)) {
    std::string piece(slice.length, '\0');
    const ssize_t got = ::pread(*slice.descriptor, piece.data(), piece.size(), static_cast<off_t>(slice.offset));
    all += piece.substr(0, got < 0 ? 0 : static_cast<std::size_t>(got));
  }
  return all;
}

/// An object's bytes, or its absence; an Error where it can neither be read nor is absent.
Result<State> observe(Store& store, const std::string& key, std::size_t& files) {
  auto reader = TRY(store.open_object(ObjectKey(key)));
  if (!reader) return State();
  const objects::ObjectInfo& info = reader->info();
  std::string bytes = slurp(TRY(reader->read(0, info.size)));
  if (crc64nvme(bytes) != info.crc64nvme) return fail(ErrorCode::internal, "the bytes are not those of the record");
  if (info.parts > 0 || info.size > kInline) files += static_cast<std::size_t>(std::max(info.parts, 1));
  return State(std::move(bytes));
}

std::string text(const Error& error) { return error.message + " (" + error.detail + ")"; }

std::string judge_objects(Store& store, const Ledger& ledger, std::size_t& files) {
  for (const auto& [key, entry] : ledger.entries) {
    const auto found = observe(store, key, files);
    if (!found) return "object " + key + " is damaged: " + text(found.error());
    if (!entry.allows(*found)) {
      return "object " + key + (*found ? " has bytes that nobody was told of" : " is lost") + ", settled: " + (entry.settled ? "present" : "absent");
    }
  }
  const auto keys = store.list("", "", 1000);
  if (!keys) return "no list: " + text(keys.error());
  for (const ObjectKey& key : *keys) {
    if (!ledger.entries.contains(key.str())) return "object " + key.str() + " came from nowhere";
  }
  return {};
}

std::string judge_events(Store& store, const Ledger& ledger) {
  const auto events = store.receive(1000);
  if (!events) return "no events: " + text(events.error());
  std::set<std::string> told;
  for (const Event& event : *events) told.insert(event.subject);
  for (const std::string& key : ledger.created) {
    if (!told.contains(key)) return "the event of " + key + " is lost";
  }
  return {};
}

/// The bytes that a listed part must have: what was settled, or what was coming. Empty optional: neither.
std::optional<std::string> bytes_of(const objects::PartInfo& part, const OpenUpload& upload) {
  const auto entry = upload.parts.find(part.number);
  if (entry == upload.parts.end()) return std::nullopt;
  for (const State& state : {entry->second.settled, entry->second.coming.value_or(State())}) {
    if (state && state->size() == part.size && crc64nvme(*state) == part.crc64nvme) return state;
  }
  return std::nullopt;
}

/// The parts of an open upload: all that were acknowledged, and that their bytes are there shows when it is completed.
std::string judge_upload(Store& store, const std::string& id, const OpenUpload& upload, std::size_t& files, std::vector<std::function<std::string()>>& then) {
  const ObjectKey key(upload.key);
  const auto page = store.list_parts(key, id, 0, 1000);
  if (!page) return upload.ending ? "" : "upload " + id + " is lost: " + text(page.error());
  objects::Assembly assembly{.key = key, .upload = id};
  std::string whole;
  for (const objects::PartInfo& part : page->parts) {
    const auto bytes = bytes_of(part, upload);
    if (!bytes) return "part " + std::to_string(part.number) + " is another";
    whole += *bytes;
    assembly.parts.push_back({part.number});
  }
  for (const auto& [number, entry] : upload.parts) {
    const bool listed = std::ranges::find(page->parts, number, &objects::PartInfo::number) != page->parts.end();
    if (entry.settled && !listed) return "part " + std::to_string(number) + " is lost";
  }
  files += page->parts.size();
  if (assembly.parts.empty()) return {};
  then.push_back([&store, assembly, whole]() -> std::string {
    const auto completed = store.complete(assembly);
    if (!completed) return "cannot complete: " + text(completed.error());
    std::size_t ignored = 0;
    const auto found = observe(store, assembly.key.str(), ignored);
    if (!found) return "parts are damaged: " + text(found.error());
    return found->has_value() && **found == whole ? "" : "parts have other bytes";
  });
  return {};
}

std::string judge_files(StoreOnDisk& ground, std::size_t expected) {
  if (const auto done = ground.store->maintain(); !done) return "maintenance: " + text(done.error());
  if (ground.files() != expected) return std::to_string(ground.files()) + " files for " + std::to_string(expected) + " blobs";
  return {};
}

std::string judge_further_use(Store& store) {
  const std::string bytes(2000, 'n');
  auto writer = store.begin_object({.key = ObjectKey("new"), .length = bytes.size()});
  if (!writer) return "takes nothing new: " + text(writer.error());
  const auto written = write(std::move(*writer), bytes);
  if (!written) return "takes nothing new: " + text(written.error());
  std::size_t ignored = 0;
  const auto found = observe(store, "new", ignored);
  return found && found->has_value() && **found == bytes ? "" : "gives back something else";
}

}  // namespace

StoreOnDisk::StoreOnDisk(std::shared_ptr<Disk> on) : disk(std::move(on)), files_below(blob_files(disk)) {}

std::string StoreOnDisk::open() {
  store.reset();
  objects::StoreOptions options{.folder = "/data/objects", .inline_limit = kInline, .smallest_part = 1, .background = false};
  options.file_system = files_below.get();
  options.database_file_system = database_files(disk);
  auto opened = Store::open(options, clock, random, *log);
  if (!opened) return text(opened.error());
  store = std::move(*opened);
  return {};
}

std::string judge_store(std::shared_ptr<Disk> left, const Ledger& ledger) {
  StoreOnDisk ground(std::move(left));
  if (const std::string why = ground.open(); !why.empty()) return "does not open: " + why;
  Store& store = *ground.store;
  std::size_t files = 0;
  std::vector<std::function<std::string()>> then;
  if (const std::string wrong = judge_objects(store, ledger, files); !wrong.empty()) return wrong;
  if (const std::string wrong = judge_events(store, ledger); !wrong.empty()) return wrong;
  for (const auto& [id, upload] : ledger.uploads) {
    if (const std::string wrong = judge_upload(store, id, upload, files, then); !wrong.empty()) return wrong;
  }
  if (const std::string wrong = judge_files(ground, files); !wrong.empty()) return wrong;
  std::size_t again = 0;
  if (const std::string wrong = judge_objects(store, ledger, again); !wrong.empty()) return "after maintenance " + wrong;
  for (const auto& check : then) {
    if (const std::string wrong = check(); !wrong.empty()) return wrong;
  }
  return judge_further_use(store);
}

std::string StoreScenario::bytes(std::size_t size) {
  std::string made(size, '\0');
  for (char& byte : made) byte = static_cast<char>(random_());
  return made;
}

void StoreScenario::reopen() {
  ASSERT_EQ(ground_.open(), "");
  cuts_.judge();
}

void StoreScenario::put(const std::string& key, std::size_t size) {
  const std::string body = bytes(size);
  cuts_.note([&](Ledger& ledger) { ledger.entries[key].coming = State(body); });
  const auto stored = write(ground_.store->begin_object({.key = ObjectKey(key), .length = size}).value(), body);
  ASSERT_TRUE(stored) << text(stored.error());
  cuts_.note([&](Ledger& ledger) {
    ledger.entries[key] = {State(body), {}};
    ledger.created.insert(key);
  });
  cuts_.judge();
}

void StoreScenario::remove(const std::string& key) {
  cuts_.note([&](Ledger& ledger) { ledger.entries[key].coming = State(); });
  ASSERT_TRUE(ground_.store->remove(ObjectKey(key)));
  cuts_.note([&](Ledger& ledger) { ledger.entries[key] = {}; });
  cuts_.judge();
}

std::string StoreScenario::begin(const std::string& key) {
  const std::string id = ground_.store->begin_upload({.key = ObjectKey(key)}).value();
  cuts_.note([&](Ledger& ledger) { ledger.uploads[id] = {.key = key}; });
  cuts_.judge();
  return id;
}

void StoreScenario::part(const std::string& upload, int number, std::size_t size) {
  const std::string body = bytes(size), key = cuts_.ledger().uploads.at(upload).key;
  cuts_.note([&](Ledger& ledger) { ledger.uploads[upload].parts[number].coming = State(body); });
  const auto stored = write(ground_.store->begin_part({.key = ObjectKey(key), .upload = upload, .number = number, .length = size}).value(), body);
  ASSERT_TRUE(stored) << text(stored.error());
  cuts_.note([&](Ledger& ledger) { ledger.uploads[upload].parts[number] = {State(body), {}}; });
  cuts_.judge();
}

void StoreScenario::complete(const std::string& upload) {
  const OpenUpload open = cuts_.ledger().uploads.at(upload);
  objects::Assembly assembly{.key = ObjectKey(open.key), .upload = upload};
  std::string whole;
  for (const auto& [number, entry] : open.parts) {
    assembly.parts.push_back({number});
    whole += *entry.settled;
  }
  cuts_.note([&](Ledger& ledger) {
    ledger.uploads[upload].ending = true;
    ledger.entries[open.key].coming = State(whole);
  });
  const auto completed = ground_.store->complete(assembly);
  ASSERT_TRUE(completed) << text(completed.error());
  cuts_.note([&](Ledger& ledger) {
    ledger.uploads.erase(upload);
    ledger.entries[open.key] = {State(whole), {}};
    ledger.created.insert(open.key);
  });
  cuts_.judge();
}

void StoreScenario::abort(const std::string& upload) {
  cuts_.note([&](Ledger& ledger) { ledger.uploads[upload].ending = true; });
  ASSERT_TRUE(ground_.store->abort(ObjectKey(cuts_.ledger().uploads.at(upload).key), upload));
  cuts_.note([&](Ledger& ledger) { ledger.uploads.erase(upload); });
  cuts_.judge();
}

void StoreScenario::acknowledge_events() {
  const auto events = ground_.store->receive(100).value();
  for (const Event& event : events) {
    cuts_.note([&](Ledger& ledger) { ledger.created.erase(event.subject); });
    ASSERT_TRUE(ground_.store->acknowledge(event));
  }
}

void StoreScenario::maintain() {
  ASSERT_TRUE(ground_.store->maintain());
  cuts_.judge();
}

std::string StoreScenario::any_upload() {
  const Ledger ledger = cuts_.ledger();
  return ledger.uploads.empty() ? "" : ledger.uploads.begin()->first;
}

void StoreScenario::step() {
  const std::string key = "key " + std::to_string(random_() % 6), upload = any_upload();
  switch (random_() % 12) {
    case 0: case 1: return put(key, random_() % 500);
    case 2: case 3: return put(key, 600 + random_() % 6000);
    case 4: return remove(key);
    case 5: return upload.empty() ? static_cast<void>(begin(key)) : part(upload, 1, 2000);
    case 6: case 7: return upload.empty() ? static_cast<void>(begin(key)) : part(upload, static_cast<int>(1 + random_() % 4), 1 + random_() % 4000);
    case 8: return upload.empty() || cuts_.ledger().uploads.at(upload).parts.empty() ? maintain() : complete(upload);
    case 9: return upload.empty() ? maintain() : abort(upload);
    case 10: return acknowledge_events();
    default: return random_() % 3 == 0 ? reopen() : maintain();
  }
}

void StoreScenario::run(int random_steps) {
  reopen();
  put("small", 100);
  put("large", 5000);
  const std::string upload = begin("whole");
  part(upload, 1, 3000);
  part(upload, 2, 700);
  part(upload, 1, 2500);
  complete(upload);
  put("large", 5100);
  remove("small");
  maintain();
  part(begin("never ended"), 3, 1500);
  reopen();
  maintain();
  for (int n = 0; n < random_steps && !broken() && !testing::Test::HasFatalFailure(); ++n) step();
  ground_.store.reset();
  cuts_.judge();
  reopen();
}

void StoreScenario::run_concurrent(int writers, int objects_each) {
  reopen();
  std::vector<std::jthread> threads;
  for (int writer = 0; writer < writers; ++writer) {
    threads.emplace_back([this, writer, objects_each] {
      for (int n = 0; n < objects_each; ++n) {
        const std::string key = std::to_string(writer) + "-" + std::to_string(n), body(n % 2 ? 100 : 1500, static_cast<char>('a' + writer));
        cuts_.note([&](Ledger& ledger) { ledger.entries[key].coming = State(body); });
        const auto stored = write(ground_.store->begin_object({.key = ObjectKey(key), .length = body.size()}).value(), body);
        EXPECT_TRUE(stored);
        cuts_.note([&](Ledger& ledger) { ledger.entries[key] = {State(body), {}}; });
      }
    });
  }
  threads.clear();
  cuts_.judge();
}

}  // namespace satchel::powercut
