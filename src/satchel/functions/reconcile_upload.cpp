// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/ending_upload.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

/// On the arrival of an object: finishes the upload for a client that vanished, before, after or beside its own call. An object that
/// belongs to nothing, sent under a signature that outlived its upload, is removed.
class ReconcileUpload final : public Function {
 public:
  ReconcileUpload(const TableReader& table, TableWriter writer, const ObjectAssembler& store, ObjectRemover& remover)
      : table_(table), writer_(std::move(writer)), store_(store), remover_(remover) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    const UploadId id = upload_of(event.subject);
    if (id.empty()) return {};
    const auto upload = TRY(find_upload(context.call, table_, id));
    if (upload && upload->state == kOpen) {
      TRY(commit_arrived(context, table_, writer_, store_, *upload));
      return {};
    }
    const ObjectKey key(event.subject);
    if (TRY(table_.get(context.call, keys::blob(key)))) return {};
    return remover_.remove(context.call, key);
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
  const ObjectAssembler& store_;
  ObjectRemover& remover_;
};

}  // namespace

make::Made make::reconcile_upload(const Wiring& wiring) {
  return std::make_unique<ReconcileUpload>(wiring.reader(), wiring.writer(), wiring.assembler(), wiring.remover());
}

}  // namespace satchel
