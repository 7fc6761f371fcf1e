// SPDX-License-Identifier: Apache-2.0
#include "core/documents/registry.h"

#include "core/documents/parts.h"

#include <algorithm>
#include <set>

namespace holdfast {

namespace {

using Kind = DocumentError::Kind;

constexpr parts::Words<ActorKind, 2> actorKinds{{{ActorKind::Human, u"human"}, {ActorKind::Machine, u"machine"}}};

/// A machine only requests; a human never does (protocol 1.3).
bool purposeFits(ActorKind actor, QStringView purposeName)
{
    return (actor == ActorKind::Machine) == (purposeName == purpose::Request);
}

Json actorJson(const Actor &actor)
{
    JsonBuilder builder;
    builder.add(QStringLiteral("name"), actor.name)
        .add(QStringLiteral("kind"), toString(actor.kind))
        .add(QStringLiteral("person"), actor.person)
        .add(QStringLiteral("roles"), parts::texts(actor.roles));
    const auto addTexts = [&](QString name, const std::optional<QStringList> &list) {
        if (list)
            builder.add(std::move(name), parts::texts(*list));
    };
    addTexts(QStringLiteral("groups"), actor.groups);
    addTexts(QStringLiteral("targets"), actor.targets);
    addTexts(QStringLiteral("kinds"), actor.kinds);
    if (actor.mark)
        builder.add(QStringLiteral("mark"), *actor.mark);
    else
        builder.add(QStringLiteral("keys"), parts::keysJson(actor.keys));
    parts::addInstantIf(builder, QStringLiteral("expires"), actor.expires);
    return builder.build();
}

void readKeysOrMark(ObjectReader &reader, Actor &actor)
{
    if (reader.has(u"keys") == reader.has(u"mark"))
        return reader.fail(Kind::InvalidValue, u"keys", QStringLiteral("either keys or the mark of an invite is expected"));
    if (reader.has(u"mark")) {
        actor.mark = parts::readName(reader, u"mark");
        return;
    }
    actor.keys = parts::readKeys(reader, u"keys");
    for (const auto &[name, key] : actor.keys) {
        if (!purposeFits(actor.kind, name))
            reader.fail(Kind::InvalidValue, u"keys", QStringLiteral("a machine has request, a human session, decide and cosign"));
    }
}

void readActor(ObjectReader &reader, Actor &actor)
{
    static const QStringList knownRoles{role::Requester.toString(), role::Approver.toString(), role::Lead.toString(), role::Admin.toString()};
    actor.name = parts::readName(reader, u"name");
    actor.kind = parts::readWord(reader, u"kind", actorKinds);
    actor.person = parts::readName(reader, u"person");
    actor.roles = reader.texts(u"roles");
    if (!std::all_of(actor.roles.cbegin(), actor.roles.cend(), [](const QString &name) { return knownRoles.contains(name); }))
        reader.fail(Kind::InvalidValue, u"roles", QStringLiteral("%1 are the roles").arg(knownRoles.join(u", ")));
    actor.groups = reader.optionalTexts(u"groups");
    actor.targets = reader.optionalTexts(u"targets");
    actor.kinds = reader.optionalTexts(u"kinds");
    readKeysOrMark(reader, actor);
    actor.expires = reader.optionalInstant(u"expires");
}

/// The same 32 bytes serve one purpose of one party; a name means one actor.
void refuseRepetition(ObjectReader &reader, const Registry &registry)
{
    std::set<PublicKeyBytes> seen;
    const auto isNew = [&](const VerifierKey &key) { return seen.insert(key.bytes).second; };
    if (!isNew(registry.gateKeys.key) || !isNew(registry.gateKeys.ledgerKey) || !isNew(registry.gateKeys.performKey))
        reader.fail(Kind::InvalidValue, u"gate_keys", QStringLiteral("the same key serves two purposes"));
    std::set<QString> names;
    for (const Actor &actor : registry.actors) {
        if (!names.insert(actor.name).second)
            reader.fail(Kind::InvalidValue, u"actors", QStringLiteral("two actors have the same name"));
        for (const auto &[name, key] : actor.keys) {
            if (!isNew(key))
                reader.fail(Kind::InvalidValue, u"actors", QStringLiteral("the same key appears twice"));
        }
    }
}

void readCause(ObjectReader &reader, RegistryCause &cause)
{
    if (reader.has(u"hold") == reader.has(u"document"))
        return reader.fail(Kind::InvalidValue, u"hold", QStringLiteral("either hold or document is expected"));
    if (reader.has(u"hold"))
        cause.hold = parts::readHoldId(reader, u"hold");
    else
        cause.document = reader.digest(u"document");
}

/// The first registry stands alone; each later one names what it follows and why.
void readPlace(ObjectReader &reader, Registry &registry)
{
    const bool first = registry.serial == 0;
    for (const QStringView name : {QStringView(u"previous"), QStringView(u"cause")}) {
        if (!reader.failed() && reader.has(name) == first)
            reader.fail(first ? Kind::InvalidValue : Kind::MissingMember, name, first ? QStringLiteral("the first registry has none") : QString());
    }
    registry.previous = reader.optionalDigest(u"previous");
    RegistryCause cause;
    if (reader.optionalObject(u"cause", [&](ObjectReader &inner) { readCause(inner, cause); }))
        registry.cause = std::move(cause);
}

void readRegistry(ObjectReader &reader, Registry &registry)
{
    parts::readVersion(reader);
    registry.gate = parts::readName(reader, u"gate");
    registry.serial = reader.integer(u"serial", 0, parts::largestInteger);
    readPlace(reader, registry);
    reader.object(u"policy", [&](ObjectReader &inner) { parts::readBlob(inner, registry.policy); });
    reader.object(u"gate_keys", [&](ObjectReader &inner) {
        registry.gateKeys = {parts::readKey(inner, u"key"), parts::readKey(inner, u"ledger_key"), parts::readKey(inner, u"perform_key")};
    });
    reader.each(u"actors", [&](ObjectReader &inner) {
        Actor actor;
        readActor(inner, actor);
        registry.actors.push_back(std::move(actor));
    });
    if (!reader.failed())
        refuseRepetition(reader, registry);
}

} // namespace

QString toString(ActorKind value)
{
    return parts::wordOf(actorKinds, value);
}

std::optional<ActorKind> actorKindFrom(QStringView text)
{
    return parts::fromWord(actorKinds, text);
}

bool Actor::has(QStringView wantedRole) const
{
    return roles.contains(wantedRole);
}

const VerifierKey *Actor::key(QStringView purposeName) const
{
    const auto found = keys.find(purposeName.toString());
    return found == keys.end() ? nullptr : &found->second;
}

bool Actor::isActive(Instant at) const
{
    return !expires || at < *expires;
}

const Actor *Registry::actor(QStringView name) const
{
    const auto found = std::find_if(actors.begin(), actors.end(), [&](const Actor &candidate) { return candidate.name == name; });
    return found == actors.end() ? nullptr : &*found;
}

const Actor *Registry::actorByKey(const PublicKeyBytes &key, QStringView purposeName) const
{
    const auto found = std::find_if(actors.begin(), actors.end(), [&](const Actor &candidate) {
        const VerifierKey *own = candidate.key(purposeName);
        return own != nullptr && own->bytes == key;
    });
    return found == actors.end() ? nullptr : &*found;
}

QStringList Registry::approverPersons(Instant at) const
{
    QStringList persons;
    for (const Actor &candidate : actors) {
        const bool approves = candidate.kind == ActorKind::Human && candidate.has(role::Approver) && candidate.key(purpose::Decide) != nullptr && candidate.isActive(at);
        if (approves && !persons.contains(candidate.person))
            persons.append(candidate.person);
    }
    return persons;
}

QByteArray Registry::toPayload() const
{
    JsonBuilder builder;
    builder.add(QStringLiteral("version"), 1).add(QStringLiteral("gate"), gate).add(QStringLiteral("serial"), serial);
    if (previous)
        builder.add(QStringLiteral("previous"), previous->toString());
    builder.add(QStringLiteral("policy"), policy.toJson())
        .add(QStringLiteral("gate_keys"),
             JsonBuilder()
                 .add(QStringLiteral("key"), gateKeys.key.toString())
                 .add(QStringLiteral("ledger_key"), gateKeys.ledgerKey.toString())
                 .add(QStringLiteral("perform_key"), gateKeys.performKey.toString())
                 .build())
        .add(QStringLiteral("actors"), parts::list(actors, &actorJson));
    if (cause) {
        const Json why = cause->hold ? Json(cause->hold->toString()) : Json(cause->document.value_or(Digest{}).toString());
        builder.add(QStringLiteral("cause"), JsonBuilder().add(cause->hold ? QStringLiteral("hold") : QStringLiteral("document"), why).build());
    }
    return builder.build().toBytes();
}

Parsed<Registry> Registry::parse(QByteArrayView payload)
{
    return parts::parseDocument<Registry>(payload, &readRegistry);
}

} // namespace holdfast
