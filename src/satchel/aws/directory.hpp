// SPDX-License-Identifier: Apache-2.0
// The Directory on Amazon Cognito. The table is the truth about people: who they are, their role, whether they are disabled. The pool keeps
// what signing in takes, and is told what follows. Any thread may call.
#pragma once

#include <memory>
#include <string>

#include "satchel/aws/cognito_client.hpp"
#include "satchel/ports/directory.hpp"
#include "satchel/ports/table.hpp"

namespace satchel::aws {

/// `people` is the directory over the table (identity::AccountDirectory), whose invitations only make the person; `issuer` is the `iss` of the
/// pool's tokens. Both outlive it. Writes Family::federated and user beside what `people` writes.
///
/// - An invited person is made in the table and in the pool; the pool's subject is bound to them before the mail goes out, so whoever signs in
///   by it is that person, whatever address they have by then. The pool mails a temporary password, which managed login has replaced at the
///   first sign-in: Invitation::token is empty, there is no link to show. Whoever takes the person in at that sign-in clears `invited`.
/// - An address that has a user in the pool already, and not by an invitation, is refused (conflict): people are never bound by an address.
/// - A reset is a code that the pool mails, and voids refresh tokens; before the first sign-in it is the invitation again. unsupported for
///   people who sign in at a provider behind the pool, and for people whose subject is not known.
/// - Disabling counts in the table at once; the pool then lets the person in no more. A call that failed between the two is to be repeated.
///   People whose subject is not known are disabled in the table alone, which is what every request asks.
std::unique_ptr<Directory> cognito_directory(Directory& people, std::string issuer, CognitoOptions options, Table& table, Clock& clock, Random& random);

}  // namespace satchel::aws
