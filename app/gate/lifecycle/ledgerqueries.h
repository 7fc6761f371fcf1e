// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/context.h"

namespace holdfast {

/// Answers from the ledger (protocol 3.4, ledger.*): only entries that are committed and signed.
class LedgerQueries final
{
public:
    explicit LedgerQueries(Context &context) : m_context(context) {}

    [[nodiscard]] Answer checkpoint(const Caller &caller, const Json &params);
    [[nodiscard]] Answer consistency(const Caller &caller, const Json &params);
    [[nodiscard]] Answer inclusion(const Caller &caller, const Json &params);
    [[nodiscard]] Answer entries(const Caller &caller, const Json &params);
    [[nodiscard]] Answer cosign(const Caller &caller, const Json &params);
    /// Fills in what a submission could not know before it was committed.
    void complete(SubmitResult &result) const;

private:
    Context &m_context;
};

} // namespace holdfast
