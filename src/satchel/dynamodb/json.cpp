// SPDX-License-Identifier: Apache-2.0
#include "satchel/dynamodb/json.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace satchel::dynamodb {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

void join(std::string& list, std::string_view separator, const std::string& member) {
  if (!list.empty()) list += separator;
  list += member;
}

}  // namespace

std::string_view index_name(Index index) { return index == Index::base ? std::string_view() : index == Index::gsi1 ? "gsi1" : "gsi2"; }
std::string_view partition_name(Index index) { return index == Index::base ? kPartition : index == Index::gsi1 ? kGsi1Partition : kGsi2Partition; }
std::string_view sort_name(Index index) { return index == Index::base ? kSort : index == Index::gsi1 ? kGsi1Sort : kGsi2Sort; }

Json to_attribute(const Value& value) {
  return std::visit(Overloaded{[](const std::string& text) { return Json::object({{"S", text}}); },
                               [](std::int64_t number) { return Json::object({{"N", std::to_string(number)}}); },
                               [](bool flag) { return Json::object({{"BOOL", flag}}); }},
                    value);
}

Result<Value> from_attribute(const Json& attribute) {
  const auto* members = attribute.as<Json::Object>();
  if (!members || members->size() != 1) return fail(ErrorCode::internal, "The table holds an attribute that is none.", attribute.text());
  if (const Json* text = attribute.find("S"); text && text->as<std::string>()) return Value(*text->as<std::string>());
  if (const Json* flag = attribute.find("BOOL"); flag && flag->as<bool>()) return Value(*flag->as<bool>());
  if (const Json* number = attribute.find("N"); number && number->as<std::string>()) {
    const std::string& digits = *number->as<std::string>();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error == std::errc() && end == digits.data() + digits.size()) return Value(value);
  }
  return fail(ErrorCode::internal, "The table holds an attribute that Satchel did not write.", attribute.text());
}

Json key_json(const Key& key) {
  return Json::object({{std::string(kPartition), to_attribute(key.partition)}, {std::string(kSort), to_attribute(key.sort)}});
}

Json item_json(const Item& item) {
  Json json = key_json(item.key);
  for (const auto& [name, value] : item.attributes) json.set(name, to_attribute(value));
  return json;
}

Result<Item> item_from(const Json& attributes) {
  Item item;
  const auto* members = attributes.as<Json::Object>();
  if (!members) return fail(ErrorCode::internal, "The table gave an item that is none.", attributes.text());
  for (const auto& [name, attribute] : *members) item.attributes.emplace(name, TRY(from_attribute(attribute)));
  item.key = {item.text(kPartition), item.text(kSort)};
  item.attributes.erase(std::string(kPartition));
  item.attributes.erase(std::string(kSort));
  return item;
}

std::string Placeholders::name(std::string_view attribute) {
  const std::string placeholder = fmt::format("#n{}", count_++);
  names_.set(placeholder, attribute);
  return placeholder;
}

std::string Placeholders::value(const Value& value) {
  const std::string placeholder = fmt::format(":v{}", count_++);
  values_.set(placeholder, to_attribute(value));
  return placeholder;
}

void Placeholders::add_to(Json& request) const {
  if (!names_.as<Json::Object>()->empty()) request.set("ExpressionAttributeNames", names_);
  if (!values_.as<Json::Object>()->empty()) request.set("ExpressionAttributeValues", values_);
}

std::string condition_expression(const Condition& condition, Placeholders& placeholders) {
  std::string all;
  for (const auto& clause : condition.clauses) {
    join(all, " AND ",
         std::visit(Overloaded{[&](const Condition::Exists&) { return fmt::format("attribute_exists({})", placeholders.name(kPartition)); },
                               [&](const Condition::Absent&) { return fmt::format("attribute_not_exists({})", placeholders.name(kPartition)); },
                               [&](const Condition::Equals& equals) {
                                 const std::string name = placeholders.name(equals.attribute);
                                 return fmt::format("{} = {}", name, placeholders.value(equals.value));
                               },
                               [&](const Condition::AtLeast& least) {
                                 const std::string name = placeholders.name(least.attribute);
                                 return fmt::format("{} >= {}", name, placeholders.value(least.number));
                               }},
                    clause));
  }
  return all;
}

std::string update_expression(const Update& update, Placeholders& placeholders) {
  std::string set, add, remove, all;
  for (const auto& [name, value] : update.set) {
    const std::string placeholder = placeholders.name(name);
    join(set, ", ", fmt::format("{} = {}", placeholder, placeholders.value(value)));
  }
  for (const auto& [name, number] : update.add) {
    const std::string placeholder = placeholders.name(name);
    join(add, ", ", fmt::format("{} {}", placeholder, placeholders.value(number)));
  }
  for (const std::string& name : update.remove) join(remove, ", ", placeholders.name(name));
  if (!set.empty()) join(all, " ", "SET " + set);
  if (!remove.empty()) join(all, " ", "REMOVE " + remove);
  if (!add.empty()) join(all, " ", "ADD " + add);
  return all;
}

Json transact_item(const Operation& operation, const std::string& table) {
  Placeholders placeholders;
  Json body = Json::object({{"TableName", table}});
  const std::string kind = std::visit(Overloaded{[&](const Put& put) {
                                                   body.set("Item", item_json(put.item));
                                                   return "Put";
                                                 },
                                                 [&](const Update& update) {
                                                   body.set("Key", key_json(update.key));
                                                   const std::string expression = update_expression(update, placeholders);
                                                   if (!expression.empty()) body.set("UpdateExpression", expression);
                                                   return "Update";
                                                 },
                                                 [&](const Delete& erase) {
                                                   body.set("Key", key_json(erase.key));
                                                   return "Delete";
                                                 },
                                                 [&](const Check& check) {
                                                   body.set("Key", key_json(check.key));
                                                   return "ConditionCheck";
                                                 }},
                                      operation);
  const std::string condition = condition_expression(condition_of(operation), placeholders);
  if (!condition.empty()) body.set("ConditionExpression", condition);
  placeholders.add_to(body);
  return Json::object({{kind, std::move(body)}});
}

}  // namespace satchel::dynamodb
