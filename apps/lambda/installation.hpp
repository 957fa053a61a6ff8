// SPDX-License-Identifier: Apache-2.0
// The aws shape, wired: the ports on AWS's services and what answers the events of one handler. The one place of the Lambda binary where
// functions and adapters meet. A start asks the network for secrets alone, and only where the handler's rows want them.
#pragma once

#include <memory>
#include <string>

#include "apps/lambda/settings.hpp"
#include "satchel/aws/credentials.hpp"
#include "satchel/aws/event_queue.hpp"
#include "satchel/identity/outside_people.hpp"
#include "satchel/identity/signing_keys.hpp"
#include "satchel/lambda/group.hpp"
#include "satchel/oidc/issuer.hpp"
#include "satchel/ports/mailer.hpp"
#include "satchel/ports/object_store.hpp"
#include "satchel/runtime/gates.hpp"

namespace satchel {

/// What the process has of its own; outlives all that is built on it.
struct LambdaProcess {
  Clock& clock;
  Random& random;
  Logger& logger;
  const aws::Environment& environment;
};

class LambdaInstallation {
 public:
  /// Errors: invalid, with a sentence that names the setting, or lists the handlers where there is no such one.
  static Result<std::unique_ptr<LambdaInstallation>> open(const LambdaSettings& settings, const LambdaProcess& process);

  /// Any thread may call.
  Result<std::string> answer(const lambda::Invocation& invocation) { return handler_(invocation); }

 private:
  LambdaInstallation(const LambdaSettings& settings, const LambdaProcess& process) : settings_(settings), process_(process) {}
  Result<void> open_ports();
  Result<void> open_vault();
  Result<void> open_directory();
  Result<void> open_objects();
  Result<std::unique_ptr<DownloadSigner>> downloads();
  Result<void> choose_handler();
  Result<void> serve_group(std::vector<Row> rows);
  Result<void> serve_authorizer();
  Result<void> serve_fanout();
  void serve_sign_ups();

  LambdaSettings settings_;
  LambdaProcess process_;
  Settings known_;  // to functions
  std::shared_ptr<aws::CredentialSource> credentials_;  // shared: every client has it
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<PasswordHasher> hasher_;
  std::unique_ptr<Table> table_;
  std::unique_ptr<ObjectStore> objects_;
  std::unique_ptr<Mailer> mailer_;
  std::unique_ptr<identity::AccountDirectory> accounts_;
  std::unique_ptr<Directory> pool_;  // null: the accounts are all there is
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Gates> gates_;
  std::unique_ptr<lambda::Group> group_;
  std::unique_ptr<oidc::Issuer> issuer_;               // null: the provider of these functions
  std::unique_ptr<identity::AdmittedPeople> people_;   // of that issuer
  std::unique_ptr<identity::SigningKeys> keys_;
  std::unique_ptr<aws::EventQueues> queues_;
  std::unique_ptr<AuthenticateGate> gate_;
  lambda::Handler handler_;
};

}  // namespace satchel
