// SPDX-License-Identifier: Apache-2.0
#include "core/policy/registrychain.h"

#include <algorithm>

namespace holdfast {

namespace {

const Actor *named(const std::vector<Actor> &actors, const QString &name)
{
    const auto found = std::find_if(actors.begin(), actors.end(), [&](const Actor &actor) { return actor.name == name; });
    return found == actors.end() ? nullptr : &*found;
}

} // namespace

std::vector<Actor> actorsUnder(const PolicyDocument &next, const PolicyDocument &before, const Registry &previous)
{
    std::vector<Actor> actors;
    for (Actor actor : next.actors) {
        const Actor *written = named(before.actors, actor.name);
        const Actor *registered = previous.actor(actor.name);
        const bool sameKeys = written != nullptr && written->mark == actor.mark && written->keys == actor.keys && written->kind == actor.kind;
        if (registered != nullptr && sameKeys) {
            actor.keys = registered->keys;
            actor.mark = registered->mark;
        }
        actors.push_back(std::move(actor));
    }
    for (const Actor &registered : previous.actors) {
        if (named(before.actors, registered.name) == nullptr && named(next.actors, registered.name) == nullptr)
            actors.push_back(registered);
    }
    return actors;
}

} // namespace holdfast
