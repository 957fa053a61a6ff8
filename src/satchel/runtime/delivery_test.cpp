// SPDX-License-Identifier: Apache-2.0
// N-3, N-4: events are stored with their effect and delivered at least once; what cannot be delivered ends as a dead letter.
#include "satchel/runtime/delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>

#include "satchel/memory/clock.hpp"
#include "satchel/memory/directory.hpp"
#include "satchel/memory/mailer.hpp"
#include "satchel/memory/object_store.hpp"
#include "satchel/memory/random.hpp"
#include "satchel/memory/table.hpp"
#include "satchel/memory/vault.hpp"

namespace satchel {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Handler = std::function<Result<void>(const Context&, const Event&)>;
// A row's factory is a plain function, so that the consumers of a test stand here.
Handler first_handler, second_handler;

class Consumer final : public Function {
 public:
  explicit Consumer(Handler& handler) : handler_(&handler) {}
  Result<void> on_event(const Context& context, const Event& event) override { return *handler_ ? (*handler_)(context, event) : Result<void>{}; }

 private:
  Handler* handler_;
};
std::unique_ptr<Function> first(const Wiring&) { return std::make_unique<Consumer>(first_handler); }
std::unique_ptr<Function> second(const Wiring&) { return std::make_unique<Consumer>(second_handler); }

class DeliveryTest : public testing::Test {
 protected:
  DeliveryTest() { first_handler = second_handler = nullptr; }

  void put(const std::string& type, const std::string& subject, const std::string& note = "") {
    const Event event{ulid(clock_.now(), random_), type, clock_.now(), "system", subject, {{"note", note}}};
    clock_.advance(Duration{1});
    for (;;) {
      const auto written = table_->write(call(), {Put{outbox_item(event), {}}});
      if (written) return;
    }
  }
  Call call() const { return {clock_.now(), clock_.now() + Duration{600'000}}; }
  /// Passes until there is nothing left to do now.
  void drain(Delivery& delivery) {
    for (int quiet = 0; quiet < 3;) {
      const auto handled = delivery.deliver(call());
      quiet = handled && *handled == 0 ? quiet + 1 : 0;
    }
  }
  std::size_t in_outbox() const {
    std::size_t count = 0;
    for (const Item& item : table_->items()) count += family_of(item.key.partition) == Family::outbox && item.key.sort != "LEASE" ? 1U : 0U;
    return count;
  }
  std::size_t dead_letters() const {
    std::size_t count = 0;
    for (const Item& item : table_->items()) count += family_of(item.key.partition) == Family::dead_letter ? 1U : 0U;
    return count;
  }
  static Handler into(std::vector<std::string>& list) {
    return [&list](const Context&, const Event& event) { return list.push_back(event.data.at("note")), Result<void>{}; };
  }
  static Result<void> no_answer() { return fail(ErrorCode::unavailable, "Not now."); }

  ManualClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<MemoryTable> table_ = memory_table();
  std::unique_ptr<MemoryObjectStore> objects_ = memory_object_store(clock_, random_, {.smallest_part = 1});
  MemoryDirectory directory_{random_};
  MemoryMailer mailer_;
  std::unique_ptr<Vault> vault_ = memory_vault();
  std::unique_ptr<PasswordHasher> hasher_ = memory_password_hasher();
  std::unique_ptr<Logger> logger_ = null_logger();
  Settings settings_;
  Ports ports_{*table_, *objects_, directory_, mailer_, *vault_, *hasher_, settings_};
  Registry registry_{{{.name = "first", .trigger = OnEvent{"thing.done"}, .group = "g", .make = first},
                      {.name = "second", .trigger = OnEvent{"thing.done"}, .group = "g", .make = second},
                      {.name = "created", .trigger = OnEvent{kObjectCreated}, .group = "g", .make = first}},
                     ports_};
  Delivery delivery_{registry_, *table_, *objects_, clock_, random_, *logger_, "one"};
};

TEST_F(DeliveryTest, HandsAnEventToAllItsConsumersAndForgetsIt) {
  std::vector<std::string> one, two;
  first_handler = into(one);
  second_handler = into(two);
  put("thing.done", "a", "x");
  put("nobody.cares", "a");
  drain(delivery_);
  EXPECT_THAT(one, ElementsAre("x"));
  EXPECT_THAT(two, ElementsAre("x"));
  EXPECT_EQ(in_outbox(), 0U);
  EXPECT_EQ(delivery_.counts().delivered, 2U);
}

TEST_F(DeliveryTest, TellsTheConsumerWhoAsksAndUntilWhen) {
  std::optional<Call> given;
  std::string request_id;
  bool system = false;
  first_handler = [&](const Context& context, const Event& event) {
    given = context.call;
    request_id = context.request_id == event.id ? "the event's" : "another";
    system = std::holds_alternative<System>(context.principal);
    return Result<void>{};
  };
  put("thing.done", "a");
  drain(delivery_);
  EXPECT_EQ(given->deadline - given->now, Duration{10'000});
  EXPECT_EQ(request_id, "the event's");
  EXPECT_TRUE(system);
}

TEST_F(DeliveryTest, AnIdlePassWritesNothing) {
  drain(delivery_);
  EXPECT_THAT(table_->items(), IsEmpty());
}

TEST_F(DeliveryTest, TriesAgainWithBackOffAndOnlyTheConsumerThatFailed) {
  int tries = 0;
  std::vector<std::string> two;
  first_handler = [&](const Context&, const Event&) { return ++tries < 3 ? no_answer() : Result<void>{}; };
  second_handler = into(two);
  put("thing.done", "a", "x");
  drain(delivery_);
  EXPECT_EQ(tries, 1) << "not again at once";
  clock_.advance(Duration{1'000});
  drain(delivery_);
  EXPECT_EQ(tries, 2);
  clock_.advance(Duration{999});
  drain(delivery_);
  clock_.advance(Duration{1'001});
  drain(delivery_);
  EXPECT_EQ(tries, 3);
  EXPECT_THAT(two, ElementsAre("x")) << "the other one had done its part";
  EXPECT_EQ(in_outbox(), 0U);
}

TEST_F(DeliveryTest, KeepsTheOrderOfASubjectAndLetsOthersPass) {
  bool broken = true;
  std::vector<std::string> seen;
  first_handler = [&](const Context& context, const Event& event) {
    if (broken && event.subject == "a") return no_answer();
    return into(seen)(context, event);
  };
  put("thing.done", "a", "a1");
  put("thing.done", "a", "a2");
  put("thing.done", "b", "b1");
  drain(delivery_);
  EXPECT_THAT(seen, ElementsAre("b1"));
  broken = false;
  clock_.advance(Duration{2'000});
  drain(delivery_);
  EXPECT_THAT(seen, ElementsAre("b1", "a1", "a2"));
}

TEST_F(DeliveryTest, BuriesAPoisonousEventAfterEightTriesAndRedrivesIt) {
  int tries = 0, others = 0;
  bool broken = true;
  first_handler = [&](const Context&, const Event&) -> Result<void> {
    ++tries;
    if (broken) throw std::runtime_error("poison");
    return {};
  };
  second_handler = [&](const Context&, const Event&) { return ++others, Result<void>{}; };
  put("thing.done", "a");
  for (int i = 0; i < 20; ++i) {
    drain(delivery_);
    clock_.advance(Duration{300'000});
  }
  EXPECT_EQ(tries, 8);
  EXPECT_EQ(in_outbox(), 0U);
  EXPECT_EQ(dead_letters(), 1U);
  EXPECT_EQ(delivery_.counts().dead, 1U);

  broken = false;
  EXPECT_EQ(redrive(*table_, call(), clock_, random_, "first").value(), 1);
  EXPECT_EQ(redrive(*table_, call(), clock_, random_, "first").value(), 0);
  drain(delivery_);
  EXPECT_EQ(tries, 9);
  EXPECT_EQ(others, 1) << "who had it, does not get it again";
  EXPECT_EQ(dead_letters() + in_outbox(), 0U);
}

TEST_F(DeliveryTest, ARestartForgetsNoTries) {
  int tries = 0;
  first_handler = [&](const Context&, const Event&) { return ++tries, no_answer(); };
  put("thing.done", "a");
  for (int i = 0; i < 20; ++i) {
    Delivery anew{registry_, *table_, *objects_, clock_, random_, *logger_, std::to_string(i)};
    drain(anew);
    clock_.advance(Duration{300'000});
  }
  EXPECT_EQ(tries, 8);
  EXPECT_EQ(dead_letters(), 1U);
}

TEST_F(DeliveryTest, LeavesAShardToWhoeverHasItsLease) {
  std::vector<std::string> seen;
  first_handler = into(seen);
  Delivery other{registry_, *table_, *objects_, clock_, random_, *logger_, "two"};
  put("thing.done", "a", "x");
  drain(other);
  put("thing.done", "a", "y");
  EXPECT_EQ(delivery_.deliver(call()).value(), 0);
  EXPECT_THAT(seen, ElementsAre("x"));
  clock_.advance(Duration{30'001});
  EXPECT_EQ(delivery_.deliver(call()).value(), 1) << "the other one is gone";
  EXPECT_THAT(seen, ElementsAre("x", "y"));
  put("thing.done", "a", "z");
  EXPECT_EQ(other.deliver(call()).value(), 0);
}

TEST_F(DeliveryTest, AClockSetBackFreesALease) {
  std::vector<std::string> seen;
  first_handler = into(seen);
  Delivery other{registry_, *table_, *objects_, clock_, random_, *logger_, "two"};
  put("thing.done", "a", "x");
  drain(other);
  clock_.set(clock_.now() - std::chrono::days{3650});
  put("thing.done", "a", "y");
  drain(delivery_);
  EXPECT_THAT(seen, ElementsAre("x", "y"));
}

TEST_F(DeliveryTest, EndsAtTheDeadlineAndGoesOnLater) {
  std::vector<std::string> seen;
  first_handler = [&](const Context& context, const Event& event) {
    clock_.advance(Duration{1'000});
    return into(seen)(context, event);
  };
  for (int i = 0; i < 5; ++i) put("thing.done", "a", std::to_string(i));
  EXPECT_EQ(delivery_.deliver({clock_.now(), clock_.now() + Duration{2'000}}).value(), 2);
  EXPECT_THAT(seen, SizeIs(2));
  drain(delivery_);
  EXPECT_THAT(seen, ElementsAre("0", "1", "2", "3", "4"));
}

class ObjectEventsTest : public DeliveryTest {
 protected:
  ObjectEventsTest() {
    const UserId ann("ann");
    const Resource root{EntryId("root"), {}, SpaceId("space"), ann, false};
    grant_ = decide(SignedIn{.user = {.id = ann}}, Action::add, root, clock_.now()).value();
  }
  void send(const std::string& key) {
    const auto signed_put = objects_->sign_upload(call(), *grant_, {.key = ObjectKey(key), .length = 1});
    ASSERT_EQ(objects_->put(*signed_put, "x").status, 200);
  }
  std::optional<Grant> grant_;
};

TEST_F(ObjectEventsTest, AreHandedOnAndThenAcknowledged) {
  std::vector<std::string> keys;
  first_handler = [&](const Context&, const Event& event) { return keys.push_back(event.subject), Result<void>{}; };
  send("k1");
  send("k2");
  drain(delivery_);
  EXPECT_THAT(keys, ElementsAre("k1", "k2"));
  EXPECT_THAT(objects_->receive(call(), 10).value(), IsEmpty());
  EXPECT_THAT(table_->items(), IsEmpty()) << "what goes well costs the outbox nothing";
}

TEST_F(ObjectEventsTest, WaitInTheOutboxWhereAConsumerFails) {
  int tries = 0;
  first_handler = [&](const Context&, const Event&) { return ++tries < 3 ? no_answer() : Result<void>{}; };
  send("k1");
  drain(delivery_);
  EXPECT_EQ(tries, 1);
  EXPECT_EQ(in_outbox(), 1U);
  EXPECT_THAT(objects_->receive(call(), 10).value(), IsEmpty());
  for (int i = 0; i < 5; ++i) {
    clock_.advance(Duration{5'000});
    drain(delivery_);
  }
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(in_outbox(), 0U);
}

TEST_F(DeliveryTest, LosesNothingOnATableThatDoesEverythingUnkind) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    table_ = memory_table({.seed = seed});
    SeededRandom dice(seed);
    std::map<std::string, int> seen;
    first_handler = [&](const Context&, const Event& event) {
      if (dice.chance(20)) return no_answer();
      ++seen[event.data.at("note")];
      return Result<void>{};
    };
    Delivery delivery{registry_, *table_, *objects_, clock_, random_, *logger_, "one"};
    for (int i = 0; i < 40; ++i) put("thing.done", std::to_string(i % 5), std::to_string(i));
    for (int i = 0; i < 60; ++i) {
      drain(delivery);
      clock_.advance(Duration{60'000});
    }
    EXPECT_THAT(seen, SizeIs(40)) << "seed " << seed;
    EXPECT_EQ(in_outbox(), 0U);
    EXPECT_EQ(dead_letters(), 0U);
  }
}

}  // namespace
}  // namespace satchel
