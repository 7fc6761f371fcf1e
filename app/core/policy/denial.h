// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "core/documents/hold.h"

namespace holdfast {

/// A denial that sticks, as far as later requests are compared with it (protocol 4).
struct DeniedTerms final
{
    Decision::Scope scope = Decision::Scope::This;
    QString person, target, kind;
    Digest action; ///< of the exact action bytes
    QString operation; ///< empty until it was measured
    QStringList resources; ///< whole
};

/// A later request, as far as denials look at it.
struct Asked final
{
    QString person, target, kind;
    Digest action;
    const Measurement *measured = nullptr; ///< whole; absent before it is measured: then only `this` by action can match
};

/// Gate and verifier ask this alike. A denied resource covers what lies in it and what it lies in; a request that could not be
/// understood might be what was denied, and is covered for the whole target.
[[nodiscard]] bool covers(const DeniedTerms &denial, const Asked &asked);

} // namespace holdfast
