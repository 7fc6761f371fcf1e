// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/identity.h"

#include "keys/plainfilestore.h"

#include <QFile>

#include <array>

namespace holdfast {

Result<GateIdentity, QString> loadIdentity(const GateLocal &local)
{
    const std::array<QString, 3> paths{local.key, local.ledgerKey, local.performKey};
    const std::array<QString, 3> names{local.name, local.name + QStringLiteral("/ledger"), local.name + QStringLiteral("/perform")};
    const bool none = !QFile::exists(paths[0]) && !QFile::exists(paths[1]) && !QFile::exists(paths[2]);
    std::array<std::unique_ptr<Signer>, 3> signers;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        // A key that is missing beside others is never made anew: every console has pinned the old one.
        auto signer = none ? PlainFileStore::create(paths[i], names[i]) : PlainFileStore::read(paths[i]);
        if (!signer)
            return Failure{QStringLiteral("%1: the key is %2").arg(paths[i], toString(signer.error().state))};
        if (signer->key().name != names[i])
            return Failure{QStringLiteral("%1: the key is of another name than %2").arg(paths[i], names[i])};
        signers[i] = std::make_unique<SeedSigner>(std::move(*signer));
    }
    return GateIdentity{local.name, std::move(signers[0]), std::move(signers[1]), std::move(signers[2])};
}

} // namespace holdfast
