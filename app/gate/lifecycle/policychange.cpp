// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/policychange.h"

#include "config/policyreader.h"
#include "core/policy/registrychain.h"

namespace holdfast {

namespace {

const QString unwrittenMark = QStringLiteral("policy-not-in-file");

/// Keys that were revoked never come back, whatever the TOML says.
void dropRevoked(Context &context, std::vector<Actor> &actors)
{
    for (Actor &actor : actors)
        std::erase_if(actor.keys, [&](const auto &key) { return context.store.standing.isRevoked(key.second.bytes); });
}

} // namespace

QString applyPolicyChange(Context &context, const Holds &holds, const HoldRow &hold)
{
    const auto request = holds.requestOf(hold);
    const auto *action = request ? std::get_if<PolicyAction>(&request->action) : nullptr;
    const auto toml = action == nullptr ? std::nullopt : context.store.blobs.read(action->toml.digest);
    if (!toml || sha256(*toml) != action->toml.digest)
        return QStringLiteral("the policy document is not stored");
    const auto policy = readPolicy(*toml);
    if (!policy)
        return policy.error().sentence();
    const std::shared_ptr<const ActiveRegistry> before = context.registries.current();
    std::vector<Actor> actors = actorsUnder(*policy, *before->policy, before->registry);
    dropRevoked(context, actors);
    if (actors.empty())
        return QStringLiteral("no actor would be left");
    Registry tried = before->registry;
    tried.actors = actors;
    // The new registry must be readable by everybody else: no key twice, no name twice.
    if (const auto readable = Registry::parse(tried.toPayload()); !readable)
        return readable.error().sentence();
    context.registries.follow(std::move(actors), *toml, *policy, hold.id, context.now);
    context.store.standing.setMeta(unwrittenMark, QByteArrayLiteral("1"));
    context.effects.emplace_back(RewritePolicy{*toml});
    // Drops the connections of removed actors: their next call would be refused anyway.
    for (const Actor &actor : before->registry.actors) {
        if (context.active().registry.actor(actor.name) != nullptr)
            continue;
        for (const ConnectionId connection : context.connections.of(actor.name))
            context.effects.emplace_back(Disconnect{connection, 1008, QStringLiteral("the actor was removed")});
    }
    return {};
}

std::optional<QByteArray> unwrittenPolicy(const Context &context)
{
    const auto mark = context.store.standing.meta(unwrittenMark);
    const bool pending = mark && *mark == QByteArrayLiteral("1") && context.registries.current();
    return pending ? std::optional(context.active().toml) : std::nullopt;
}

void policyWritten(Context &context)
{
    context.store.standing.setMeta(unwrittenMark, QByteArrayLiteral("0"));
}

} // namespace holdfast
