// SPDX-License-Identifier: Apache-2.0
#include "apps/satchel/client_commands.hpp"

#include <CLI/CLI.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "apps/satchel/usage.hpp"
#include "satchel/base/clock.hpp"
#include "satchel/base/random.hpp"
#include "satchel/cli/commands.hpp"

namespace satchel {
namespace {

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

int terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// The options of all client commands, which live as long as the command line.
struct Given {
  std::string url, to, folder, from, path, output;
  std::vector<std::string> paths;
  bool password_stdin = false;
  cli::ShareOptions share;
};

int run(const Given& given, bool json, int (*command)(cli::World&, const Given&)) {
  std::signal(SIGPIPE, SIG_IGN);  // a connection that breaks is an error value, not the end
  const auto clock = system_clock();
  const auto random = system_random();
  cli::World world{.in = std::cin,
                   .out = std::cout,
                   .err = std::cerr,
                   .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                   .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
                   .columns = terminal_columns(),
                   .json = json,
                   .environment = environment,
                   .clock = *clock,
                   .random = *random};
  return command(world, given);
}

class Commands {
 public:
  Commands(CLI::App& app, ChosenCommand& chosen, const bool& json) : app_(app), chosen_(chosen), json_(json), given_(std::make_shared<Given>()) {}

  void add_all() {
    add_signing_in();
    add_files();
    add_links();
  }

 private:
  CLI::App* add(const std::string& name, const std::string& what, const std::string& example, int (*command)(cli::World&, const Given&)) {
    CLI::App* sub = app_.add_subcommand(name, what);
    sub->footer("Example:\n  " + example);
    sub->callback([chosen = &chosen_, json = &json_, given = given_, command] { *chosen = [given, json, command] { return run(*given, *json, command); }; });
    return sub;
  }

  void add_signing_in() {
    add("login", "Sign in with the browser and remember it on this computer", "satchel login https://files.example.org",
        [](cli::World& world, const Given& given) { return cli::login(world, given.url); })
        ->add_option("URL", given_->url, "Address of the server")
        ->required()
        ->check(lacks_scheme);
    add("logout", "Forget the sign-in of this computer", "satchel logout", [](cli::World& world, const Given&) { return cli::logout(world); });
  }

  void add_files() {
    CLI::App* put = add("put", "Upload files and folders; what is there already is replaced, and what was cut off goes on", "satchel put report.pdf Photos --to Archive/2026",
                        [](cli::World& world, const Given& given) { return cli::put(world, given.paths, given.to); });
    put->add_option("PATH", given_->paths, "Files and folders of this computer")->required();
    put->add_option("--to", given_->to, "Folder on the server, made where it is missing; without it the top of your space");
    CLI::App* get = add("get", "Download a file or folder, of yours or by a link; goes on where it was cut off, and verifies", "satchel get https://files.example.org/s/4bXk… -o report.pdf",
                        [](cli::World& world, const Given& given) { return cli::get(world, given.path, given.output, given.password_stdin); });
    get->add_option("PATH-or-LINK", given_->path, "Path on the server, or a link")->required();
    get->add_option("-o,--output", given_->output, "Name or folder here, or - for standard output; without it the name it has there");
    get->add_flag("--password-stdin", given_->password_stdin, "The link's password is the first line of standard input");
    add("ls", "List a folder; into a pipe the names alone, one a line", "satchel ls Archive/2026",
        [](cli::World& world, const Given& given) { return cli::list(world, given.folder); })
        ->add_option("FOLDER", given_->folder, "Folder on the server; without it the top of your space");
    add("mkdir", "Make folders, with all that is missing on the way", "satchel mkdir Archive/2026",
        [](cli::World& world, const Given& given) { return cli::make_folders(world, given.paths); })
        ->add_option("FOLDER", given_->paths, "Folders on the server")
        ->required();
    CLI::App* mv = add("mv", "Rename, or move into a folder", "satchel mv report.pdf Archive/2026", [](cli::World& world, const Given& given) { return cli::move(world, given.from, given.to); });
    mv->add_option("FROM", given_->from, "File or folder on the server")->required();
    mv->add_option("TO", given_->to, "Its new name, or the folder it goes into")->required();
    add("rm", "Move to the trash, where it stays for 30 days", "satchel rm report.pdf", [](cli::World& world, const Given& given) { return cli::remove(world, given.paths); })
        ->add_option("PATH", given_->paths, "Files and folders on the server")
        ->required();
  }

  void add_links() {
    CLI::App* share = add("share", "Make a link to a file or folder of yours and print it", "satchel share report.pdf --expires 7d",
                          [](cli::World& world, const Given& given) { return cli::share(world, given.path, given.share); });
    share->add_option("PATH", given_->path, "File or folder on the server")->required();
    add_share_options(share);
    CLI::App* send = add("send", "Upload and share in one go, and print the link; several files go into a new folder", "satchel send report.pdf --max-downloads 3",
                         [](cli::World& world, const Given& given) { return cli::send(world, given.paths, given.share); });
    send->add_option("FILE", given_->paths, "Files and folders of this computer")->required();
    add_share_options(send);
  }

  void add_share_options(CLI::App* command) {
    command->add_option("--expires", given_->share.expires, "When the link ends: 30s, 15m, 12h, 7d; without it never")->check(is_no_duration);
    command->add_flag("--password-stdin", given_->share.password_stdin, "Ask for a password, which is the first line of standard input");
    command->add_option("--max-downloads", given_->share.max_downloads, "End the link after so many downloads")->check(CLI::Range(1, 1'000'000));
  }

  CLI::App& app_;
  ChosenCommand& chosen_;
  const bool& json_;
  std::shared_ptr<Given> given_;
};

}  // namespace

void add_client_commands(CLI::App& app, ChosenCommand& chosen, const bool& json) { Commands(app, chosen, json).add_all(); }

}  // namespace satchel
