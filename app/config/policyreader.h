// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configerror.h"
#include "core/policy/policydocument.h"

#include <QByteArray>

namespace holdfast {

/// Reads a policy document: [[actor]], [[target]], [[rule]] (protocol 5). At most 256 KiB. Unknown keys are refused by name, keys of
/// the protocol that this version does not honour ([[limit]], clone, quarantine, cool_off, …) as such. Names and rule ids are unique.
/// `file` and `firstLine` only serve the errors: a policy begins somewhere inside gate.toml.
[[nodiscard]] Result<PolicyDocument, ConfigError> readPolicy(QByteArrayView toml, const QString &file = QStringLiteral("policy"), int firstLine = 1);

/// For the ledger's auditor (ledger/auditor.h): the document, or nullopt.
[[nodiscard]] std::optional<PolicyDocument> policyOrNothing(QByteArrayView toml);

/// What applies, one line per actor, target and rule, for `holdfastd --check`.
[[nodiscard]] QStringList explain(const PolicyDocument &policy);

} // namespace holdfast
