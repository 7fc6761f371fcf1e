// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/view.h"

#include <QStringList>

namespace holdfast {

// The terms of a decision on one revision of one hold. Made from verified bytes only.
struct DecisionTerms {
    QString holdId;
    int revision = 0;
    view::Tier tier = view::Tier::Critical;
    QStringList confirm;      // `press`, `type-target`, `match-code`, in the order of the hold
    QString confirmText;      // byte for byte
    QString confirmShown;     // the same, made visible
    QString code;             // six digits, for match-code
    QString approveVerb;      // "Approve deletion": verb and object, our own words
    QString heldVerb;         // "Hold to approve deletion", where `confirm` has `press`
    QString needs;            // "Needs 2 of 5 approvers, not sam"
    QString then;             // "then 10 min in which anyone can stop it"
    QList<std::pair<QString, QString>> sections; // id, and what remains to do for it: "Scroll to the end of the facts"
};

// The user's confirmations, handed to the signer.
struct Approval {
    QString holdId;
    int revision = 0;
    QList<std::pair<QString, QString>> confirmations; // kind, value; in the order of the hold's `confirm`
    QStringList reached;
    qint64 openMs = 0;
};

} // namespace holdfast
