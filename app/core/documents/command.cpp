// SPDX-License-Identifier: Apache-2.0
#include "core/documents/command.h"

#include "core/base64.h"
#include "core/documents/parts.h"

namespace holdfast {

namespace {

using Kind = DocumentError::Kind;
using Verb = Command::Verb;

constexpr parts::Words<Verb, 6> verbs{{
    {Verb::Withdraw, u"withdraw"},
    {Verb::Stop, u"stop"},
    {Verb::Freeze, u"freeze"},
    {Verb::Unfreeze, u"unfreeze"},
    {Verb::Lift, u"lift"},
    {Verb::Revoke, u"revoke"},
}};

/// What an order is about must be in it: without that it orders nothing.
void requireObject(ObjectReader &reader, const Command &command)
{
    const auto require = [&](bool present, QStringView name) {
        if (!reader.failed() && !present)
            reader.fail(Kind::MissingMember, name, QStringLiteral("the verb needs it"));
    };
    switch (command.verb) {
    case Verb::Withdraw:
    case Verb::Stop:
        return require(command.hold.has_value(), u"hold");
    case Verb::Freeze:
        return require(command.actor || command.target, u"actor");
    case Verb::Unfreeze:
    case Verb::Lift:
        return require(command.subject.has_value(), u"subject");
    case Verb::Revoke:
        return require(command.actor.has_value(), u"actor");
    }
}

void readCommand(ObjectReader &reader, Command &command)
{
    parts::readVersion(reader);
    command.verb = parts::readWord(reader, u"verb", verbs);
    command.gate = parts::readName(reader, u"gate");
    command.gateKey = parts::readKey(reader, u"gate_key");
    command.key = parts::readKey(reader, u"key");
    if (reader.has(u"hold"))
        command.hold = parts::readHoldId(reader, u"hold");
    if (reader.has(u"actor"))
        command.actor = parts::readName(reader, u"actor");
    if (reader.has(u"target"))
        command.target = parts::readName(reader, u"target");
    command.subject = reader.optionalDigest(u"subject");
    command.reason = reader.text(u"reason");
    command.nonce = parts::readNonce(reader, u"nonce");
    command.at = reader.instant(u"at");
    command.notAfter = reader.instant(u"not_after");
    requireObject(reader, command);
}

} // namespace

QString toString(Command::Verb value)
{
    return parts::wordOf(verbs, value);
}

QByteArray Command::toPayload() const
{
    JsonBuilder builder;
    builder.add(QStringLiteral("version"), 1)
        .add(QStringLiteral("verb"), toString(verb))
        .add(QStringLiteral("gate"), gate)
        .add(QStringLiteral("gate_key"), gateKey.toString())
        .add(QStringLiteral("key"), key.toString());
    if (hold)
        builder.add(QStringLiteral("hold"), hold->toString());
    builder.addIf(QStringLiteral("actor"), actor).addIf(QStringLiteral("target"), target);
    if (subject)
        builder.add(QStringLiteral("subject"), subject->toString());
    return builder.add(QStringLiteral("reason"), reason)
        .add(QStringLiteral("nonce"), toBase64(nonce))
        .add(QStringLiteral("at"), formatInstant(at))
        .add(QStringLiteral("not_after"), formatInstant(notAfter))
        .build()
        .toBytes();
}

Parsed<Command> Command::parse(QByteArrayView payload)
{
    return parts::parseDocument<Command>(payload, &readCommand);
}

} // namespace holdfast
