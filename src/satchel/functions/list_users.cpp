// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/people.hpp"

namespace satchel {
namespace {

constexpr int kPage = 100;

class ListUsers final : public Function {
 public:
  explicit ListUsers(const Wiring& wiring) : table_(wiring.reader()), directory_(wiring.directory()) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    const PersonPage page = TRY(directory_.list(context.call, kPage, std::string(request.argument("cursor"))));
    const Json people = TRY(people_json(context.call, table_, page.people));
    auto answer = Json::object({{"users", people}});
    if (!page.cursor.empty()) answer.set("cursor", page.cursor);
    return Response::json(answer);
  }

 private:
  const TableReader& table_;
  Directory& directory_;
};

}  // namespace

make::Made make::list_users(const Wiring& wiring) { return std::make_unique<ListUsers>(wiring); }

}  // namespace satchel
