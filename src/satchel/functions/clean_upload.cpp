// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/uploads.hpp"

namespace satchel {
namespace {

/// On upload.aborted: the store forgets what had arrived. An aborted upload is never committed, so both calls are safe at any time.
class CleanUpload final : public Function {
 public:
  CleanUpload(ObjectAssembler& store, ObjectRemover& remover) : store_(store), remover_(remover) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    const auto key = event.data.find("key");
    const auto store_upload = event.data.find("store_upload");
    if (key == event.data.end() || store_upload == event.data.end()) return {};
    if (!store_upload->second.empty()) TRY(store_.abort(context.call, ObjectKey(key->second), store_upload->second));
    return remover_.remove(context.call, ObjectKey(key->second));
  }

 private:
  ObjectAssembler& store_;
  ObjectRemover& remover_;
};

}  // namespace

make::Made make::clean_upload(const Wiring& wiring) { return std::make_unique<CleanUpload>(wiring.assembler(), wiring.remover()); }

}  // namespace satchel
