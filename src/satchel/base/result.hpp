// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error, never silently dropped; TRY: hand an error to the caller and go on with the value.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "satchel/base/error.hpp"

namespace satchel {

/// A class of its own, since libstdc++ 12's std::expected is not [[nodiscard]].
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

/// return fail(ErrorCode::invalid, "The name is empty. Give it at least one character.");
inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string detail = {},
                                   std::string type = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(detail), std::move(type)});
}

namespace detail {
template <class T>
T take(Result<T>& result) {
  return *std::move(result);
}
inline void take(Result<void>&) {}
}  // namespace detail

}  // namespace satchel

#define SATCHEL_CONCAT_(a, b) a##b
#define SATCHEL_CONCAT(a, b) SATCHEL_CONCAT_(a, b)
#define SATCHEL_TRY_(name, ...)                                        \
  __extension__({                                                      \
    auto name = (__VA_ARGS__);                                         \
    if (!name) return std::unexpected(std::move(name).error());        \
    ::satchel::detail::take(name);                                     \
  })
/// auto item = TRY(table.get(context, key));
/// Not within a braced initialiser: GCC 12 leaks the members made so far when the statement returns early.
#define TRY(...) SATCHEL_TRY_(SATCHEL_CONCAT(satchel_try_, __COUNTER__), __VA_ARGS__)
