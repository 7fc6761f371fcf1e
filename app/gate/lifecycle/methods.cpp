// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/methods.h"

namespace holdfast {

namespace {

/// Everything that happens here is for those who decide, lead or administer; a human without a role sees nothing.
bool isConsole(const Actor &actor)
{
    return actor.has(role::Approver) || actor.has(role::Lead) || actor.has(role::Admin);
}

template<typename Part>
auto handler(Part &part, Answer (Part::*method)(const Caller &, const Json &))
{
    return [&part, method](const Caller &caller, const Json &params) { return (part.*method)(caller, params); };
}

} // namespace

Methods::Methods(Parts parts)
{
    const auto machine = [this](QStringView name, Handler handle) { m_methods[name.toString()].machine = std::move(handle); };
    const auto human = [this](QStringView name, Handler handle) { m_methods[name.toString()].human = std::move(handle); };
    const auto both = [&](QStringView name, const Handler &handle) {
        machine(name, handle);
        human(name, handle);
    };
    machine(method::HoldRequest, handler(parts.requests, &Requests::request));
    machine(method::HoldWait, handler(parts.requests, &Requests::wait));
    machine(method::HoldGet, handler(parts.requests, &Requests::get));
    machine(method::TargetList, handler(parts.requests, &Requests::targets));
    human(method::HoldSubscribe, handler(parts.consoles, &Consoles::subscribe));
    human(method::HoldGet, handler(parts.consoles, &Consoles::get));
    human(method::DocumentGet, handler(parts.consoles, &Consoles::document));
    human(method::HoldMeasure, handler(parts.evidence, &Evidence::measureAgain));
    human(method::DecisionSubmit, handler(parts.decisions, &Decisions::submit));
    human(method::HistorySearch, handler(parts.consoles, &Consoles::search));
    human(method::LedgerCheckpoint, handler(parts.ledger, &LedgerQueries::checkpoint));
    human(method::LedgerConsistency, handler(parts.ledger, &LedgerQueries::consistency));
    human(method::LedgerInclusion, handler(parts.ledger, &LedgerQueries::inclusion));
    human(method::LedgerEntries, handler(parts.ledger, &LedgerQueries::entries));
    human(method::LedgerCosign, handler(parts.ledger, &LedgerQueries::cosign));
    human(method::GateHealth, handler(parts.consoles, &Consoles::health));
    both(method::TargetIdentify, handler(parts.consoles, &Consoles::identify));
    both(method::CommandSubmit, handler(parts.commands, &Commands::submit));
    both(method::RegistryGet, handler(parts.consoles, &Consoles::registry));
    both(method::BlobWrite, handler(parts.blobs, &Blobs::write));
    both(method::BlobRead, handler(parts.blobs, &Blobs::readPart));
    both(method::InviteNew, handler(parts.sessions, &Sessions::invite));
}

Answer Methods::call(const Caller &caller, const QString &method, const Json &params) const
{
    const auto found = m_methods.find(method);
    if (found == m_methods.end())
        return Refused(RpcError{-32601, {}, QStringLiteral("there is no such method"), {}, {}});
    const Handler &handle = caller.isMachine() ? found->second.machine : found->second.human;
    if (!handle || (!caller.isMachine() && !isConsole(*caller.actor)))
        return Refused(ErrorCode::Forbidden, QStringLiteral("%1 is not for this actor").arg(method));
    return handle(caller, params);
}

} // namespace holdfast
