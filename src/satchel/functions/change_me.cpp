// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "satchel/functions/attempts.hpp"
#include "satchel/functions/domain_event.hpp"
#include "satchel/functions/makers.hpp"
#include "satchel/functions/me.hpp"

namespace satchel {
namespace {

constexpr std::size_t kLongestPersonName = 100;

Result<std::string> read_name(const Request& request) {
  auto body = TRY(JsonReader::parse(request.body));
  std::string name = TRY(body.text("name"));
  TRY(body.finish());
  const bool has_control = std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (name.empty() || name.size() > kLongestPersonName || has_control) {
    return fail(ErrorCode::invalid, "Your name must have 1 to 100 bytes and no control characters.", {}, "bad_name");
  }
  return name;
}

class ChangeMe final : public Function {
 public:
  ChangeMe(const TableReader& table, TableWriter writer) : table_(table), writer_(std::move(writer)) {}

  Result<Response> handle(const Context& context, const Request& request) override {
    User user = TRY(person(context))->user;
    user.name = TRY(read_name(request));
    TRY(attempt(context, [&] { return rename(context, user); }));
    return Response::json(TRY(me_json(context.call, table_, user)));
  }

 private:
  Result<void> rename(const Context& context, const User& user) {
    const auto written = TRY(writer_.write(
        context.call, {Update{keys::user(user.id), {{"name", user.name}}, {}, {}, Condition::exists()},
                       event_operation(context, "user.renamed", user.id.str())}));
    if (!written.committed()) return fail(ErrorCode::not_found, "There is no such person.");
    return {};
  }

  const TableReader& table_;
  TableWriter writer_;
};

}  // namespace

make::Made make::change_me(const Wiring& wiring) { return std::make_unique<ChangeMe>(wiring.reader(), wiring.writer()); }

}  // namespace satchel
