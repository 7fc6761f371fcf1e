// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"
#include "core/policy/policydocument.h"
#include "kinds/measuring.h"

namespace holdfast {

/// Resolves a target's `credential`: `file:` (relative to `directory`), or `command:` for short-lived ones. A file that others may
/// read is refused. The sentence names the credential, never its content. Called on workers.
[[nodiscard]] Result<Credential, QString> resolveCredential(const Target &target, const QString &directory);

/// The files that the target's credential lies in: absolute, none where it is made by a command.
[[nodiscard]] QStringList credentialFiles(const Target &target, const QString &directory);

/// True where the requester could read the target's credential himself, as far as ownership and modes tell.
[[nodiscard]] bool reachableByRequester(const Target &target, const QString &directory);

/// `enforced` only where the gate runs as a dedicated system user (1 … 999) and nobody else can read the credential or, for a
/// kind without one, change what lies at the roots. An embedded gate shares the user with the agent: always `cooperative`.
[[nodiscard]] Enforcement enforcementOf(const Target &target, bool credentialReachable);
[[nodiscard]] Enforcement enforcementOfPolicy();

} // namespace holdfast
