// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kinds/measuring.h"
#include "kinds/sql/effects.h"

namespace holdfast::sql {

/// The performing credential: what the server lets it do, and how much of that the request does not need.
[[nodiscard]] CredentialFacts credentialFacts(const Session *session, const Credential *credential, const Effects &effects);

} // namespace holdfast::sql
