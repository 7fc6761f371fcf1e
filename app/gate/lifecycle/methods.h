// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gate/lifecycle/blobs.h"
#include "gate/lifecycle/commands.h"
#include "gate/lifecycle/consoles.h"
#include "gate/lifecycle/decisions.h"
#include "gate/lifecycle/ledgerqueries.h"
#include "gate/lifecycle/requests.h"
#include "gate/lifecycle/sessions.h"

#include <functional>
#include <map>

namespace holdfast {

/// The parts that answer calls. None of them is owned.
struct Parts final
{
    Sessions &sessions;
    Requests &requests;
    Evidence &evidence;
    Decisions &decisions;
    Commands &commands;
    Consoles &consoles;
    LedgerQueries &ledger;
    Blobs &blobs;
};

/// One door: every method of the protocol, and who may call it.
class Methods final
{
public:
    explicit Methods(Parts parts);
    /// Unknown methods are -32601, methods for the other side `forbidden`.
    [[nodiscard]] Answer call(const Caller &caller, const QString &method, const Json &params) const;

private:
    using Handler = std::function<Answer(const Caller &, const Json &)>;
    struct Method final
    {
        Handler machine, human; ///< empty: not for this side
    };
    std::map<QString, Method> m_methods;
};

} // namespace holdfast
