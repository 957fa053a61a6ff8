// SPDX-License-Identifier: Apache-2.0
// Request heads into the signature verifier: nothing crashes, nothing verifies by chance, and what verifies has every header
// signed that must be. Input: method, target and "name: value" fields, a line each.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "satchel/base/clock.hpp"
#include "satchel/net/sigv4_verifier.hpp"

namespace {

using namespace satchel;

/// The moment of the corpus.
class StandingClock final : public Clock {
 public:
  Time now() const override { return from_millis(1'795'521'600'000); }
  void sleep_until(Time) override {}
};

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(text.size(), line.size() + 1));
  return line;
}

net::RequestHead head_of(std::string_view text) {
  net::RequestHead head;
  head.method = take_line(text);
  head.target = take_line(text);
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    std::string name(line.substr(0, colon));
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    head.fields.add(std::move(name), std::string(line.substr(colon + 2)));
  }
  return head;
}

void demand(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const StandingClock clock;
  static const net::Verifier right({}, [](std::string_view key) { return key == "KEY" ? std::optional<std::string>("secret") : std::nullopt; }, clock);
  static const net::Verifier other({}, [](std::string_view) { return std::optional<std::string>("nobody signs with this"); }, clock);
  const net::RequestHead head = head_of({reinterpret_cast<const char*>(data), size});
  demand(!other.verify(head));
  if (const auto target = net::Target::parse(head.target)) {
    const auto again = net::Target::parse(net::encode_target(*target));
    demand(again && again->path == target->path && again->query == target->query);
  }
  const auto verified = right.verify(head);
  if (!verified) return 0;
  demand(verified->access_key() == "KEY" && verified->signs("host"));
  for (const net::Field& field : head.fields) {
    demand(!field.name.starts_with("x-amz-") || field.name == "x-amz-content-sha256" || verified->signs(field.name));
  }
  return 0;
}
