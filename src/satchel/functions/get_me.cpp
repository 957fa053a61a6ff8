// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/me.hpp"

namespace satchel {
namespace {

class GetMe final : public Function {
 public:
  explicit GetMe(const TableReader& table) : table_(table) {}

  Result<Response> handle(const Context& context, const Request&) override {
    const SignedIn* who = TRY(person(context));
    return Response::json(TRY(me_json(context.call, table_, who->user)));
  }

 private:
  const TableReader& table_;
};

}  // namespace

make::Made make::get_me(const Wiring& wiring) { return std::make_unique<GetMe>(wiring.reader()); }

}  // namespace satchel
