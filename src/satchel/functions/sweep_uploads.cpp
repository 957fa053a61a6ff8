// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/due.hpp"
#include "satchel/functions/ending_upload.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

/// Gives up what was not completed in time, unless its bytes are there: then nobody has told of them, and they become the file. Forgets ended
/// uploads a day later.
class SweepUploads final : public Function {
 public:
  SweepUploads(const TableReader& table, TableWriter writer, const ObjectAssembler& store) : table_(table), writer_(std::move(writer)), store_(store) {}

  Result<void> on_schedule(const Context& context) override {
    TRY(sweep_due(context, table_, writer_, {.name = "sweep_uploads", .families = {Family::upload}}, [&](const Item& due) {
      return attempt(context, [&] { return sweep(context, due.key); });
    }));
    return {};
  }

 private:
  Result<void> sweep(const Context& context, const Key& key) {
    const auto item = TRY(table_.get(context.call, key));
    if (!item) return {};
    const Upload upload = upload_from(*item);
    if (upload.due > context.call.now) return {};
    if (upload.state == kOpen) return end(context, upload);
    const auto written = TRY(writer_.write(context.call, {Delete{key, Condition::equals("state", upload.state)}}));
    if (!written.committed()) return moved_on();
    return {};
  }

  /// What cannot be committed even now (its name is taken) has waited for its client long enough.
  Result<void> end(const Context& context, const Upload& upload) {
    TRY(commit_arrived(context, table_, writer_, store_, upload));
    return give_up(context, table_, writer_, upload.id);
  }

  const TableReader& table_;
  TableWriter writer_;
  const ObjectAssembler& store_;
};

}  // namespace

make::Made make::sweep_uploads(const Wiring& wiring) { return std::make_unique<SweepUploads>(wiring.reader(), wiring.writer(), wiring.assembler()); }

}  // namespace satchel
