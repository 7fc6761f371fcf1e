// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/engine.h"

#include "gate/lifecycle/policychange.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace holdfast {

namespace {

constexpr std::uint16_t policyViolation = 1008;
constexpr std::uint16_t tryAgainLater = 1013;
constexpr std::chrono::seconds clockRetry{1};
constexpr int mostBeforeSession = 16; ///< messages: a challenge has one answer, and a person may mistype an invite

template<typename... Visitors>
struct Overloaded final : Visitors...
{
    using Visitors::operator()...;
};
template<typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

} // namespace

Engine::Engine(Store &store, const Clock &clock, const GateIdentity &identity, const GateConfig &config, Outside &outside, EngineOptions options)
    : m_context(store, clock, identity, config), m_outside(outside), m_options(std::move(options)), m_holds(m_context), m_evidence(m_context, m_holds),
      m_check(store, m_context.book, identity.publicKeys(), m_options.pin), m_releasing(m_context, m_holds, m_evidence, m_check, {m_options.measuredFirst, m_options.bounds}),
      m_sessions(m_context, m_options.ownerSecret), m_requests(m_context, m_holds), m_decisions(m_context, m_holds, m_evidence, m_releasing),
      m_commands(m_context, m_holds), m_consoles(m_context, m_holds), m_ledger(m_context), m_blobs(m_context),
      m_methods({m_sessions, m_requests, m_evidence, m_decisions, m_commands, m_consoles, m_ledger, m_blobs})
{
    m_evidence.onAllowed([this](HoldRow &hold) { m_releasing.allow(hold); });
    m_releasing.onPolicy([this](const HoldRow &hold) {
        QString problem = applyPolicyChange(m_context, m_holds, hold);
        if (problem.isEmpty())
            m_evidence.policyChanged();
        return problem;
    });
    m_consoles.queueLength([this] { return m_releasing.waiting() + (m_options.queueLength ? m_options.queueLength() : 0); });
}

Engine::~Engine() = default;

Result<Done, StoreError> Engine::start(QByteArrayView highestNote)
{
    m_context.now = m_context.clock.now();
    m_context.store.begin();
    if (auto loaded = m_context.book.load(highestNote); !loaded)
        return loaded;
    if (auto loaded = m_context.registries.load(); !loaded)
        return loaded;
    if (!m_context.registries.current() && m_options.ownerSecret.isEmpty())
        m_context.registries.found(m_context.config.policy.actors, m_context.config.policyToml, m_context.config.policy, m_context.now);
    if (m_context.registries.current()) {
        m_releasing.recover();
        m_releasing.passTime();
        m_releasing.advance();
    }
    if (const auto toml = unwrittenPolicy(m_context))
        m_context.effects.emplace_back(RewritePolicy{*toml});
    if (auto committed = m_context.store.commit(); !committed)
        return committed;
    release();
    return Done{};
}

std::vector<Input> Engine::turn(std::vector<Input> inputs)
{
    const Book::Mark book = m_context.book.mark();
    const auto registry = m_context.registries.current();
    m_context.now = m_context.clock.now();
    m_context.effects.clear();
    m_context.store.begin();
    m_left = takeInTime(inputs);
    if (m_context.registries.current()) {
        m_releasing.passTime();
        m_releasing.advance();
    }
    m_blobs.expire();
    if (std::exchange(m_policyWritten, false))
        holdfast::policyWritten(m_context);
    // Those who wait for a hold hear first: the proofs for consoles, which come between, take as long as a signature.
    const auto answered = static_cast<std::ptrdiff_t>(m_context.effects.size());
    m_holds.answerWaiters();
    std::rotate(m_context.effects.begin(), m_context.effects.begin() + answered, m_context.effects.end());
    if (const auto committed = m_context.store.commit(); !committed) {
        m_context.book.reset(book);
        m_context.registries.reset(registry);
        giveUp(committed.error());
        std::erase_if(inputs, [](const Input &input) { return !std::holds_alternative<Measured>(input) && !std::holds_alternative<PerformedHold>(input); });
        return inputs;
    }
    release();
    return {};
}

std::vector<Input> Engine::takeInTime(std::vector<Input> &inputs)
{
    const auto began = std::chrono::steady_clock::now();
    auto next = inputs.begin();
    while (next != inputs.end()) {
        take(*next++);
        if (m_options.turnTime.count() > 0 && std::chrono::steady_clock::now() - began >= m_options.turnTime)
            break;
    }
    std::vector<Input> left(std::make_move_iterator(next), std::make_move_iterator(inputs.end()));
    inputs.erase(next, inputs.end());
    return left;
}

void Engine::take(const Input &input)
{
    std::visit(Overloaded{
                   [this](const Opened &opened) { m_sessions.challenge(opened.connection); },
                   [this](const Received &received) { call(received); },
                   [this](const Closed &gone) { closed(gone.connection); },
                   [this](const Measured &measured) {
                       if (measured.purpose == MeasurePurpose::BeforeSpending)
                           m_releasing.take(measured);
                       else
                           m_evidence.take(measured);
                   },
                   [this](const PerformedHold &performed) { m_releasing.take(performed); },
                   [this](const Identified &identified) {
                       if (identified.identity)
                           m_context.effects.emplace_back(Reply{identified.connection, identified.id, IdentifyResult{*identified.identity}.toJson()});
                       else
                           refuse(identified.connection, identified.id, RpcError::of(ErrorCode::Unavailable, identified.identity.error()));
                   },
               },
               input);
}

void Engine::call(const Received &received)
{
    OpenConnection *const state = m_context.connections.find(received.connection);
    if (state == nullptr)
        return;
    // Not even read: without a session it is taken from nobody's allowance.
    if (state->actor.isEmpty() && ++state->beforeSession > mostBeforeSession) {
        m_context.effects.emplace_back(Disconnect{received.connection, policyViolation, QStringLiteral("too many messages without a session")});
        return;
    }
    const auto message = received.parsed ? received.parsed : std::make_shared<const Result<RpcMessage, RpcReply>>(parseRpc(received.message));
    if (!*message) {
        const RpcReply &reply = message->error();
        m_context.effects.emplace_back(Notify{{received.connection}, encode(reply)});
        return;
    }
    const auto *call = std::get_if<RpcCall>(&**message);
    if (call == nullptr)
        return; // nobody here asked anything
    if (!call->id) {
        refuse(received.connection, {}, RpcError{-32600, {}, QStringLiteral("a call needs an id"), {}, {}});
        return;
    }
    if (m_context.connections.unanswered(*state) >= limit::UnansweredPerActor) {
        m_context.effects.emplace_back(Disconnect{received.connection, policyViolation, QStringLiteral("too many unanswered calls")});
        return;
    }
    m_context.connections.asked(*state);
    std::optional<Answer> outcome;
    m_context.attempt([&] {
        if (call->method == method::SessionOpen) {
            outcome = m_sessions.open(received.connection, call->params);
        } else if (call->method == method::ActorEnrol && state->actor.isEmpty()) {
            outcome = m_sessions.enrol(received.connection, call->params);
        } else {
            const auto caller = m_sessions.callerOf(received.connection, *call->id);
            outcome = caller ? m_methods.call(*caller, call->method, call->params) : Answer(caller.error());
        }
        const auto *refused = std::get_if<Refused>(&*outcome);
        return refused == nullptr || refused->recorded;
    });
    answer(received.connection, *call, std::move(*outcome));
}

void Engine::answer(ConnectionId to, const RpcCall &call, Answer answer)
{
    std::visit(Overloaded{
                   [&](Json &result) { m_context.effects.emplace_back(Reply{to, *call.id, std::move(result)}); },
                   [&](SubmitResult &result) { m_context.effects.emplace_back(Reply{to, *call.id, std::move(result)}); },
                   [&](Refused &refused) { refuse(to, call.id, std::move(refused.error)); },
                   [](Later &) {},
               },
               answer);
}

void Engine::refuse(ConnectionId to, const std::optional<RpcId> &id, RpcError error)
{
    const bool unauthenticated = error.code == ErrorCode::Unauthenticated;
    const OpenConnection *state = m_context.connections.find(to);
    const bool noSession = error.code == ErrorCode::RateLimited && state != nullptr && state->actor.isEmpty();
    if (id)
        m_context.effects.emplace_back(Reply{to, *id, std::move(error)});
    else
        m_context.effects.emplace_back(Notify{{to}, encode(RpcReply{{}, std::move(error)})});
    // Unauthenticated clients are disconnected.
    if (unauthenticated)
        m_context.effects.emplace_back(Disconnect{to, policyViolation, QStringLiteral("unauthenticated")});
    else if (noSession)
        m_context.effects.emplace_back(Disconnect{to, tryAgainLater, QStringLiteral("too many sessions")});
}

void Engine::closed(ConnectionId connection)
{
    m_holds.forget(connection);
    m_evidence.forget(connection);
    m_context.connections.close(connection);
}

void Engine::release()
{
    const bool signedAnew = m_context.book.signHead();
    if (signedAnew)
        m_outside.keepCheckpoint(m_context.book.checkpoint());
    std::vector<Effect> effects = std::exchange(m_context.effects, {});
    for (Effect &effect : effects)
        releaseOne(effect);
}

void Engine::releaseOne(Effect &effect)
{
    std::visit(Overloaded{
                   [this](Reply &ready) { reply(ready); },
                   [this](Notify &notify) {
                       if (notify.to.size() == 1)
                           m_outside.send(notify.to.front(), std::move(notify.message));
                       else
                           m_outside.broadcast(std::move(notify.to), std::move(notify.message));
                   },
                   [this](Admit &admit) { m_outside.admit(admit.connection); },
                   [this](Disconnect &disconnect) { m_outside.close(disconnect.connection, disconnect.code, std::move(disconnect.reason)); },
                   [this](MeasureJob &job) { m_outside.start(std::move(job)); },
                   [this](PerformJob &job) { m_outside.start(std::move(job)); },
                   [this](IdentifyJob &job) { m_outside.start(std::move(job)); },
                   [this](RewritePolicy &rewrite) { m_outside.rewritePolicy(std::move(rewrite.toml)); },
               },
               effect);
}

void Engine::reply(const Reply &reply)
{
    if (OpenConnection *state = m_context.connections.find(reply.to))
        m_context.connections.answered(*state);
    RpcReply message;
    message.id = reply.id;
    if (const auto *submitted = std::get_if<SubmitResult>(&reply.outcome)) {
        SubmitResult complete = *submitted;
        m_ledger.complete(complete);
        message.outcome = complete.toJson();
    } else if (const auto *error = std::get_if<RpcError>(&reply.outcome)) {
        message.outcome = *error;
    } else {
        message.outcome = std::get<Json>(reply.outcome);
    }
    m_outside.send(reply.to, encode(message));
}

void Engine::giveUp(const StoreError &error)
{
    spdlog::get("gate")->error("nothing of this turn was kept: {}", error.sentence().toStdString());
    m_evidence.abandon();
    m_releasing.forgetOrder();
    // Callers are told; no notification and no job of this turn ever leaves.
    for (Effect &effect : std::exchange(m_context.effects, {})) {
        if (auto *ready = std::get_if<Reply>(&effect)) {
            ready->outcome = RpcError::of(ErrorCode::Unavailable, QStringLiteral("the store could not keep it; nothing was done"));
            reply(*ready);
        } else if (std::holds_alternative<Disconnect>(effect)) {
            releaseOne(effect);
        }
    }
}

std::optional<Instant> Engine::nextTurn() const
{
    std::optional<Instant> next = m_context.store.holds.nextDeadline();
    const auto sooner = [&next](std::optional<Instant> candidate) {
        if (candidate && (!next || *candidate < *next))
            next = candidate;
    };
    sooner(m_holds.nextWaiterEnds());
    // With the clock behind the ledger nothing is granted; nobody says when it has caught up.
    if (m_releasing.waiting() > 0 && m_context.book.isClockBehind(m_context.now))
        sooner(m_context.now + clockRetry);
    return next;
}

InputOwner Engine::ownerOf(ConnectionId connection)
{
    const OpenConnection *open = m_context.connections.find(connection);
    return open == nullptr ? InputOwner{} : InputOwner{open->actor, open->isHuman};
}

std::optional<Digest> Engine::pin() const
{
    const auto first = m_context.store.registries.at(0);
    return first ? std::optional(first->payload) : std::nullopt;
}

} // namespace holdfast
