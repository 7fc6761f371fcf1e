// SPDX-License-Identifier: Apache-2.0
#include "identity.h"

#include "core/documents/command.h"
#include "core/documents/request.h"
#include "keys/plainfilestore.h"
#include "socket.h"
#include "wire/messages.h"

#include <QFile>

namespace holdfast::bench {

namespace {

SeedSigner keyAt(const QString &path, const QString &name)
{
    auto key = QFile::exists(path) ? PlainFileStore::read(path) : PlainFileStore::create(path, name);
    if (!key)
        fail(path + QStringLiteral(": ") + key.error().detail);
    return std::move(*key);
}

QByteArray vkey(const SeedSigner &signer)
{
    return signer.key().toString().toUtf8();
}

QByteArray targetBlock(const QString &name)
{
    return "[[target]]\nname = \"" + name.toUtf8() + "\"\nkind = \"command\"\nenvironment = \"staging\"\nprograms = [\"" + Program.toUtf8() + "\"]\n\n";
}

QByteArray ruleBlock(const QString &target, const QByteArray &tier)
{
    // Ten years: a store that was made once is used for as long as the build directory lives.
    return "[[rule]]\nid = \"" + target.toUtf8() + "\"\nwhen = { target = \"" + target.toUtf8() + "\" }\nmode = \"hold\"\ntier = \"" + tier
        + "\"\nconfirm = []\napprove_within = \"3650d\"\nexecute_within = \"15m\"\n\n";
}

} // namespace

Cast Cast::of(const QString &directory)
{
    return {keyAt(directory + QStringLiteral("/owner-session.key"), OwnerName), keyAt(directory + QStringLiteral("/owner-decide.key"), OwnerName),
            keyAt(directory + QStringLiteral("/agent.key"), AgentName), keyAt(directory + QStringLiteral("/hostile.key"), QStringLiteral("hostile"))};
}

QByteArray gateToml(const Cast &cast)
{
    return "[gate]\nname = \"bench.example/gate\"\nlisten = \"127.0.0.1:0\"\nstore = \"sqlite:gate.db\"\nkey = \"file:gate.key\"\n\n"
           "[[actor]]\nname = \"" + OwnerName.toUtf8() + "\"\nkind = \"human\"\nperson = \"owner\"\nroles = [\"approver\", \"lead\", \"admin\"]\n"
           "keys = { session = \"" + vkey(cast.session) + "\", decide = \"" + vkey(cast.decide) + "\" }\n\n"
           "[[actor]]\nname = \"" + AgentName.toUtf8() + "\"\nkind = \"machine\"\nperson = \"developer\"\nroles = [\"requester\"]\n"
           "keys = { request = \"" + vkey(cast.request) + "\" }\n\n"
        + targetBlock(AskedTarget) + targetBlock(BacklogTarget) + ruleBlock(AskedTarget, "high") + ruleBlock(BacklogTarget, "low");
}

QByteArray hostileToml(const Cast &cast, const QByteArray &port)
{
    QByteArray slow;
    for (const QString &name : SlowTargets)
        slow += "[[target]]\nname = \"" + name.toUtf8() + "\"\nkind = \"sql\"\nenvironment = \"staging\"\nurl = \"postgresql://127.0.0.1:" + port + "/"
            + name.toUtf8() + "\"\n\n";
    return gateToml(cast) + "[[actor]]\nname = \"hostile\"\nkind = \"machine\"\nperson = \"stranger\"\nroles = [\"requester\"]\nkeys = { request = \""
        + vkey(cast.hostile) + "\" }\n\n" + slow;
}

QByteArray requestPayload(const QString &gate, const VerifierKey &gateKey, const QString &target, Instant at, qsizetype size)
{
    Request request;
    request.gate = gate;
    request.gateKey = gateKey;
    request.nonce = randomBytes(16);
    request.kind = kind::Command.toString();
    request.target = target;
    request.action = CommandAction{{Program, QStringLiteral("--nothing")}, {}, {}};
    request.createdAt = at;
    request.origin.agent = QStringLiteral("bench");
    request.claims.intent = QString();
    const qsizetype missing = size - request.toPayload().size();
    request.claims.intent = QStringLiteral("clean up staging, as agreed. ").repeated(missing / 28 + 1).left(std::max<qsizetype>(missing, 1));
    return request.toPayload();
}

Json withdrawal(const VerifierKey &gateKey, const Signer &key, const HoldId &hold)
{
    Command withdraw;
    withdraw.verb = Command::Verb::Withdraw;
    withdraw.gate = gateKey.name;
    withdraw.gateKey = gateKey;
    withdraw.key = key.key();
    withdraw.hold = hold;
    withdraw.reason = QStringLiteral("measured");
    withdraw.nonce = randomBytes(16);
    withdraw.at = SystemClock().now();
    withdraw.notAfter = withdraw.at + std::chrono::minutes{10};
    return EnvelopeParams{Envelope::sign(key, payloadtype::Command, withdraw.toPayload())}.toJson();
}

} // namespace holdfast::bench
