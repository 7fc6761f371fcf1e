// SPDX-License-Identifier: Apache-2.0
#include "console/desk/documenttext.h"

#include "console/present/format.h"
#include "core/documents/command.h"
#include "core/documents/decision.h"
#include "core/documents/grant.h"

#include <QCoreApplication>

namespace holdfast {

using namespace Qt::StringLiterals;
using present::shown;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Timeline", text);
}

// The actor whose key for `purposeName` signed, or nullptr.
const Actor *signerOf(const Envelope &envelope, const Registry *registry, QStringView purposeName, const char *type)
{
    if (registry == nullptr)
        return nullptr;
    for (const auto &actor : registry->actors) {
        const auto *key = actor.key(purposeName);
        if (key != nullptr && verify(envelope, *key, type))
            return &actor;
    }
    return nullptr;
}

bool byGate(const Envelope &envelope, const Registry *registry, const char *type)
{
    return registry != nullptr && verify(envelope, registry->gateKeys.key, type);
}

DocumentText unreadable()
{
    DocumentText text;
    //: Timeline: a document that could not be read
    text.what = tr("unreadable");
    text.tone = view::Tone::Bad;
    return text;
}

DocumentText describeRequest(const Envelope &envelope, const Registry *registry)
{
    const auto request = Request::parse(envelope.payload);
    if (!request)
        return unreadable();
    const auto *actor = signerOf(envelope, registry, purpose::Request, payloadtype::Request);
    DocumentText text;
    text.at = request->createdAt;
    if (actor != nullptr)
        text.hold = HoldId::of(actor->key(purpose::Request)->bytes, envelope.payload);
    //: Timeline: the request was made
    text.what = tr("asked");
    text.who = actor != nullptr ? shown(actor->name, 200) : QString();
    text.detail = shown(request->claims.intent.value_or(request->target), 400);
    text.verified = actor != nullptr;
    return text;
}

DocumentText describeHold(const Envelope &envelope, const Registry *registry)
{
    const auto hold = Hold::parse(envelope.payload);
    if (!hold)
        return unreadable();
    DocumentText text;
    text.at = hold->measuredAt;
    text.hold = hold->hold;
    //: Timeline: the gate measured; %1 revision
    text.what = tr("measured, revision %1").arg(hold->revision);
    //: Timeline: the gate itself
    text.who = tr("gate");
    text.detail = shown(hold->measured.summaryText, 600);
    text.verified = byGate(envelope, registry, payloadtype::Hold);
    return text;
}

DocumentText describeDecision(const Envelope &envelope, const Registry *registry)
{
    const auto decision = Decision::parse(envelope.payload);
    if (!decision)
        return unreadable();
    const auto *actor = signerOf(envelope, registry, purpose::Decide, payloadtype::Decision);
    const bool approved = decision->verdict == Decision::Verdict::Approve;
    DocumentText text;
    text.at = decision->decidedAt;
    text.hold = decision->hold;
    //: Timeline: what an approver decided
    text.what = approved ? tr("approved") : tr("denied");
    text.who = actor != nullptr ? shown(actor->person, 200) : QString();
    text.detail = shown(decision->reason, 600);
    text.verified = actor != nullptr;
    text.tone = approved ? view::Tone::Good : view::Tone::Bad;
    return text;
}

DocumentText describeEvent(const Envelope &envelope, const Registry *registry)
{
    const auto event = Event::parse(envelope.payload);
    if (!event)
        return unreadable();
    DocumentText text;
    text.at = event->at;
    text.hold = event->hold;
    text.what = wordOf(event->state);
    text.who = tr("gate");
    text.detail = shown(event->because, 600);
    text.verified = byGate(envelope, registry, payloadtype::Event);
    return text;
}

DocumentText describeCommand(const Envelope &envelope, const Registry *registry)
{
    const auto command = Command::parse(envelope.payload);
    if (!command)
        return unreadable();
    const auto *human = signerOf(envelope, registry, purpose::Decide, payloadtype::Command);
    const auto *machine = signerOf(envelope, registry, purpose::Request, payloadtype::Command);
    const auto *actor = human != nullptr ? human : machine;
    DocumentText text;
    text.at = command->at;
    text.hold = command->hold;
    text.what = toString(command->verb);
    text.who = actor != nullptr ? shown(actor->name, 200) : QString();
    text.detail = shown(command->reason, 600);
    text.verified = actor != nullptr;
    text.tone = view::Tone::Caution;
    return text;
}

DocumentText describeGrant(const Envelope &envelope, const Registry *registry)
{
    const auto grant = Grant::parse(envelope.payload);
    if (!grant)
        return unreadable();
    DocumentText text;
    text.at = grant->notBefore;
    text.hold = grant->hold;
    //: Timeline: the single-use permission was given
    text.what = tr("released");
    text.who = tr("gate");
    text.verified = byGate(envelope, registry, payloadtype::Grant);
    return text;
}

DocumentText describeReceipt(const Envelope &envelope, const Registry *registry)
{
    const auto receipt = Receipt::parse(envelope.payload);
    if (!receipt)
        return unreadable();
    DocumentText text;
    text.at = receipt->finishedAt;
    text.hold = receipt->hold;
    text.what = present::word(receipt->outcome);
    //: Timeline: the part of the gate that performs
    text.who = tr("performer");
    QStringList effects;
    for (const auto &fact : receipt->effects)
        effects += (fact.number ? present::count(*fact.number) : shown(fact.value, 100)) + u' ' + shown(fact.label, 100);
    text.detail = effects.join(u", "_s);
    text.verified = registry != nullptr && verify(envelope, registry->gateKeys.performKey, payloadtype::Receipt);
    text.tone = receipt->outcome == Outcome::Committed ? view::Tone::Good : view::Tone::Caution;
    return text;
}

} // namespace

QString wordOf(State state)
{
    switch (state) {
    case State::Measuring: return tr("measuring");
    case State::Pending: return tr("waiting");
    case State::Approved: return tr("approved");
    case State::Cooling: return tr("cooling off");
    case State::Released: return tr("released");
    case State::Executing: return tr("executing");
    case State::Done: return tr("done");
    case State::Denied: return tr("denied");
    case State::Expired: return tr("expired");
    case State::Refused: return tr("refused");
    case State::Withdrawn: return tr("withdrawn");
    case State::Stopped: return tr("stopped");
    case State::Drifted: return tr("drifted, asked again");
    case State::Lapsed: return tr("lapsed");
    }
    return {};
}

DocumentText describe(const QString &kind, const Envelope &envelope, const Registry *registry)
{
    using Describe = DocumentText (*)(const Envelope &, const Registry *);
    static const QHash<QString, Describe> known{{u"request"_s, describeRequest}, {u"hold"_s, describeHold}, {u"decision"_s, describeDecision},
                                                {u"event"_s, describeEvent}, {u"command"_s, describeCommand}, {u"grant"_s, describeGrant},
                                                {u"receipt"_s, describeReceipt}};
    const auto at = known.constFind(kind);
    return at == known.constEnd() ? unreadable() : (*at)(envelope, registry);
}

} // namespace holdfast
