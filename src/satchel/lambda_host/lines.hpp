// SPDX-License-Identifier: Apache-2.0
// What a process writes, cut into lines of bounded length. One thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace satchel::lambda_host {

class Lines {
 public:
  using Take = std::function<void(std::string_view line)>;
  explicit Lines(Take take, std::size_t longest = 8192) : take_(std::move(take)), longest_(longest) {}

  /// Calls `take` for each line that is whole, without its end. The rest of one that is too long is left out.
  void add(std::string_view bytes);
  /// What came without an end is a line, too.
  void finish();

 private:
  void append(std::string_view bytes);

  Take take_;
  const std::size_t longest_;
  std::string line_;
};

}  // namespace satchel::lambda_host
