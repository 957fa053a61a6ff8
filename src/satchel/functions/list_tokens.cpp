// SPDX-License-Identifier: Apache-2.0
#include "satchel/functions/makers.hpp"
#include "satchel/functions/request_reading.hpp"
#include "satchel/functions/tokens.hpp"

namespace satchel {
namespace {

constexpr std::size_t kMost = 1000;
constexpr int kPage = 100;  // as many as one batch_get takes

class ListTokens final : public Function {
 public:
  explicit ListTokens(const TableReader& table) : table_(table) {}

  Result<Response> handle(const Context& context, const Request&) override {
    const SignedIn* who = TRY(person(context));
    Query query{.index = Index::gsi1, .partition = keys::mine_partition(who->user.id, keys::kMyTokens), .forward = false, .limit = kPage};
    Json tokens = Json::array();
    std::size_t count = 0;
    do {
      const Page page = TRY(table_.query(context.call, query));
      // The index may be behind, so it only says which.
      std::vector<Key> keys;
      for (const Item& item : page.items) keys.push_back(item.key);
      for (const auto& item : TRY(table_.batch_get(context.call, keys))) {
        if (!item || api_token_from(*item).expires <= context.call.now) continue;
        tokens.push(token_json(api_token_from(*item)));
        ++count;
      }
      query.cursor = page.cursor;
    } while (!query.cursor.empty() && count < kMost);
    return Response::json(Json::object({{"tokens", std::move(tokens)}}));
  }

 private:
  const TableReader& table_;
};

}  // namespace

make::Made make::list_tokens(const Wiring& wiring) { return std::make_unique<ListTokens>(wiring.reader()); }

}  // namespace satchel
