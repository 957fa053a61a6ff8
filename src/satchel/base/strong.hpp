// SPDX-License-Identifier: Apache-2.0
// Strong<Tag>: a string that cannot be taken for another string.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace satchel {

template <class Tag>
class Strong {
 public:
  Strong() = default;
  explicit Strong(std::string value) : value_(std::move(value)) {}
  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  auto operator<=>(const Strong&) const = default;

 private:
  std::string value_;
};

}  // namespace satchel

template <class Tag>
struct std::hash<satchel::Strong<Tag>> {
  std::size_t operator()(const satchel::Strong<Tag>& value) const {
    return std::hash<std::string>{}(value.str());
  }
};
