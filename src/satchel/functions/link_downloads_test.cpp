// SPDX-License-Identifier: Apache-2.0
// A-15, I8: a download limit counts exactly, whatever is tried in parallel, in pieces or with events that come twice.
#include <set>
#include <thread>

#include "satchel/functions/links_test.hpp"

namespace satchel {
namespace {

class LinkDownloads : public LinksFixture {
 protected:
  Answer limited(int limit) { return link_to(a_, fmt::format(R"("max_downloads":{})", limit)); }
  std::int64_t left(const Answer& link) { return stored(link).left; }

  const EntryId a_ = file(root_, "a", "0123456789");
};

TEST_F(LinkDownloads, AreCounted) {
  const Answer link = limited(2);
  const Answer first = download(token_of(link));
  EXPECT_EQ(first.text("lease").size(), 22U);
  EXPECT_EQ(fetch(first).body, "0123456789");
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(visit("GET", api(token_of(link))).number("downloads_left"), 1);
  EXPECT_EQ(owner_sees(link).number("downloads"), 1);
  EXPECT_EQ(fetch(download(token_of(link))).status, 200);
  EXPECT_TRUE(b_.deliver());
  for (const Answer& over : {download(token_of(link)), visit("GET", api(token_of(link))), visit("POST", "/s/" + token_of(link) + "/file")}) {
    EXPECT_EQ(over.status, 410);
    EXPECT_EQ(over.type(), "link_spent");
  }
  change(link, R"({"max_downloads":3})");
  EXPECT_EQ(visit("GET", api(token_of(link))).number("downloads_left"), 1);
}

// A-15: limit N, 2N at once.
TEST_F(LinkDownloads, OfTwiceAsManyAtOnceOnlyTheLimitGetThrough) {
  constexpr int kLimit = 4;
  const Answer link = limited(kLimit);
  std::vector<int> statuses(2 * kLimit);
  {
    std::vector<std::jthread> visitors;
    for (int& status : statuses) visitors.emplace_back([&] { status = download(token_of(link)).status; });
  }
  EXPECT_EQ(std::ranges::count(statuses, 200), kLimit);
  EXPECT_EQ(std::ranges::count(statuses, 410), kLimit);
  EXPECT_EQ(left(link), 0);
}

TEST_F(LinkDownloads, ThatFailAreGivenBack) {
  const Answer link = limited(1);
  EXPECT_EQ(fetch(download(token_of(link)), 4).body, "0123");
  EXPECT_EQ(download(token_of(link)).type(), "link_spent") << "while it is out";
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(left(link), 1);
  EXPECT_EQ(fetch(download(token_of(link))).body, "0123456789");
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(left(link), 0);
  EXPECT_EQ(owner_sees(link).number("downloads"), 1);
}

TEST_F(LinkDownloads, AnEventThatComesTwiceCountsOnce) {
  const Answer link = limited(5);
  fetch(download(token_of(link)), 4);
  EXPECT_TRUE(b_.deliver());
  const auto events = b_.delivered();
  for (const Event& event : events) b_.deliver_again(event);
  EXPECT_EQ(left(link), 5);
}

// A-15: in pieces, or resumed under the address that was signed before.
TEST_F(LinkDownloads, PiecesThatMakeAWholeSpendTheLink) {
  const Answer link = limited(1);
  const Answer taken = download(token_of(link));
  fetch(taken, 5);
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(left(link), 1);
  fetch(taken, 5);
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(left(link), 0);
  fetch(taken, 3);
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(left(link), 0) << "what is spent stays so";
}

// A-15: a quarter under each of four leases is a file, too.
TEST_F(LinkDownloads, PiecesOfManyFailuresAreNotAllGivenBack) {
  const Answer link = limited(1);
  for (int quarter = 0; quarter < 2; ++quarter) {
    fetch(download(token_of(link)), 2);
    EXPECT_TRUE(b_.deliver());
    EXPECT_EQ(left(link), 1);
  }
  const Answer third = download(token_of(link));
  fetch(third, 3);
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(left(link), 0) << "more than half has gone out for nothing";
  const Answer again = download(token_of(link), fmt::format(R"({{"lease":"{}"}})", third.text("lease")));
  EXPECT_EQ(again.text("lease"), third.text("lease")) << "who began goes on";
  EXPECT_EQ(fetch(again).body, "0123456789");
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(left(link), 0);
}

TEST_F(LinkDownloads, AllButTheLastByteIsADownload) {
  const Answer link = limited(1);
  fetch(download(token_of(link)), 9);
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(download(token_of(link)).type(), "link_spent");
}

TEST_F(LinkDownloads, AnAddressWhoseLeaseWasGivenBackDoesNotServeTheRestForNothing) {
  const Answer link = limited(1);
  const Answer taken = download(token_of(link));
  fetch(taken, 1);
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(left(link), 1);
  fetch(taken, 8);
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(left(link), 0);
}

TEST_F(LinkDownloads, WhatWasServedInFullIsNotServedAgain) {
  const Answer link = limited(1);
  const Answer taken = download(token_of(link));
  EXPECT_EQ(fetch(taken).body, "0123456789");
  EXPECT_TRUE(b_.deliver());
  EXPECT_EQ(download(token_of(link), fmt::format(R"({{"lease":"{}"}})", taken.text("lease"))).type(), "link_spent");
}

TEST_F(LinkDownloads, AReturnedLeaseOpensNothing) {
  const Answer link = limited(1);
  const Answer taken = download(token_of(link));
  fetch(taken, 4);
  EXPECT_TRUE(b_.deliver());
  const Answer again = download(token_of(link), fmt::format(R"({{"lease":"{}"}})", taken.text("lease")));
  EXPECT_EQ(again.status, 200);
  EXPECT_NE(again.text("lease"), taken.text("lease"));
  EXPECT_EQ(left(link), 0) << "it has been taken anew";
}

TEST_F(LinkDownloads, TheFilesOfAFolderFollowUnderOneLease) {
  const EntryId f = b_.make_folder(b_.anna, root_, "f");
  const EntryId x = file(f, "x", "111"), y = file(f, "y", "2222");
  const Answer link = link_to(f, R"("max_downloads":1)");
  const std::string token = token_of(link);
  const Answer first = download(token, fmt::format(R"({{"entry":"{}"}})", x.str()));
  fetch(first);
  EXPECT_TRUE(b_.deliver());
  const std::string lease = first.text("lease");
  const Answer second = download(token, fmt::format(R"({{"entry":"{}","lease":"{}"}})", y.str(), lease));
  EXPECT_EQ(fetch(second).body, "2222");
  EXPECT_EQ(second.text("lease"), lease);
  EXPECT_EQ(visit("GET", api(token, "/entries?lease=" + lease)).status, 200);
  EXPECT_EQ(visit("GET", api(token, "/entries")).type(), "link_spent");
  EXPECT_EQ(download(token, fmt::format(R"({{"entry":"{}"}})", y.str())).type(), "link_spent");
  // Another link's lease is worth nothing here.
  const Answer other = link_to(f, R"("max_downloads":1)");
  EXPECT_NE(download(token_of(other), fmt::format(R"({{"entry":"{}","lease":"{}"}})", y.str(), lease)).text("lease"), lease);
  b_.clock.advance(std::chrono::hours{24});
  EXPECT_EQ(download(token, fmt::format(R"({{"entry":"{}","lease":"{}"}})", y.str(), lease)).type(), "link_spent") << "a lease ends";
}

TEST_F(LinkDownloads, ALeaseOfWhichNothingIsHeardStaysSpent) {
  const Answer link = limited(2);
  download(token_of(link));
  EXPECT_EQ(left(link), 1);
  b_.run_schedule("collect_expired");
  b_.clock.advance(std::chrono::hours{25});
  b_.run_schedule("collect_expired");
  for (const Item& item : b_.table->items()) EXPECT_NE(family_of(item.key.partition), Family::lease);
  EXPECT_EQ(left(link), 1);
}

// A crash, or an answer that is lost, at every call: left = limit - leases that are out or spent.
TEST_F(LinkDownloads, TheCountIsExactAfterEveryFault) {
  b_.faults.reset();
  download(token_of(limited(1)));
  const std::size_t calls = b_.faults.calls();
  for (const FaultMode mode : kFaultModes) {
    for (std::size_t call = 1; call <= calls; ++call) {
      const Answer link = limited(3);
      b_.faults.reset();
      b_.faults.arm(call, mode);
      bool crashed = false;
      Answer answer;
      try {
        answer = b_.ask(Principal(Anonymous{}), "POST", api(token_of(link), "/downloads"), "{}");
      } catch (const Crash&) {
        crashed = true;
      }
      b_.faults.reset();
      b_.restart();
      std::int64_t out = 0;
      for (const Item& item : b_.table->items()) {
        out += family_of(item.key.partition) == Family::lease && item.text("link") == link.text("id") && item.text("state") != "returned" ? 1 : 0;
      }
      EXPECT_EQ(left(link), 3 - out) << to_string(mode) << " at call " << call;
      EXPECT_TRUE(crashed || answer.status != 200 || out == 1) << "a lost answer takes no second download";
    }
  }
}

TEST_F(LinkDownloads, OfALinkWithoutALimitGoOnWhereTheTableTakesNoWrites) {
  const std::string token = token_of(link_to(a_));
  b_.faults.reset();
  download(token);
  const auto trace = b_.faults.trace();
  const auto write = static_cast<std::size_t>(std::ranges::find(trace, "table.write") - trace.begin()) + 1;
  b_.faults.reset();
  b_.faults.arm(write, FaultMode::fail_once);
  EXPECT_EQ(fetch(b_.ask(Principal(Anonymous{}), "POST", api(token, "/downloads"), "{}")).body, "0123456789");
}

TEST_F(LinkDownloads, SendWhatMayNotBeShownAsAttachment) {
  const std::string token = token_of(link_to(file(root_, "evil.html", "<script>")));
  const Answer taken = download(token, R"({"inline":true})");
  EXPECT_EQ(taken.text("type"), "application/octet-stream");
  EXPECT_THAT(fetch(taken).headers, testing::Contains(testing::Pair("content-disposition", testing::StartsWith("attachment"))));
}

}  // namespace
}  // namespace satchel
