// SPDX-License-Identifier: Apache-2.0
// A function's program for the tests of the host: does what its event says ({"do": "echo"}), or fails at its start as START says.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "satchel/base/json.hpp"
#include "satchel/lambda/worker.hpp"

extern char** environ;

namespace satchel {
namespace {

std::string text_in(const Json& event, std::string_view name) {
  const Json* member = event.find(name);
  const auto* text = member ? member->as<std::string>() : nullptr;
  return text ? *text : std::string();
}

std::string surroundings() {
  Json variables = Json::array(), descriptors = Json::array();
  for (char** variable = environ; *variable; ++variable) variables.push(Json(*variable));
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code none;
    descriptors.push(Json(std::filesystem::read_symlink(entry.path(), none).string()));
  }
  return Json::object({{"environment", variables}, {"descriptors", descriptors}, {"folder", std::filesystem::current_path().string()}}).text();
}

/// Returns once `count` processes are in it at the same time.
void meet(const std::string& folder, std::size_t count) {
  std::ofstream(folder + "/" + std::to_string(getpid())) << "here";
  while (static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {})) < count) std::this_thread::yield();
}

void wait_for(const std::string& file) {
  while (!std::filesystem::exists(file)) std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

Result<std::string> work(const lambda::Invocation& invocation) {
  const Json event = Json::parse(invocation.payload).value();
  const std::string what = text_in(event, "do");
  if (what == "echo") return invocation.payload;
  if (what == "who") return std::to_string(getpid());
  if (what == "crash") std::raise(SIGKILL);
  if (what == "exit") _exit(3);
  if (what == "hang") pause();
  if (what == "large") return std::string(7 * 1024 * 1024, 'x');
  if (what == "fail") return fail(ErrorCode::unavailable, "The table is away.", "detail");
  if (what == "throw") throw std::runtime_error("thrown");
  if (what == "surroundings") return surroundings();
  if (what == "deadline") return std::to_string(to_millis(invocation.deadline));
  if (what == "meet") meet(text_in(event, "folder"), 3);
  if (what == "wait") wait_for(text_in(event, "file"));
  if (what == "write") fmt::print(stderr, "{{\"level\":\"info\",\"event\":\"own\"}}\nplain\n{}\n", std::string(100'000, 'l'));
  return std::string("{}");
}

}  // namespace
}  // namespace satchel

int main() {
  const char* start = std::getenv("START");
  const std::string_view how = start ? start : "";
  if (how == "exit") return 4;
  if (how == "hang") pause();
  const auto clock = satchel::system_clock();
  satchel::lambda::RuntimeClient client(std::getenv("AWS_LAMBDA_RUNTIME_API"), *clock);
  if (how == "error") {
    (void)client.fail_start({"Test.NoTable", "There is no table."});
    return 1;
  }
  const auto log = satchel::null_logger();
  satchel::lambda::work(client, satchel::work, *log);
  _exit(0);
}
