// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/attempts.hpp"
#include "satchel/functions/links.hpp"
#include "satchel/functions/makers.hpp"

namespace satchel {
namespace {

class RevokeLink final : public Function {
 public:
  explicit RevokeLink(const Wiring& wiring) : table_(wiring.reader()), writer_(wiring.writer()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    TRY(attempt(context, [&]() -> Result<void> {
      const Link link = TRY(link_of_mine(context, table_, request));
      if (link.revoked) return {};
      if (!TRY(writer_.write(context.call, TRY(revoke_operations(context, table_, link)))).committed()) return moved_on();
      return {};
    }));
    return Response::empty();
  }

 private:
  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::revoke_link(const Wiring& wiring) { return std::make_unique<RevokeLink>(wiring); }

}  // namespace satchel
