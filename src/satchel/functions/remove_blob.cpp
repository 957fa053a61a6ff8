// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/ports/object_store.hpp"

namespace satchel {
namespace {

/// On blob.released: nothing refers to the object any more, and nothing ever can again; keys are not used twice.
class RemoveBlob final : public Function {
 public:
  explicit RemoveBlob(ObjectRemover& remover) : remover_(remover) {}

  Result<void> on_event(const Context& context, const Event& event) override {
    return remover_.remove(context.call, ObjectKey(event.subject));
  }

 private:
  ObjectRemover& remover_;
};

}  // namespace

make::Made make::remove_blob(const Wiring& wiring) { return std::make_unique<RemoveBlob>(wiring.remover()); }

}  // namespace satchel
