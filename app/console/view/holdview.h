// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/view.h"

namespace holdfast {

// The head of the open hold. Visible text throughout. In QML a value: `root.review.hold.sentence`.
struct HoldView {
    Q_GADGET
    QML_VALUE_TYPE(holdView)
    Q_PROPERTY(QString holdId MEMBER holdId)
    Q_PROPERTY(int revision MEMBER revision)
    Q_PROPERTY(holdfast::view::Tier tier MEMBER tier)
    Q_PROPERTY(QString sentence MEMBER sentence)
    Q_PROPERTY(QString origin MEMBER origin)
    Q_PROPERTY(QString intent MEMBER intent)
    Q_PROPERTY(QString environment MEMBER environment)
    Q_PROPERTY(bool environmentMeasured MEMBER environmentMeasured)
    Q_PROPERTY(bool enforced MEMBER enforced)
    Q_PROPERTY(QString enforcementWhy MEMBER enforcementWhy)
    Q_PROPERTY(QString ownership MEMBER ownership)
    Q_PROPERTY(QString uninspectable MEMBER uninspectable)
    Q_PROPERTY(QString left MEMBER left)
    Q_PROPERTY(bool urgent MEMBER urgent)
    Q_PROPERTY(QString code MEMBER code)
    Q_PROPERTY(holdfast::view::Verdict verdict MEMBER verdict)
    Q_PROPERTY(QString verdictWhy MEMBER verdictWhy)
    Q_PROPERTY(QString measuredAt MEMBER measuredAt)
    Q_PROPERTY(bool current MEMBER current)
    Q_PROPERTY(QString standing MEMBER standing)
    Q_PROPERTY(QString result MEMBER result)
    Q_PROPERTY(holdfast::view::Tone tone MEMBER tone)

public:
    QString holdId; // empty: no hold is open
    int revision = 0;
    view::Tier tier = view::Tier::Critical;
    QString sentence;
    QString origin; // "cursor-frontend asked 3 minutes ago, for sam, from a laptop in pocketos/web at 4f1c2ab"
    QString intent; // what the requester says it is for; shown as a claim
    QString environment;
    bool environmentMeasured = false;
    bool enforced = false;
    QString enforcementWhy;
    QString ownership;     // "you answer for this agent", else empty
    QString uninspectable; // reasons in one sentence, else empty
    QString left;
    bool urgent = false;
    QString code; // six digits; empty when the hold asks for match-code
    view::Verdict verdict = view::Verdict::NotKnown;
    QString verdictWhy;
    QString measuredAt; // "measured 4 s ago"
    bool current = false; // this is the newest revision, verified, and the hold is pending
    QString standing; // "executing", "committed", "denied": once nothing is left to decide; else empty
    QString result; // what came of it, once it is known
    view::Tone tone = view::Tone::Plain; // of the two
};

} // namespace holdfast
