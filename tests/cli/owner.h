// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/decision.h"
#include "link/blockinglink.h"
#include "wire/messagesconsole.h"
#include "wire/messagesledger.h"

#include <memory>

namespace holdfast {

/// A person at a real gate, without a console: enrols, looks at holds, decides.
class Owner final
{
public:
    explicit Owner(const QString &name);

    [[nodiscard]] bool enrol(const GateAddress &address, const Invite &invite);
    [[nodiscard]] bool connect(const GateAddress &address);
    /// Waits until a hold is pending; nullopt after half a minute.
    [[nodiscard]] std::optional<Hold> pending();
    [[nodiscard]] Called<SubmitResult> decide(const Hold &hold, Decision::Verdict verdict, const QString &reason = {}, std::optional<Json> counter = {});
    [[nodiscard]] BlockingLink &link() { return *m_link; }

    SeedSigner session, decider;

private:
    std::unique_ptr<BlockingLink> m_link;
};

} // namespace holdfast
