// SPDX-License-Identifier: Apache-2.0
// Starts a program that lives and dies with the thread that started it: a clean environment, no descriptor but its output, no signal blocked,
// a process group of its own (so that Ctrl-C at a terminal is the server's alone), and SIGKILL where the starting thread ends first.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "satchel/base/result.hpp"

namespace satchel::lambda_host {

struct Program {
  std::string path;
  std::vector<std::string> environment;  // "NAME=value"; nothing else is handed on
  std::string folder;                    // working directory
};

struct Child {
  pid_t pid = -1;
  int output = -1;  // what it writes to stdout and stderr: non-blocking, close-on-exec, the caller's to close
};

/// Returns once the program runs. The calling thread must outlive the child. Errors: invalid (it cannot be run: the sentence says why),
/// unavailable (no process or descriptor to be had).
Result<Child> start_program(const Program& program);

/// Ends the child's whole group at once.
void kill_program(pid_t pid);

/// "ended with status 3", "was killed by signal 11": of a status as waitpid(2) gives it.
std::string how_it_ended(int status);

}  // namespace satchel::lambda_host
