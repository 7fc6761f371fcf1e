// SPDX-License-Identifier: Apache-2.0
#include "core/documents/session.h"

#include "core/base64.h"
#include "core/documents/parts.h"

#include <sodium.h>

#include <algorithm>

namespace holdfast {

namespace {

using Kind = DocumentError::Kind;
constexpr qsizetype secretSize = 16;
constexpr qsizetype markSize = 16;
constexpr qsizetype leastNonce = 16;
constexpr qsizetype mostNonce = 64;

/// Challenges are the peer's to size, within reason: fewer bytes could be guessed, more serve nobody.
QByteArray readChallenge(ObjectReader &reader, QStringView name)
{
    const QByteArray nonce = reader.base64(name);
    if (!reader.failed() && (nonce.size() < leastNonce || nonce.size() > mostNonce))
        reader.fail(Kind::InvalidValue, name, QStringLiteral("base64 of %1 to %2 bytes is expected")
            .arg(QString::number(leastNonce), QString::number(mostNonce)));
    return nonce;
}

bool isLowerHex(QStringView text, qsizetype size)
{
    return text.size() == size && std::all_of(text.begin(), text.end(), [](QChar c) { return (c >= u'0' && c <= u'9') || (c >= u'a' && c <= u'f'); });
}

QString readHex(ObjectReader &reader, QStringView name, qsizetype size)
{
    QString text = reader.text(name);
    if (!reader.failed() && !isLowerHex(text, size))
        reader.fail(Kind::InvalidValue, name, QStringLiteral("%1 lower-case hex digits are expected").arg(size));
    return text;
}

void readOpen(ObjectReader &reader, SessionOpen &open)
{
    parts::readVersion(reader);
    open.gate = parts::readName(reader, u"gate");
    open.gateKey = parts::readKey(reader, u"gate_key");
    open.nonce = readChallenge(reader, u"nonce");
    open.clientNonce = readChallenge(reader, u"client_nonce");
    open.key = parts::readKey(reader, u"key");
    reader.object(u"client", [&](ObjectReader &inner) {
        open.clientName = parts::readName(inner, u"name");
        open.clientVersion = parts::readName(inner, u"version");
    });
    open.channel = reader.optionalDigest(u"channel");
    open.at = reader.instant(u"at");
}

void readSession(ObjectReader &reader, Session &session)
{
    parts::readVersion(reader);
    session.gate = parts::readName(reader, u"gate");
    session.nonce = readChallenge(reader, u"nonce");
    session.clientNonce = readChallenge(reader, u"client_nonce");
    session.key = parts::readKey(reader, u"key");
    session.session = parts::readName(reader, u"session");
    reader.object(u"actor", [&](ObjectReader &inner) {
        session.actorName = parts::readName(inner, u"name");
        const QString kindWord = inner.textOneOf(u"kind", {toString(ActorKind::Human), toString(ActorKind::Machine)});
        session.actorKind = actorKindFrom(kindWord).value_or(ActorKind::Machine);
        session.actorPerson = parts::readName(inner, u"person");
        session.actorRoles = inner.texts(u"roles");
    });
    session.checkpoint = parts::readFilled(reader, u"checkpoint");
    session.registry = reader.digest(u"registry");
    session.time = reader.instant(u"time");
}

void readEnrol(ObjectReader &reader, Enrol &enrol)
{
    parts::readVersion(reader);
    enrol.gate = parts::readName(reader, u"gate");
    enrol.gateKey = parts::readKey(reader, u"gate_key");
    enrol.nonce = readChallenge(reader, u"nonce");
    enrol.keys = parts::readKeys(reader, u"keys");
    if (!reader.failed() && enrol.keys.empty())
        reader.fail(Kind::InvalidValue, u"keys", QStringLiteral("at least one key is expected"));
    enrol.mark = readHex(reader, u"mark", markSize);
    enrol.mac = readHex(reader, u"mac", 2 * static_cast<qsizetype>(crypto_auth_hmacsha256_BYTES));
}

} // namespace

QByteArray SessionOpen::toPayload() const
{
    JsonBuilder builder;
    builder.add(QStringLiteral("version"), 1)
        .add(QStringLiteral("gate"), gate)
        .add(QStringLiteral("gate_key"), gateKey.toString())
        .add(QStringLiteral("nonce"), toBase64(nonce))
        .add(QStringLiteral("client_nonce"), toBase64(clientNonce))
        .add(QStringLiteral("key"), key.toString())
        .add(QStringLiteral("client"), JsonBuilder().add(QStringLiteral("name"), clientName).add(QStringLiteral("version"), clientVersion).build());
    if (channel)
        builder.add(QStringLiteral("channel"), channel->toString());
    return builder.add(QStringLiteral("at"), formatInstant(at)).build().toBytes();
}

Parsed<SessionOpen> SessionOpen::parse(QByteArrayView payload)
{
    return parts::parseDocument<SessionOpen>(payload, &readOpen);
}

QByteArray Session::toPayload() const
{
    Json actor = JsonBuilder()
                     .add(QStringLiteral("name"), actorName)
                     .add(QStringLiteral("kind"), toString(actorKind))
                     .add(QStringLiteral("person"), actorPerson)
                     .add(QStringLiteral("roles"), parts::texts(actorRoles))
                     .build();
    return JsonBuilder()
        .add(QStringLiteral("version"), 1)
        .add(QStringLiteral("gate"), gate)
        .add(QStringLiteral("nonce"), toBase64(nonce))
        .add(QStringLiteral("client_nonce"), toBase64(clientNonce))
        .add(QStringLiteral("key"), key.toString())
        .add(QStringLiteral("session"), session)
        .add(QStringLiteral("actor"), std::move(actor))
        .add(QStringLiteral("checkpoint"), checkpoint)
        .add(QStringLiteral("registry"), registry.toString())
        .add(QStringLiteral("time"), formatInstant(time))
        .build()
        .toBytes();
}

Parsed<Session> Session::parse(QByteArrayView payload)
{
    return parts::parseDocument<Session>(payload, &readSession);
}

QByteArray Enrol::toPayload() const
{
    return JsonBuilder()
        .add(QStringLiteral("version"), 1)
        .add(QStringLiteral("gate"), gate)
        .add(QStringLiteral("gate_key"), gateKey.toString())
        .add(QStringLiteral("nonce"), toBase64(nonce))
        .add(QStringLiteral("keys"), parts::keysJson(keys))
        .add(QStringLiteral("mark"), mark)
        .add(QStringLiteral("mac"), mac)
        .build()
        .toBytes();
}

Parsed<Enrol> Enrol::parse(QByteArrayView payload)
{
    return parts::parseDocument<Enrol>(payload, &readEnrol);
}

QString Invite::toString() const
{
    return gateKey.toString() + u'#' + toBase64(secret);
}

QString Invite::mark() const
{
    return sha256(secret).hex().left(markSize);
}

std::optional<Invite> Invite::parse(QStringView text)
{
    const qsizetype hash = text.lastIndexOf(u'#');
    if (hash < 0)
        return std::nullopt;
    const std::optional<VerifierKey> key = VerifierKey::parse(text.left(hash));
    std::optional<QByteArray> secret = fromBase64(text.mid(hash + 1));
    if (!key || key->type != VerifierKey::Type::Ed25519 || !secret || secret->size() != secretSize)
        return std::nullopt;
    return Invite{*key, *std::move(secret)};
}

QString enrolMac(QByteArrayView secret, QByteArrayView nonce, const std::map<QString, VerifierKey> &keys)
{
    QByteArrayList lines;
    for (const auto &[name, key] : keys)
        lines.append(key.toString().toUtf8());
    std::sort(lines.begin(), lines.end());
    const QByteArray message = nonce.toByteArray() + lines.join('\n');

    const auto bytes = [](QByteArrayView view) { return reinterpret_cast<const unsigned char *>(view.data()); };
    crypto_auth_hmacsha256_state state;
    QByteArray mac(static_cast<qsizetype>(crypto_auth_hmacsha256_BYTES), Qt::Uninitialized);
    crypto_auth_hmacsha256_init(&state, bytes(secret), static_cast<std::size_t>(secret.size()));
    crypto_auth_hmacsha256_update(&state, bytes(message), static_cast<unsigned long long>(message.size()));
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char *>(mac.data()));
    sodium_memzero(&state, sizeof state);
    return QString::fromLatin1(mac.toHex());
}

} // namespace holdfast
