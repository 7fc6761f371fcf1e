// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/tellingflags.h"

#include <QRegularExpression>

#include <algorithm>

namespace holdfast {

namespace {

constexpr qsizetype shortestCut = 5; ///< letters of a long name that was cut short

struct Known final
{
    QString name; ///< without dashes
    QString means;
};

const std::vector<Known> &knownSwitches()
{
    static const std::vector<Known> known{
        {QStringLiteral("force-reset"), QStringLiteral("removes the safety net: drops the whole database first")},
        {QStringLiteral("accept-data-loss"), QStringLiteral("removes the safety net: goes on where data is lost")},
        {QStringLiteral("skip-final-snapshot"), QStringLiteral("leaves out the last copy")},
        {QStringLiteral("delete-automated-backups"), QStringLiteral("deletes the backups too")},
        {QStringLiteral("force-delete-without-recovery"), QStringLiteral("leaves out the recovery window")},
        {QStringLiteral("recovery-window-in-days"), QStringLiteral("sets the recovery window")},
        {QStringLiteral("no-deletion-protection"), QStringLiteral("switches deletion protection off")},
        {QStringLiteral("no-backup"), QStringLiteral("makes no copy first")},
        {QStringLiteral("no-preserve-root"), QStringLiteral("does not stop at /")},
        {QStringLiteral("no-verify"), QStringLiteral("leaves out a check")},
        {QStringLiteral("auto-approve"), QStringLiteral("asks nothing")},
        {QStringLiteral("force"), QStringLiteral("goes on where it would stop or ask")},
        {QStringLiteral("yes"), QStringLiteral("asks nothing")},
        {QStringLiteral("assume-yes"), QStringLiteral("asks nothing")},
        {QStringLiteral("quiet"), QStringLiteral("asks nothing, with some programs")},
        {QStringLiteral("no-prompt"), QStringLiteral("asks nothing")},
        {QStringLiteral("no-input"), QStringLiteral("asks nothing")},
        {QStringLiteral("noinput"), QStringLiteral("asks nothing")},
        {QStringLiteral("no-interaction"), QStringLiteral("asks nothing")},
        {QStringLiteral("non-interactive"), QStringLiteral("asks nothing")},
        {QStringLiteral("destroy"), QStringLiteral("destroys all that is described")},
        {QStringLiteral("purge"), QStringLiteral("leaves nothing to come back to")},
        {QStringLiteral("prune"), QStringLiteral("deletes what is not named, too")},
        {QStringLiteral("all"), QStringLiteral("everything, not something named")},
        {QStringLiteral("all-namespaces"), QStringLiteral("everywhere")},
        {QStringLiteral("volumes"), QStringLiteral("the data of the containers, too")},
        {QStringLiteral("cascade"), QStringLiteral("what depends on it, too")},
        {QStringLiteral("recursive"), QStringLiteral("everything beneath it")}};
    return known;
}

/// Switches whose safe value is true.
const std::vector<Known> &knownGuards()
{
    static const std::vector<Known> guards{{QStringLiteral("deletion-protection"), QStringLiteral("switches deletion protection off")},
                                           {QStringLiteral("preserve-root"), QStringLiteral("does not stop at /")},
                                           {QStringLiteral("grace-period"), QStringLiteral("no time to end cleanly")},
                                           {QStringLiteral("lock"), QStringLiteral("takes no lock against others")}};
    return guards;
}

bool isOff(const QString &value)
{
    return QStringList{QStringLiteral("false"), QStringLiteral("0"), QStringLiteral("no"), QStringLiteral("off"), QStringLiteral("f"), QStringLiteral("n")}.contains(value.toLower());
}

/// Programs that take abbreviations take any that is unambiguous to them: said of every switch that it can mean.
bool means(const QString &given, const QString &name)
{
    return given == name || (given.size() >= shortestCut && name.startsWith(given));
}

void addLong(std::vector<TellingFlag> &found, const QString &argument, const std::optional<QString> &next)
{
    const bool two = argument.startsWith(u"--");
    const QString given = argument.mid(two ? 2 : 1).section(u'=', 0, 0).toLower().replace(u'_', u'-');
    const bool valued = argument.contains(u'=');
    const QString value = valued ? argument.section(u'=', 1) : next.value_or(QString());
    for (const auto &known : knownSwitches()) {
        if (means(given, known.name) && !(valued && isOff(value) && known.name != u"recovery-window-in-days"))
            found.push_back({QStringLiteral("--") + known.name, known.means});
    }
    for (const auto &guard : knownGuards()) {
        if (given == guard.name && isOff(value))
            found.push_back({QStringLiteral("--%1=%2").arg(guard.name, value), guard.means});
    }
}

/// `-y`, `-fy`, `-rf`: letters together; longer ones are long options with one dash.
void addShort(std::vector<TellingFlag> &found, const QString &letters)
{
    if (letters.contains(u'y'))
        found.push_back({QStringLiteral("-y"), QStringLiteral("asks nothing")});
    if (letters.contains(u'f') && letters.contains(u'r', Qt::CaseInsensitive))
        found.push_back({QStringLiteral("-rf"), QStringLiteral("everything beneath it, asking nothing")});
}

} // namespace

std::vector<TellingFlag> tellingFlagsIn(const QStringList &argv)
{
    static const QRegularExpression cluster(QStringLiteral("^-[A-Za-z]{1,4}$"));
    static const QRegularExpression between(QStringLiteral("[\\s;&|()`'\"]+"));
    QStringList words; // a shell's text holds switches, too
    for (const auto &argument : argv)
        words += argument.split(between, Qt::SkipEmptyParts);
    std::vector<TellingFlag> found;
    for (qsizetype i = 0; i < words.size(); ++i) {
        if (words[i] == u"--" || !words[i].startsWith(u'-'))
            continue;
        addLong(found, words[i], i + 1 < words.size() ? std::optional(words[i + 1]) : std::nullopt);
        if (cluster.match(words[i]).hasMatch())
            addShort(found, words[i].mid(1));
    }
    std::vector<TellingFlag> once;
    for (auto &flag : found) {
        if (std::none_of(once.begin(), once.end(), [&](const TellingFlag &each) { return each.flag == flag.flag; }))
            once.push_back(std::move(flag));
    }
    return once;
}

} // namespace holdfast
