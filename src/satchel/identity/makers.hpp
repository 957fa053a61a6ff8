// SPDX-License-Identifier: Apache-2.0
// One factory per function of the provider, each defined beside its class; registry.cpp puts them into rows.
#pragma once

#include <memory>

#include "satchel/runtime/registry.hpp"

namespace satchel::identity::make {

using Made = std::unique_ptr<Function>;

// The protocol.
Made openid_configuration(const Wiring& wiring);
Made jwks(const Wiring& wiring);
Made authorize(const Wiring& wiring);
Made token(const Wiring& wiring);
Made revoke_token(const Wiring& wiring);
Made userinfo(const Wiring& wiring);
Made logout(const Wiring& wiring);
// The pages' JSON.
Made sign_in(const Wiring& wiring);
Made sign_out(const Wiring& wiring);
Made get_setup(const Wiring& wiring);
Made set_up(const Wiring& wiring);
Made check_invitation(const Wiring& wiring);
Made accept_invitation(const Wiring& wiring);
Made reset_password(const Wiring& wiring);
Made request_reset(const Wiring& wiring);
Made sign_up(const Wiring& wiring);
// For a person who is signed in.
Made change_password(const Wiring& wiring);
Made list_sessions(const Wiring& wiring);
Made end_session(const Wiring& wiring);
Made end_all_sessions(const Wiring& wiring);
Made get_settings(const Wiring& wiring);
Made change_settings(const Wiring& wiring);
// Events and the clock.
Made mail_reset(const Wiring& wiring);
Made mail_sign_up(const Wiring& wiring);
Made tend_signing_keys(const Wiring& wiring);
Made sweep(const Wiring& wiring);

}  // namespace satchel::identity::make
