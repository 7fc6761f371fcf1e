// SPDX-License-Identifier: Apache-2.0
#include "core/policy/reach.h"

#include "core/policy/resourcename.h"
#include "core/text/sqlname.h"

#include <algorithm>

namespace holdfast {

namespace {

/// Whether a resource is something of the target's, or holds something of it.
bool reaches(const QString &resource, const Target &target)
{
    if (target.kind == kind::Sql)
        return target.identity && touch(resource, resourcePrefix(*target.identity));
    if (target.kind == kind::Filesystem)
        return std::any_of(target.roots.begin(), target.roots.end(), [&](const QString &root) { return touch(resource, root); });
    return false;
}

/// Two servers: both certificates are registered and differ. Two places alone may be two ways to one server; they count where the owner
/// says that what lies there is not the same environment either.
bool areTwo(const Target &one, const Target &other)
{
    const SqlIdentity &a = *one.identity, &b = *other.identity;
    if (a.certificate && b.certificate)
        return a.certificate != b.certificate;
    return a.host && b.host && a.host != b.host && one.environment != other.environment;
}

} // namespace

bool answersTo(const SqlIdentity &live, const SqlIdentity &registered)
{
    const auto fits = [](const std::optional<QString> &is, const std::optional<QString> &wanted) { return !wanted || is == wanted; };
    return live.system == registered.system && live.database == registered.database && fits(live.host, registered.host)
        && fits(live.certificate, registered.certificate) && fits(live.timeline, registered.timeline);
}

QString resourcePrefix(const SqlIdentity &identity)
{
    return QStringLiteral("postgresql:%1/%2/").arg(identity.system, displayIdent(identity.database));
}

QString measuredTarget(const QString &asked, const Measurement &measured)
{
    const auto &all = measured.contradictions;
    const auto other = std::find_if(all.begin(), all.end(), [](const Contradiction &each) { return each.claim == u"target"; });
    return other == all.end() ? asked : other->measured;
}

bool isProtected(const PolicyDocument &policy, const QString &resource)
{
    return std::any_of(policy.targets.begin(), policy.targets.end(), [&](const Target &target) { return target.isProtected && reaches(resource, target); });
}

const Target *protectedTarget(const PolicyDocument &policy, const QString &asked, const Measurement &measured)
{
    const QString is = measuredTarget(asked, measured);
    const auto itself = std::find_if(policy.targets.begin(), policy.targets.end(), [&](const Target &target) { return target.name == is; });
    // A registered copy has the resources of the original, and is known not to be it.
    const auto isCopyOf = [&](const Target &target) {
        return measured.environment.quality == Quality::Measured && itself != policy.targets.end() && itself->identity && target.identity
            && areTwo(*itself, target);
    };
    const auto guards = [&](const Target &target) {
        return target.isProtected
            && (target.name == asked || target.name == is
                || (!isCopyOf(target)
                    && std::any_of(measured.resources.begin(), measured.resources.end(), [&](const QString &resource) { return reaches(resource, target); })));
    };
    const auto found = std::find_if(policy.targets.begin(), policy.targets.end(), guards);
    return found == policy.targets.end() ? nullptr : &*found;
}

} // namespace holdfast
