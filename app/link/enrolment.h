// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/session.h"
#include "core/envelope.h"
#include "wire/messages.h"

namespace holdfast {

/// The enrolment of `keys` (purpose → signer) with `invite`, for this challenge, signed by every one of them (protocol 3.2).
[[nodiscard]] Envelope enrolment(const Invite &invite, const Challenge &challenge, const std::map<QString, const Signer *> &keys);

/// What the gate answered: a registry signed by `gateKey` that lists all of `keys` under one actor. nullopt: it does not.
[[nodiscard]] std::optional<Registry> enrolledRegistry(const Envelope &envelope, const VerifierKey &gateKey,
                                                       const std::map<QString, VerifierKey> &keys);

} // namespace holdfast
