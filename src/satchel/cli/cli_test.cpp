// SPDX-License-Identifier: Apache-2.0
// The pieces of the command line that need no server; the commands themselves are tested on the real binary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "satchel/base/crc.hpp"
#include "satchel/cli/api.hpp"
#include "satchel/cli/credentials.hpp"
#include "satchel/cli/local_file.hpp"
#include "satchel/cli/put.hpp"
#include "satchel/cli/remote.hpp"
#include "satchel/cli/share.hpp"
#include "satchel/memory/clock.hpp"
#include "satchel/memory/random.hpp"

namespace satchel::cli {
namespace {

class CommandLine : public testing::Test {
 protected:
  CommandLine() {
    std::string pattern = std::filesystem::temp_directory_path() / "satchel-cli-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~CommandLine() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  ManualClock clock_;
  SeededRandom random_{1};
  std::istringstream in_;
  std::ostringstream out_, err_;
  World world_{in_, out_, err_, false, true, 60, false, [this](std::string_view name) -> std::optional<std::string> {
                 return name == "XDG_CONFIG_HOME" ? std::optional(folder_) : std::nullopt;
               }, clock_, random_};
};

TEST_F(CommandLine, KnowsALinkWhenItSeesOne) {
  const auto link = parse_link("https://files.example.org/base/s/0123456789abcdefghijkl/file?x#y");
  ASSERT_TRUE(link);
  EXPECT_EQ(link->url, "https://files.example.org/base");
  EXPECT_EQ(link->token, "0123456789abcdefghijkl");
  for (const char* other : {"Photos/s/0123456789abcdefghijkl", "https://example.org/s/short", "https://example.org/", "ftp://h/s/0123456789abcdefghijkl"}) {
    EXPECT_FALSE(parse_link(other)) << other;
  }
}

TEST_F(CommandLine, TidiesPaths) {
  EXPECT_EQ(tidy("//a///b/"), "a/b");
  EXPECT_EQ(tidy("/"), "");
  EXPECT_EQ(split_last("a/b/c"), (std::pair<std::string, std::string>("a/b", "c")));
  EXPECT_EQ(split_last("c"), (std::pair<std::string, std::string>("", "c")));
  EXPECT_EQ(name_of("x/y/"), "y");
  EXPECT_EQ(name_of(folder_ + "/."), std::filesystem::path(folder_).filename());
}

TEST_F(CommandLine, KeepsTheSignInToItself) {
  const Credentials credentials{.url = "https://h", .token_endpoint = "https://h/auth/token", .client_id = "c", .token = "t", .refresh_token = "r", .expires = from_millis(5)};
  {
    auto store = CredentialStore::open(world_).value();
    EXPECT_FALSE(store.load().value());
    ASSERT_TRUE(store.save(credentials));
    EXPECT_EQ(store.load().value()->refresh_token, "r");
    EXPECT_EQ(CredentialStore::open(world_).error().code, ErrorCode::unavailable) << "two commands at once";
  }
  struct stat about {};
  ASSERT_EQ(::stat((folder_ + "/satchel/credentials.json").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  EXPECT_TRUE(CredentialStore::open(world_).value().forget());
  EXPECT_FALSE(CredentialStore::open(world_).value().load().value());
}

TEST_F(CommandLine, ReadsAFileInRanges) {
  const std::string path = folder_ + "/f";
  std::ofstream(path) << std::string(600'000, 'x') << "tail";
  const auto file = LocalFile::open(path).value();
  EXPECT_EQ(file.size(), 600'004U);
  EXPECT_EQ(file.crc64(600'000, 4).value(), crc64nvme("tail"));
  EXPECT_EQ(file.crc64(0, file.size()).value(), crc64nvme(std::string(600'000, 'x') + "tail"));
  EXPECT_FALSE(file.crc64(600'000, 5)) << "the file is shorter than what was asked for";
  EXPECT_EQ(LocalFile::open(folder_).error().code, ErrorCode::invalid);
  EXPECT_EQ(LocalFile::open(folder_ + "/none").error().code, ErrorCode::not_found);
}

TEST_F(CommandLine, ShowsNamesWithoutTheirTricks) {
  EXPECT_EQ(printable("a\x1b[31mb\n"), "a?[31mb?");
  EXPECT_EQ(printable("cod\xe2\x80\xaegpj.exe"), "cod?gpj.exe");
  EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
}

TEST_F(CommandLine, WritesSizesForPeople) {
  EXPECT_EQ(human_size(999), "999 B");
  EXPECT_EQ(human_size(1000), "1.0 kB");
  EXPECT_EQ(human_size(999'999), "1.0 MB");
  EXPECT_EQ(human_size(5'368'709'120), "5.4 GB");
}

TEST_F(CommandLine, DrawsProgressWithinTheTerminal) {
  {
    Progress progress(world_, "a-very-long-file-name-that-does-not-fit.bin", 1000);
    progress.skip(500);
    clock_.advance(Duration{1000});
    progress.add(250);
  }
  const std::string drawn = err_.str();
  EXPECT_NE(drawn.find(" 75%"), std::string::npos) << drawn;
  EXPECT_NE(drawn.find("250 B/s  0:01"), std::string::npos) << "what was there already is no speed: " << drawn;
  for (std::size_t at = 0; at != std::string::npos;) {
    const std::size_t end = drawn.find('\r', at + 1);
    EXPECT_LE(drawn.substr(at, end - at).size(), 60U + 4) << drawn.substr(at, end - at);
    at = end;
  }
}

TEST_F(CommandLine, ErrorsHaveAWayOnAndAStatus) {
  EXPECT_EQ(report(world_, {ErrorCode::gone, "It is over.", "request 7"}), kNotFound);
  EXPECT_EQ(err_.str(), "satchel: It is over.\n         (request 7)\n");
  err_.str("");
  world_.json = true;
  EXPECT_EQ(report(world_, {ErrorCode::unavailable, "No answer."}), kNoAnswer);
  EXPECT_EQ(err_.str(), "{\"type\":\"unavailable\",\"detail\":\"No answer.\"}\n");
}

TEST_F(CommandLine, TellsOfASilentServerOnceUntilItAnswers) {
  world_.err_is_terminal = false;
  Silence silence(world_);
  const Duration patience = std::chrono::minutes{15};
  silence.begin(patience);
  silence.begin(patience);
  EXPECT_EQ(err_.str(), "satchel: the server does not answer; trying again for up to 15 minutes.\n");
  const Time end = clock_.now() + patience;
  clock_.advance(Duration{60'000});
  EXPECT_EQ(silence.until(patience), end) << "what begins later gives up no later";
  silence.end();
  EXPECT_EQ(silence.until(patience), clock_.now() + patience);
  err_.str("");
  world_.json = true;
  silence.begin(patience);
  EXPECT_THAT(err_.str(), testing::StartsWith(R"({"type":"no_answer","detail":)"));
}

TEST_F(CommandLine, PlansWhatIsSentBeforeAnythingIs) {
  const auto file = [&](const std::string& path) {
    std::filesystem::create_directories(std::filesystem::path(folder_ + "/" + path).parent_path());
    std::ofstream(folder_ + "/" + path) << "x";
  };
  for (const char* path : {"a/x", "a/deep/y", "a/bad\nfolder/z", "b/a/X", "b/a/w"}) file(path);
  const Plan plan = plan_of(world_, {folder_ + "/a", folder_ + "/b/a"});
  EXPECT_THAT(plan.folders, testing::UnorderedElementsAre("a", "a/deep"));
  std::vector<std::string> places;
  for (const Outgoing& sent : plan.files) places.push_back(sent.folder + "/" + sent.name);
  EXPECT_THAT(places, testing::UnorderedElementsAre("a/deep/y", "a/w")) << "of two for one place none goes";
  ASSERT_EQ(plan.refused.size(), 2U);
  for (const Error& error : plan.refused) EXPECT_EQ(error.code, ErrorCode::invalid);
}

TEST_F(CommandLine, CountsWhatAnotherTryWouldSend) {
  PutOutcome outcome;
  for (const ErrorCode code : {ErrorCode::invalid, ErrorCode::unavailable, ErrorCode::conflict, ErrorCode::too_many}) outcome.note(world_, {code, "It failed."});
  EXPECT_EQ(outcome.failed, 4U);
  EXPECT_EQ(outcome.passing, 2U);
  EXPECT_EQ(outcome.first_error->code, ErrorCode::invalid);
}

TEST_F(CommandLine, TakesThePasswordFromOneLine) {
  in_.str("secret words\nmore\n");
  EXPECT_EQ(read_password(world_).value(), "secret words");
  in_.str("\n");
  EXPECT_FALSE(read_password(world_));
}

}  // namespace
}  // namespace satchel::cli
