// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/requests.h"

#include "core/text/visible.h"
#include "gate/lifecycle/enforcement.h"
#include "gate/lifecycle/secrets.h"
#include "gate/lifecycle/standing.h"

#include <QFileInfo>

#include <chrono>

namespace holdfast {

namespace {

constexpr std::int64_t openHoldsPerActor = 50'000;
constexpr qint64 bytesInHandPerActor = 64LL * 1024 * 1024; ///< of blobs that wait to be measured

constexpr std::int64_t keptPerHour = 512LL * 1024 * 1024; ///< bytes of an actor's requests and of the blobs that only they name
constexpr std::int64_t leastKept = 4096; ///< that a request comes to, with its entries and rows

Refused invalid(const QString &detail)
{
    return Refused(ErrorCode::InvalidDocument, detail);
}

RpcError onRecord(ErrorCode code, const QString &detail, const HoldId &hold)
{
    RpcError error = RpcError::of(code, detail);
    error.hold = hold.toString();
    return error;
}

} // namespace

bool mayName(const Actor &actor, const QString &target)
{
    return !actor.targets || actor.targets->contains(target);
}

bool mayAsk(const Actor &actor, const QString &kindName)
{
    return actor.kinds ? actor.kinds->contains(kindName) : kindName != kind::Policy;
}

Requests::Requests(Context &context, Holds &holds) : m_context(context), m_holds(holds), m_kept(keptPerHour, std::chrono::hours(1)) {}

Answer Requests::request(const Caller &caller, const Json &params)
{
    const auto given = read<EnvelopeParams>(params);
    if (!given)
        return given.error();
    const Envelope &envelope = given->envelope;
    if (auto refused = whyNotFrom(caller, envelope))
        return *refused;
    const auto request = Request::parse(envelope.payload);
    if (!request)
        return invalid(request.error().sentence());
    const HoldId id = HoldId::of(caller.key.bytes, envelope.payload);
    // The same request sent again is the same hold: it is answered as it stands now, however late it comes.
    if (const auto known = m_context.store.holds.find(id))
        return m_holds.status(*known, HoldStatus::Form::Request).toJson(HoldStatus::Form::Request);
    if (auto refused = whyNotHere(caller, *request))
        return *refused;
    if (auto refused = whyNotItsContent(caller, envelope, *request))
        return *refused;
    if (auto refused = whyNotKept(caller, envelope, *request))
        return *refused;
    return admit(caller, envelope, *request, id);
}

std::optional<Refused> Requests::whyNotFrom(const Caller &caller, const Envelope &envelope) const
{
    if (!caller.actor->has(role::Requester))
        return Refused(ErrorCode::Forbidden, QStringLiteral("this actor has not the role requester"));
    const auto verified = verify(envelope, caller.key, payloadtype::Request);
    if (verified)
        return std::nullopt;
    if (verified.error().kind == EnvelopeError::Kind::WrongPayloadType)
        return invalid(QStringLiteral("$.envelope.payloadType is not a request's"));
    for (const Actor &actor : m_context.active().registry.actors) {
        const VerifierKey *key = actor.key(purpose::Request);
        if (key != nullptr && *key != caller.key && envelope.signatures.size() == 1 && key->hint() == envelope.signatures.front().keyHint
            && verify(envelope, *key, payloadtype::Request))
            return Refused(ErrorCode::Forbidden, QStringLiteral("$.envelope is signed by another actor's key"));
    }
    return Refused(ErrorCode::InvalidSignature, QStringLiteral("$.envelope: %1").arg(verified.error().sentence()));
}

std::optional<Refused> Requests::whyNotHere(const Caller &caller, const Request &request) const
{
    if (request.gate != m_context.identity.name)
        return invalid(QStringLiteral("$.gate names another gate"));
    if (request.gateKey != m_context.identity.key->key())
        return invalid(QStringLiteral("$.gate_key is not this gate's key"));
    if (std::chrono::abs(request.createdAt - m_context.now) > tolerableSkew)
        return Refused(ErrorCode::Expired, QStringLiteral("$.created_at is more than ten minutes off"));
    const bool isPolicy = request.kind == kind::Policy;
    const Target *target = isPolicy ? nullptr : m_context.active().policy->target(request.target);
    const bool known = isPolicy ? request.target == kind::Policy : target != nullptr && target->kind == request.kind && mayName(*caller.actor, request.target);
    if (!known || !mayAsk(*caller.actor, request.kind))
        return Refused(ErrorCode::UnknownTarget, QStringLiteral("$.target: %1 of kind %2 is not among this actor's targets")
                                                     .arg(visible(request.target, {false, 100}), request.kind));
    if (m_context.store.holds.countOpenOf(caller.actor->name) >= openHoldsPerActor) {
        RpcError error = RpcError::of(ErrorCode::RateLimited, QStringLiteral("too many holds of this actor are open"));
        error.retryAfterMs = 60'000;
        return Refused(error);
    }
    if (m_context.store.standing.nonceUser(caller.key.bytes, request.nonce))
        return Refused(ErrorCode::Conflict, QStringLiteral("$.nonce was used by another document"));
    return std::nullopt;
}

std::optional<Refused> Requests::whyNotItsContent(const Caller &caller, const Envelope &envelope, const Request &request)
{
    for (const BlobRef &blob : request.blobs()) {
        // Naming a digest gives no right to its bytes: only who handed them in may name them.
        const auto size = m_context.store.blobs.owns(blob.digest, caller.actor->name) ? m_context.store.blobs.size(blob.digest) : std::nullopt;
        if (size != blob.size)
            return invalid(QStringLiteral("$.action: the blob %1 was not handed in with blob.write, or has another size").arg(blob.digest.toString()));
    }
    if (const auto refused = whyNotInHand(caller, request))
        return refused;
    const Target *target = m_context.active().policy->target(request.target);
    if (target != nullptr && target->allowSecrets)
        return std::nullopt;
    const auto payload = parseJson(envelope.payload);
    auto where = payload ? whereSecret(*payload) : std::nullopt;
    for (const BlobRef &blob : request.blobs())
        if (!where && holdsSecret(blob.digest))
            where = QStringLiteral("$.action (the blob %1)").arg(blob.digest.toString());
    if (!where)
        return std::nullopt;
    for (const BlobRef &blob : request.blobs())
        m_context.store.blobs.forget(blob.digest, caller.actor->name);
    return Refused(RpcError::of(ErrorCode::InvalidDocument, QStringLiteral("%1 holds a secret: nothing of the request was kept").arg(*where)), true);
}

std::optional<Refused> Requests::whyNotInHand(const Caller &caller, const Request &request)
{
    const QString &actor = caller.actor->name;
    const qint64 inHand = m_holds.shelf().held(actor);
    qint64 more = 0;
    for (const BlobRef &blob : request.blobs())
        more += m_holds.shelf().holds(actor, blob.digest) ? 0 : blob.size;
    if (more == 0 || inHand + more <= bytesInHandPerActor)
        return std::nullopt;
    RpcError error = RpcError::of(ErrorCode::RateLimited, QStringLiteral("blobs of this actor wait to be measured; together they may have %1 bytes").arg(bytesInHandPerActor));
    error.retryAfterMs = 1'000;
    return Refused(error);
}

std::optional<Refused> Requests::whyNotKept(const Caller &caller, const Envelope &envelope, const Request &request)
{
    std::int64_t bytes = std::max<std::int64_t>(envelope.payload.size(), leastKept);
    for (const BlobRef &blob : request.blobs())
        bytes += m_context.store.blobs.isNamed(blob.digest) ? 0 : blob.size;
    // After a start all of the last hour counts as if it had come just now: never less than it came to.
    if (!m_kept.knows(caller.actor->name))
        m_kept.begin(caller.actor->name, m_context.store.holds.keptSince(caller.actor->name, m_context.now - std::chrono::hours(1), leastKept), m_context.now);
    const auto after = m_kept.take(caller.actor->name, bytes, m_context.now);
    if (!after)
        return std::nullopt;
    RpcError error = RpcError::of(ErrorCode::RateLimited, QStringLiteral("an actor's requests may come to %1 bytes an hour: everything is kept").arg(keptPerHour));
    error.retryAfterMs = after->count();
    return Refused(error);
}

bool Requests::holdsSecret(const Digest &digest)
{
    if (const auto known = m_context.secrets.of(digest))
        return *known;
    // Handed in before this gate started: looked through once.
    const auto bytes = m_context.store.blobs.read(digest);
    const bool found = bytes && holdfast::holdsSecret(*bytes);
    m_context.secrets.put(digest, found);
    return found;
}

Answer Requests::admit(const Caller &caller, const Envelope &envelope, const Request &request, const HoldId &id)
{
    HoldRow hold;
    hold.id = id;
    hold.actor = caller.actor->name;
    hold.person = caller.actor->person;
    hold.kind = request.kind;
    hold.target = request.target;
    hold.requestDocument = envelope.idDigest();
    hold.requestDigest = envelope.payloadDigest();
    hold.action = sha256(request.actionBytes);
    hold.openedAt = std::max(m_context.now, m_context.book.lastAt());
    m_holds.record(hold, EntryKind::Request, envelope, request.blobs(), State::Measuring);
    m_context.store.standing.useNonce(caller.key.bytes, request.nonce, hold.requestDocument);

    if (coveringFreeze(m_context.store.standing, hold.actor, hold.target)) {
        m_holds.event(hold, State::Refused, QStringLiteral("frozen"));
        m_holds.index(hold);
        return Refused(onRecord(ErrorCode::Frozen, QStringLiteral("requests of this actor are frozen until that is lifted"), id), true);
    }
    const Asked asked{hold.person, hold.target, hold.kind, hold.action, nullptr};
    if (const auto denial = coveringDenial(m_context.store.standing, asked)) {
        m_holds.event(hold, State::Refused, QStringLiteral("denied before, in hold %1").arg(denial->hold.toString()));
        m_holds.index(hold);
        return Refused(onRecord(ErrorCode::DeniedBefore, QStringLiteral("the same was denied in hold %1").arg(denial->hold.toString()), id), true);
    }
    if (const auto open = m_context.store.holds.openLike(hold)) {
        m_holds.event(hold, State::Refused, QStringLiteral("the same is open already, as hold %1").arg(open->id.toString()));
        m_holds.index(hold);
        return Refused(onRecord(ErrorCode::Conflict, QStringLiteral("the same person asked for exactly this before, and it is open"), open->id), true);
    }
    m_holds.startMeasuring(hold, MeasurePurpose::First);
    return m_holds.status(hold, HoldStatus::Form::Request).toJson(HoldStatus::Form::Request);
}

Result<HoldRow, Refused> Requests::own(const Caller &caller, const HoldId &id) const
{
    auto hold = m_context.store.holds.find(id);
    // Besides his own, an actor follows what another machine of his person asked for, once he was told that it stands for his.
    const bool his = hold && (hold->actor == caller.actor->name
                              || (hold->person == caller.actor->person && m_context.store.holds.hasAskedLike(caller.actor->name, *hold)));
    if (!his)
        return Failure{Refused(ErrorCode::NotFound, QStringLiteral("$.hold: this actor has no such hold"))};
    return std::move(*hold);
}

Answer Requests::wait(const Caller &caller, const Json &params)
{
    const auto given = read<WaitParams>(params);
    if (!given)
        return given.error();
    const auto hold = own(caller, given->hold);
    if (!hold)
        return hold.error();
    // answerWaiters() ends this very turn: a hold that moved already is answered at once.
    m_holds.wait({caller.connection, caller.id, given->hold, given->after, m_context.now + std::chrono::milliseconds{given->timeoutMs}});
    return Later{};
}

Answer Requests::get(const Caller &caller, const Json &params)
{
    const auto given = read<HoldParams>(params);
    if (!given)
        return given.error();
    const auto hold = own(caller, given->hold);
    if (!hold)
        return hold.error();
    return m_holds.status(*hold, HoldStatus::Form::Get).toJson(HoldStatus::Form::Get);
}

Answer Requests::targets(const Caller &caller, const Json &params)
{
    if (const auto nothing = read<Nothing>(params); !nothing)
        return nothing.error();
    const QString directory = QFileInfo(m_context.config.file).absolutePath();
    TargetListResult result;
    for (const Target &target : m_context.active().policy->targets)
        if (mayName(*caller.actor, target.name) && mayAsk(*caller.actor, target.kind))
            result.targets.push_back({target.name, target.kind, target.environment, enforcementOf(target, reachableByRequester(target, directory))});
    return result.toJson();
}

} // namespace holdfast
