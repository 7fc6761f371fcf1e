// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitrefspec.h"

namespace holdfast {

namespace {

/// Every reference that a short name can mean: git's rules, gitrevisions(7).
QStringList meanings(const QString &name, const References &references)
{
    QStringList found;
    for (const QString &rule : {QStringLiteral("%1"), QStringLiteral("refs/%1"), QStringLiteral("refs/tags/%1"), QStringLiteral("refs/heads/%1"), QStringLiteral("refs/remotes/%1"),
                                QStringLiteral("refs/remotes/%1/HEAD")}) {
        if (const QString full = rule.arg(name); references.contains(full))
            found.append(full);
    }
    return found;
}

struct Source final
{
    QString commit;
    QString reference; ///< its full name, where it is one
};

Result<Source, QString> readSource(const RefspecGround &ground, const QString &name)
{
    QString why;
    if (name == u"HEAD") {
        const auto branch = ground.clone.ask({"symbolic-ref", "--quiet", "HEAD"}, why);
        const QString full = branch ? QString::fromUtf8(branch->trimmed()) : QString();
        if (const auto found = ground.local.find(full); found != ground.local.end())
            return Source{found->second, full};
        return Failure{QStringLiteral("HEAD is no branch with a commit")};
    }
    const QStringList named = meanings(name, ground.local);
    if (named.size() > 1)
        return Failure{QStringLiteral("%1 means several references: %2").arg(name, named.join(QStringLiteral(", ")))};
    if (named.size() == 1)
        return Source{ground.local.at(named.front()), named.front()};
    const auto commit = ground.clone.ask({"rev-parse", "--verify", "--end-of-options", name.toUtf8()}, why);
    if (!commit)
        return Failure{QStringLiteral("the clone has no %1").arg(name)};
    return Source{QString::fromUtf8(commit->trimmed()), {}};
}

Result<QString, QString> readDestination(const RefspecGround &ground, const QString &name, const std::optional<Source> &source)
{
    const QStringList there = meanings(name, ground.remote);
    if (there.size() > 1)
        return Failure{QStringLiteral("%1 means several references of the remote: %2").arg(name, there.join(QStringLiteral(", ")))};
    if (there.size() == 1)
        return there.front();
    if (name.startsWith(u"refs/"))
        return name;
    for (const QString &prefix : {QStringLiteral("refs/heads/"), QStringLiteral("refs/tags/")}) {
        if (source && source->reference.startsWith(prefix))
            return prefix + name;
    }
    return Failure{QStringLiteral("the remote has no %1, and git would have to guess what it is to become").arg(name)};
}

} // namespace

Result<RefUpdate, QString> readRefspec(const RefspecGround &ground, const QString &spec, bool force, bool remove)
{
    const bool plus = spec.startsWith(u'+');
    const QString pair = spec.mid(plus ? 1 : 0);
    const auto colon = pair.indexOf(u':');
    if (pair.isEmpty() || pair == u":" || pair == u"tag" || pair.contains(u'*') || pair.count(u':') > 1 || (remove && (plus || colon >= 0)))
        return Failure{QStringLiteral("the reference %1 stands for whatever matches").arg(spec)};
    RefUpdate update;
    update.forced = force || plus;
    std::optional<Source> source;
    if (const QString name = remove ? QString() : pair.first(colon < 0 ? pair.size() : colon); !name.isEmpty()) {
        auto read = readSource(ground, name);
        if (!read)
            return read.failure();
        source = std::move(*read);
        update.next = source->commit;
    }
    const QString destination = colon < 0 && source && !source->reference.isEmpty() ? source->reference : colon < 0 ? pair : pair.mid(colon + 1);
    if (destination.isEmpty() || (colon < 0 && source && source->reference.isEmpty()))
        return Failure{QStringLiteral("the reference %1 names no destination").arg(spec)};
    const auto full = readDestination(ground, destination, source);
    if (!full)
        return full.failure();
    update.ref = *full;
    const auto old = ground.remote.find(update.ref);
    update.old = old == ground.remote.end() ? QString() : old->second;
    return update;
}

} // namespace holdfast
