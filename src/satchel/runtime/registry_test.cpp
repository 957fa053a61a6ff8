// SPDX-License-Identifier: Apache-2.0
#include "satchel/runtime/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "satchel/memory/directory.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"

namespace satchel {
namespace {

class Nothing final : public Function {};
std::unique_ptr<Function> nothing(const Wiring&) { return std::make_unique<Nothing>(); }
std::unique_ptr<Function> greedy(const Wiring& wiring) {
  wiring.mailer();
  return std::make_unique<Nothing>();
}

class RegistryTest : public testing::Test {
 protected:
  ManualClock clock_;
  SeededRandom random_{1};
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::unique_ptr<MemoryObjectStore> objects_ = memory_object_store(clock_, random_);
  MemoryDirectory directory_{random_};
  MemoryMailer mailer_;
  std::unique_ptr<Vault> vault_ = memory_vault();
  std::unique_ptr<PasswordHasher> hasher_ = memory_password_hasher();
  Settings settings_;
  Ports ports_{*table_, *objects_, directory_, mailer_, *vault_, *hasher_, settings_};
};

TEST_F(RegistryTest, FindsTheRouteAndItsParameters) {
  const Registry registry({{.name = "one", .trigger = Route{"GET", "/api/v1/entries/{id}"}, .group = "g", .make = nothing},
                           {.name = "two", .trigger = Route{"POST", "/api/v1/entries/{id}/copy"}, .group = "g", .make = nothing},
                           {.name = "own", .trigger = Route{"GET", "/api/v1/entries/mine"}, .group = "g", .make = nothing}},
                          ports_);
  EXPECT_EQ(registry.match("GET", "/api/v1/entries/a%20b").bound->row.name, "one");
  EXPECT_EQ(registry.match("GET", "/api/v1/entries/a%20b").parameters.at("id"), "a b");
  EXPECT_EQ(registry.match("HEAD", "/api/v1/entries/x").bound->row.name, "one");
  EXPECT_EQ(registry.match("GET", "/api/v1/entries/mine").bound->row.name, "own") << "a literal wins";
  EXPECT_THAT(registry.match("DELETE", "/api/v1/entries/x").allowed, testing::ElementsAre("GET"));
  for (const char* none : {"/api/v1/entries", "/api/v1/entries/", "/api/v1/entries/x/", "/api/v1/entries//copy", "/api/v1/entries/%zz",
                           "/api/v1/entries/%ff", "api", "", "/API/v1/entries/x"}) {
    EXPECT_FALSE(registry.match("GET", none).bound) << none;
  }
}

TEST_F(RegistryTest, FindsTheConsumersOfAnEvent) {
  const Registry registry({{.name = "a", .trigger = OnEvent{"x.done"}, .group = "g", .make = nothing},
                           {.name = "b", .trigger = OnEvent{"y.done"}, .group = "g", .make = nothing}},
                          ports_);
  ASSERT_EQ(registry.consumers("x.done").size(), 1U);
  EXPECT_EQ(registry.consumers("x.done")[0]->row.name, "a");
}

TEST_F(RegistryTest, ARowCannotTakeAPortThatItDoesNotList) {
  EXPECT_DEATH(Registry({{.name = "greedy", .trigger = Every{Duration{1}}, .group = "g", .make = greedy}}, ports_), "'greedy' takes a port");
  Registry fine({{.name = "greedy", .trigger = Every{Duration{1}}, .group = "g", .ports = {Port::mailer}, .make = greedy}}, ports_);
  EXPECT_EQ(fine.all().size(), 1U);
}

}  // namespace
}  // namespace satchel
