// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/request.h"

namespace holdfast {

/// A signed order of a human (or a requester's withdrawal) (protocol 1.4, command).
struct Command final
{
    enum class Verb { Withdraw, Stop, Freeze, Unfreeze, Lift, Revoke };
    Verb verb = Verb::Withdraw;
    QString gate;
    VerifierKey gateKey, key;
    std::optional<HoldId> hold;
    std::optional<QString> actor, target;
    std::optional<Digest> subject; ///< id digest of the freeze or denial undone
    QString reason;
    QByteArray nonce; ///< 16 bytes
    Instant at{}, notAfter{};

    [[nodiscard]] QByteArray toPayload() const;
    [[nodiscard]] static Parsed<Command> parse(QByteArrayView payload);
};
[[nodiscard]] QString toString(Command::Verb value);

} // namespace holdfast
