// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/gitconfiguration.h"

#include <algorithm>

namespace holdfast {

namespace {

/// What of `core` describes the files of a repository. core.repositoryformatversion 1 alone changes nothing: extensions are keys of their own.
bool isPlainCore(const QString &key)
{
    static const QStringList plain{QStringLiteral("core.repositoryformatversion"), QStringLiteral("core.filemode"), QStringLiteral("core.bare"), QStringLiteral("core.logallrefupdates"),
                                   QStringLiteral("core.ignorecase"), QStringLiteral("core.symlinks"), QStringLiteral("core.precomposeunicode"), QStringLiteral("core.autocrlf"),
                                   QStringLiteral("core.eol"), QStringLiteral("core.editor"), QStringLiteral("core.excludesfile"), QStringLiteral("core.pager")};
    return plain.contains(key);
}

/// Sections that other commands heed, and neither a push nor its receiver.
bool isOthers(const QString &key)
{
    static const QStringList others{QStringLiteral("user"), QStringLiteral("author"), QStringLiteral("committer"), QStringLiteral("branch"), QStringLiteral("alias"), QStringLiteral("color"),
                                    QStringLiteral("column"), QStringLiteral("commit"), QStringLiteral("tag"), QStringLiteral("diff"), QStringLiteral("difftool"), QStringLiteral("merge"),
                                    QStringLiteral("mergetool"), QStringLiteral("log"), QStringLiteral("rebase"), QStringLiteral("pull"), QStringLiteral("fetch"), QStringLiteral("init"),
                                    QStringLiteral("gui"), QStringLiteral("status"), QStringLiteral("advice"), QStringLiteral("help"), QStringLiteral("format"), QStringLiteral("stash"),
                                    QStringLiteral("rerere"), QStringLiteral("filter"), QStringLiteral("blame"), QStringLiteral("grep"), QStringLiteral("rebase")};
    return others.contains(key.left(key.indexOf(u'.')));
}

QString keyOf(const QString &remote, const char *what)
{
    return QStringLiteral("remote.%1.%2").arg(remote, QString::fromLatin1(what));
}

} // namespace

std::optional<GitConfiguration> GitConfiguration::read(const SafeGit &git, const QByteArray &directory, QString &why)
{
    const auto listing = git.ask({"config", "--file", directory + "/config", "--no-includes", "--null", "--list"}, why);
    if (!listing)
        return std::nullopt;
    GitConfiguration configuration;
    for (const auto &record : listing->split('\0')) {
        const auto newline = record.indexOf('\n');
        if (!record.isEmpty()) // a key without a value stands for true
            configuration.m_entries.push_back({QString::fromUtf8(newline < 0 ? record : record.first(newline)), newline < 0 ? QStringLiteral("true") : QString::fromUtf8(record.sliced(newline + 1))});
    }
    return configuration;
}

std::optional<QString> GitConfiguration::urlOf(const QString &remote) const
{
    std::optional<QString> url;
    for (const auto &entry : m_entries) {
        if (entry.key != keyOf(remote, "url"))
            continue;
        if (url)
            return std::nullopt;
        url = entry.value;
    }
    return url;
}

bool GitConfiguration::tracksAsUsual(const QString &remote) const
{
    QStringList specs;
    for (const auto &entry : m_entries) {
        if (entry.key == keyOf(remote, "fetch"))
            specs.append(entry.value);
    }
    return specs == QStringList{QStringLiteral("+refs/heads/*:refs/remotes/%1/*").arg(remote)};
}

QStringList GitConfiguration::decidingPushTo(const QString &remote) const
{
    QStringList deciding;
    for (const auto &[key, value] : m_entries) {
        const bool another = key.startsWith(u"remote.") && (remote.isEmpty() || !key.startsWith(keyOf(remote, "")));
        if (!isPlainCore(key) && !isOthers(key) && !another && key != keyOf(remote, "url") && key != keyOf(remote, "fetch") && !key.startsWith(u"receive.") && !key.startsWith(u"gc."))
            deciding.append(key);
    }
    return deciding;
}

QStringList GitConfiguration::decidingReceive() const
{
    // What only makes a receiver refuse is asked of the receiver itself.
    static const QStringList refusing{QStringLiteral("receive.denynonfastforwards"), QStringLiteral("receive.denydeletes"), QStringLiteral("receive.denydeletecurrent")};
    QStringList deciding;
    for (const auto &[key, value] : m_entries) {
        if (!isPlainCore(key) && !isOthers(key) && !key.startsWith(u"remote.") && !refusing.contains(key))
            deciding.append(key);
    }
    return deciding;
}

} // namespace holdfast
