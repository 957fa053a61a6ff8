// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "satchel/functions/consumed.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/ending_upload.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

constexpr Duration kShortest{2'000}, kLongest = std::chrono::minutes{10};

/// On upload.awaited, where the store does not tell of new objects: looks whether the bytes of a one-line upload have come, and if not, leaves
/// an event for the next look. Each look waits for a quarter of the time since the upload was opened, so that a file is there after at most
/// a quarter more than its way took, and a day has some two hundred looks. The last one is the sweep's.
class AwaitUpload final : public Function {
 public:
  AwaitUpload(const TableReader& table, TableWriter writer, const ObjectAssembler& store) : table_(table), writer_(std::move(writer)), store_(store) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    const auto upload = TRY(find_upload(context.call, table_, upload_of(event.subject)));
    if (!upload || upload->state != kOpen || upload->due <= context.call.now) return {};
    if (TRY(commit_arrived(context, table_, writer_, store_, *upload))) return {};
    const Duration wait = std::clamp((context.call.now - upload->created) / 4, kShortest, kLongest);
    // Where the same event has come before, its next look is on its way.
    TRY(writer_.write(context.call, {consumed_operation(context, "await_upload", event), later_event_operation(context, context.call.now + wait, kUploadAwaited, event.subject)}));
    return {};
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
  const ObjectAssembler& store_;
};

}  // namespace

make::Made make::await_upload(const Wiring& wiring) { return std::make_unique<AwaitUpload>(wiring.reader(), wiring.writer(), wiring.assembler()); }

}  // namespace satchel
