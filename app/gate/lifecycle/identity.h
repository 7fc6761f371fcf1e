// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/gateconfig.h"
#include "core/documents/registry.h"
#include "core/signer.h"

#include <memory>

namespace holdfast {

/// The identity of this gate: its name and the three keys that state, sign the ledger, and sign receipts.
struct GateIdentity final
{
    QString name;
    std::unique_ptr<Signer> key, ledgerKey, performKey;

    [[nodiscard]] GateKeys publicKeys() const { return {key->key(), ledgerKey->key(), performKey->key()}; }
};

/// Reads the key files that the configuration names; creates them when all three are absent. A file that others may read, or
/// only some of the three being there, is refused: the sentence says which.
[[nodiscard]] Result<GateIdentity, QString> loadIdentity(const GateLocal &local);

} // namespace holdfast
