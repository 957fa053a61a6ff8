// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/steps.hpp"

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/consumed.hpp"

namespace satchel {
Result<bool> was_handled(const Call& call, const TableReader& table, std::string_view consumer, const Event& event) {
  return TRY(table.get(call, keys::consumed(consumer, event.id))).has_value();
}

Result<void> finish_step(const Context& context, TableWriter& writer, std::string_view consumer, const Event& event, std::optional<Operation> next) {
  Transaction transaction{consumed_operation(context, consumer, event)};
  if (next) transaction.push_back(*std::move(next));
  TRY(attempt(context, [&] { return writer.write(context.call, transaction); }));
  return {};
}

}  // namespace satchel
