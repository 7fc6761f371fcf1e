// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/gateaccess.h"
#include "wire/messagesrequester.h"

#include <functional>

namespace holdfast {

/// What the requester says about its request; the same options for every kind of action.
struct Saying final
{
    QString target;
    Claims claims;
    Origin origin;
    QString wantedBy; ///< an instant, or a duration from now; empty: none
};

/// Content for an action; sent as a blob where it would make the document large.
struct Content final
{
    QByteArray bytes;
    QString media;
};

/// Sends `content` as a blob.
[[nodiscard]] Expected<BlobRef> sendContent(GateAccess &access, const Content &content);

/// The target named, or the only one of that kind.
[[nodiscard]] Expected<QString> chooseTarget(GateAccess &access, const QString &named, QStringView kind);

struct Made final
{
    HoldId hold;
    HoldStatus status; ///< as the gate answered
    bool wasOpen = false; ///< the same person's hold of exactly this, which is waited for instead
};
/// Signs the request and hands it in: durable once this returns. Where exactly the same is open, that is the hold.
[[nodiscard]] Expected<Made> makeRequest(GateAccess &access, QStringView kind, const QString &target, Action action, const Saying &saying);

/// The whole of a requesting command: target, request, waiting, outcome.
using MakeAction = std::function<Expected<Action>(GateAccess &)>;
[[nodiscard]] ExitCode requestAndWait(const Program &program, QStringView kind, const Saying &saying, const MakeAction &makeAction);

} // namespace holdfast
