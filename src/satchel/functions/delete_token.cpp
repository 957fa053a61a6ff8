// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"
#include "satchel/functions/tokens.hpp"

namespace satchel {
namespace {

std::unexpected<Error> no_such_token() { return fail(ErrorCode::not_found, "There is no such token. It may have been deleted or have expired."); }

class DeleteToken final : public Function {
 public:
  explicit DeleteToken(const Wiring& wiring) : table_(wiring.reader()), writer_(wiring.writer()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const SignedIn* who = TRY(person(context));
    const TokenId id(std::string(request.parameter("id")));
    bool tried = false;
    TRY(attempt(context, [&]() -> Result<void> {
      const auto item = TRY(table_.get(context.call, keys::token(id)));
      if (!item && tried) return {};  // by an attempt whose answer was lost
      if (!item || api_token_from(*item).user != who->user.id) return no_such_token();
      tried = true;
      const auto written = TRY(writer_.write(context.call, {Delete{keys::token(id), Condition::exists()},
                                                            event_operation(context, "token.deleted", id.str(), {{"user", who->user.id.str()}})}));
      if (!written.committed()) return moved_on();
      return {};
    }));
    return Response::empty();
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::delete_token(const Wiring& wiring) { return std::make_unique<DeleteToken>(wiring); }

}  // namespace satchel
