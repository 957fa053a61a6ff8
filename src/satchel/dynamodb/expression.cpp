// SPDX-License-Identifier: Apache-2.0
#include "satchel/dynamodb/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "satchel/dynamodb/json.hpp"

namespace satchel::dynamodb {
namespace {

constexpr std::size_t kLongestExpression = 4096;  // as DynamoDB's

std::unexpected<Error> refuse(std::string sentence) { return fail(ErrorCode::invalid, std::move(sentence), {}, "ValidationException"); }

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool is_placeholder(std::string_view text, char sign) { return text.size() > 1 && text[0] == sign && std::ranges::all_of(text.substr(1), is_word); }

/// One expression, token by token. Names come through placeholders alone, so every other word is syntax.
class Parser {
 public:
  Parser(std::string_view text, Substitutes& substitutes) : rest_(text), whole_(text), substitutes_(&substitutes) {}

  /// Whether that token stands here; it is passed then.
  bool take(std::string_view token) {
    if (next() != token) return false;
    pass(token);
    return true;
  }
  Result<void> demand(std::string_view token) {
    if (take(token)) return {};
    return unexpected_token();
  }
  Result<std::string> name() {
    const std::string_view token = next();
    if (!is_placeholder(token, '#')) return unexpected_token();
    pass(token);
    return substitutes_->name(token);
  }
  /// A name that is no key: those are not changed, and conditions on them have a form of their own.
  Result<std::string> attribute() {
    std::string found = TRY(name());
    if (found == kPartition || found == kSort) return refuse(fmt::format("The key attribute {} cannot stand here.", found));
    return found;
  }
  Result<void> demand_name(std::string_view wanted) {
    if (TRY(name()) == wanted) return {};
    return refuse(fmt::format("The expression '{}' names another attribute where {} must stand.", whole_, wanted));
  }
  Result<Value> value() {
    const std::string_view token = next();
    if (!is_placeholder(token, ':')) return unexpected_token();
    pass(token);
    return substitutes_->value(token);
  }
  Result<std::string> text() {
    Value found = TRY(value());
    if (auto* held = std::get_if<std::string>(&found)) return std::move(*held);
    return refuse(fmt::format("The expression '{}' compares a key with what is no text.", whole_));
  }
  Result<std::int64_t> number() {
    const Value found = TRY(value());
    if (const auto* held = std::get_if<std::int64_t>(&found)) return *held;
    return refuse(fmt::format("The expression '{}' wants a number where another type is given.", whole_));
  }
  bool at_end() { return next().empty(); }
  Result<void> end() {
    if (at_end()) return {};
    return unexpected_token();
  }
  std::unexpected<Error> unexpected_token() {
    const std::string_view token = next();
    return refuse(fmt::format("Syntax that is not taken here: '{}' in '{}'.", token.empty() ? "<EOF>" : token, whole_));
  }

 private:
  /// The token that comes; empty at the end.
  std::string_view next() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    if (rest_.empty()) return {};
    if (rest_.starts_with(">=")) return rest_.substr(0, 2);
    std::size_t size = 1;
    if (is_word(rest_[0]) || rest_[0] == '#' || rest_[0] == ':') {
      while (size < rest_.size() && is_word(rest_[size])) ++size;
    }
    return rest_.substr(0, size);
  }
  void pass(std::string_view token) { rest_.remove_prefix(token.size()); }

  std::string_view rest_, whole_;
  Substitutes* substitutes_;
};

Result<void> check_length(std::string_view expression) {
  if (expression.empty()) return refuse("An expression is empty.");
  if (expression.size() > kLongestExpression) return refuse(fmt::format("An expression is longer than {} bytes.", kLongestExpression));
  return {};
}

/// "attribute_exists(#n)", of which the name of the function is passed already.
Result<void> read_existence(Parser& parser) {
  TRY(parser.demand("("));
  TRY(parser.demand_name(kPartition));
  return parser.demand(")");
}

Result<Condition::Clause> clause_from(Parser& parser) {
  if (parser.take("attribute_exists")) {
    TRY(read_existence(parser));
    return Condition::Exists{};
  }
  if (parser.take("attribute_not_exists")) {
    TRY(read_existence(parser));
    return Condition::Absent{};
  }
  std::string name = TRY(parser.attribute());
  if (parser.take("=")) {
    Value value = TRY(parser.value());
    return Condition::Equals{std::move(name), std::move(value)};
  }
  TRY(parser.demand(">="));
  const std::int64_t number = TRY(parser.number());
  return Condition::AtLeast{std::move(name), number};
}

Result<void> read_set(Parser& parser, Update& update) {
  do {
    std::string name = TRY(parser.attribute());
    TRY(parser.demand("="));
    Value value = TRY(parser.value());
    if (!update.set.emplace(name, std::move(value)).second) return refuse(fmt::format("{} is set twice.", name));
  } while (parser.take(","));
  return {};
}

Result<void> read_remove(Parser& parser, Update& update) {
  do {
    update.remove.push_back(TRY(parser.attribute()));
  } while (parser.take(","));
  return {};
}

Result<void> read_add(Parser& parser, Update& update) {
  do {
    std::string name = TRY(parser.attribute());
    const std::int64_t amount = TRY(parser.number());
    if (!update.add.emplace(name, amount).second) return refuse(fmt::format("{} is added to twice.", name));
  } while (parser.take(","));
  return {};
}

Result<void> read_sort_condition(Parser& parser, Query& query) {
  const std::string_view sort = sort_name(query.index);
  if (parser.take("begins_with")) {
    TRY(parser.demand("("));
    TRY(parser.demand_name(sort));
    TRY(parser.demand(","));
    query.prefix = TRY(parser.text());
    return parser.demand(")");
  }
  TRY(parser.demand_name(sort));
  if (parser.take("BETWEEN")) {
    query.from = TRY(parser.text());
    TRY(parser.demand("AND"));
    query.until = TRY(parser.text()) + '\0';  // the first text behind it: DynamoDB's end belongs to the range
    return {};
  }
  if (parser.take("<")) {
    query.until = TRY(parser.text());
    return {};
  }
  TRY(parser.demand(">="));
  query.from = TRY(parser.text());
  return {};
}

/// The members of ExpressionAttributeNames or -Values; none where the request has no such object.
Result<Json::Object> substitutes_in(const Json& request, std::string_view member, char sign) {
  const Json* found = request.find(member);
  if (!found) return Json::Object{};
  const auto* members = found->as<Json::Object>();
  if (!members || members->empty()) return refuse(fmt::format("{} must be an object that is not empty.", member));
  for (const auto& [name, meaning] : *members) {
    if (!is_placeholder(name, sign)) return refuse(fmt::format("{} contains an invalid key: '{}'.", member, name));
  }
  return *members;
}

template <class Map>
Result<void> check_used(const Map& map, std::string_view member) {
  const auto unused = std::ranges::find_if(map, [](const auto& entry) { return !entry.second.used; });
  if (unused == map.end()) return {};
  return refuse(fmt::format("Value provided in {} unused in expressions: {}.", member, unused->first));
}

}  // namespace

Result<Substitutes> Substitutes::from(const Json& request) {
  Substitutes made;
  const Json::Object names = TRY(substitutes_in(request, "ExpressionAttributeNames", '#'));
  for (const auto& [placeholder, meaning] : names) {
    const auto* text = meaning.as<std::string>();
    if (!text || text->empty()) return refuse(fmt::format("ExpressionAttributeNames gives {} no name.", placeholder));
    made.names_.emplace(placeholder, Substitute<std::string>{*text});
  }
  const Json::Object values = TRY(substitutes_in(request, "ExpressionAttributeValues", ':'));
  for (const auto& [placeholder, meaning] : values) {
    auto value = from_attribute(meaning);
    if (!value) return refuse(fmt::format("ExpressionAttributeValues gives {} a value of a type that is not taken here.", placeholder));
    made.values_.emplace(placeholder, Substitute<Value>{*std::move(value)});
  }
  return made;
}

Result<std::string> Substitutes::name(std::string_view placeholder) {
  const auto found = names_.find(placeholder);
  if (found == names_.end()) return refuse(fmt::format("An expression attribute name used in an expression is not defined: {}.", placeholder));
  found->second.used = true;
  return found->second.meaning;
}

Result<Value> Substitutes::value(std::string_view placeholder) {
  const auto found = values_.find(placeholder);
  if (found == values_.end()) return refuse(fmt::format("An expression attribute value used in an expression is not defined: {}.", placeholder));
  found->second.used = true;
  return found->second.meaning;
}

Result<void> Substitutes::finish() const {
  TRY(check_used(names_, "ExpressionAttributeNames"));
  return check_used(values_, "ExpressionAttributeValues");
}

Result<Condition> condition_from(std::string_view expression, Substitutes& substitutes) {
  TRY(check_length(expression));
  Parser parser(expression, substitutes);
  Condition condition;
  do {
    condition.clauses.push_back(TRY(clause_from(parser)));
  } while (parser.take("AND"));
  TRY(parser.end());
  return condition;
}

Result<void> read_update(std::string_view expression, Substitutes& substitutes, Update& update) {
  TRY(check_length(expression));
  Parser parser(expression, substitutes);
  if (parser.take("SET")) TRY(read_set(parser, update));
  if (parser.take("REMOVE")) TRY(read_remove(parser, update));
  if (parser.take("ADD")) TRY(read_add(parser, update));
  return parser.end();
}

Result<void> read_key_condition(std::string_view expression, Substitutes& substitutes, Query& query) {
  TRY(check_length(expression));
  Parser parser(expression, substitutes);
  TRY(parser.demand_name(partition_name(query.index)));
  TRY(parser.demand("="));
  query.partition = TRY(parser.text());
  if (parser.take("AND")) TRY(read_sort_condition(parser, query));
  return parser.end();
}

}  // namespace satchel::dynamodb
