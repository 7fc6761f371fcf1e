// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/decidingfiles.h"
#include "kinds/command/tellingflags.h"
#include "kinds/filesystem/survey.h"

#include "core/text/secrets.h"
#include "core/text/visible.h"

#include <algorithm>

namespace holdfast {

namespace {

constexpr qsizetype MaxShown = 300;
constexpr qsizetype MaxTypedName = 64;

/// One line as a person would type it, quoted where a shell would split or expand it.
QString shownLine(const QStringList &argv)
{
    QStringList words;
    for (const auto &argument : argv) {
        const bool plain = !argument.isEmpty() && std::all_of(argument.begin(), argument.end(), [](QChar c) {
            return (c.unicode() < 0x80 && c.isLetterOrNumber()) || QStringView(u"-_./:=,@+%").contains(c);
        });
        words.append(plain ? argument : u'\'' + QString(argument).replace(u'\'', QStringLiteral("'\\''")) + u'\'');
    }
    const QString line = QString::fromUtf8(maskSecrets(words.join(u' ').toUtf8()));
    if (line.size() <= MaxShown)
        return line;
    return line.first(line[MaxShown].isLowSurrogate() ? MaxShown - 1 : MaxShown) + u'…';
}

Fact fact(const QString &id, const QString &label, const QString &value, const QString &how, Instant at, Severity severity = Severity::Info)
{
    return {id, label, value, std::nullopt, {}, Quality::Measured, how, at, severity};
}

QString hashOf(const HashedFile &file)
{
    return file.path + u' ' + file.digest.toString();
}

/// Named, and part of the fingerprint; of what may hold passwords not even the digest is shown.
Fact factOf(const HashedFile &file, int index, Instant at)
{
    const QString label = !file.readBy.isEmpty() ? QStringLiteral("file that %1 reads").arg(file.readBy) : file.script ? QStringLiteral("script in the arguments") : QStringLiteral("file in the arguments");
    const bool hidden = keepsSecrets(file.path);
    const QString how = hidden ? QStringLiteral("its bytes are part of the fingerprint; neither they nor their digest are shown") : QStringLiteral("its bytes were hashed; the program opens it again by its name");
    return fact(QStringLiteral("command.file.%1").arg(index), label, hidden ? file.path : hashOf(file), how, at, file.writableByOthers ? Severity::Notice : Severity::Info);
}

std::vector<Fact> commandFacts(const CommandPlan &plan, const Understanding &understanding, Instant at)
{
    std::vector<Fact> facts;
    if (const auto reasons = plan.refused + understanding.stops; !reasons.isEmpty())
        facts.push_back(stopFact(reasons, at));
    if (plan.program)
        facts.push_back(fact(QStringLiteral("command.program"), QStringLiteral("program"), hashOf(*plan.program), plan.program->writableByOthers ? QStringLiteral("its bytes were hashed; others than its owner may change them") : QStringLiteral("its bytes were hashed"), at, plan.program->writableByOthers ? Severity::Warning : Severity::Info));
    int index = 0;
    for (const auto &file : plan.files)
        facts.push_back(factOf(file, ++index, at));
    if (understanding.performedAs) {
        facts.push_back(fact(QStringLiteral("command.performed-as"), QStringLiteral("performed by"), QStringLiteral("the gate, as %1 on %2").arg(understanding.performedAs->kind, understanding.performedAs->target),
                             QStringLiteral("the arguments say nothing else; the program itself is not run"), at));
        return facts;
    }
    facts.push_back(fact(QStringLiteral("command.directory"), QStringLiteral("working directory"), plan.directoryPath, QStringLiteral("as opened"), at));
    facts.push_back(fact(QStringLiteral("command.user"), QStringLiteral("runs as"), plan.userName, plan.runAs ? QStringLiteral("the gate changes its user: owner of the target's directory, else nobody") : QStringLiteral("the gate's own user"), at, plan.runAs ? Severity::Info : Severity::Warning));
    const QString unset = plan.unsetNames.isEmpty() ? QString() : QStringLiteral("; not set where the gate runs: ") + plan.unsetNames.join(QStringLiteral(", "));
    facts.push_back(fact(QStringLiteral("command.environment"), QStringLiteral("environment"), plan.environmentNames.isEmpty() ? QStringLiteral("none") : plan.environmentNames.join(QStringLiteral(", ")), QStringLiteral("names that the target passes on") + unset, at));
    for (const auto &flag : understanding.flags)
        facts.push_back(fact(QStringLiteral("command.flag.") + QString(flag.flag).remove(u'='), flag.flag, flag.means, QStringLiteral("given in the arguments"), at, Severity::Danger));
    return facts;
}

CredentialFacts credentialOf(const CommandPlan &plan, const MeasureInput &input)
{
    CredentialFacts facts;
    facts.name = input.credential != nullptr && !input.credential->name.isEmpty() ? input.credential->name : QStringLiteral("the user %1").arg(plan.userName);
    facts.can = {QStringLiteral("whatever %1 may do as %2").arg(plan.name, plan.userName)};
    if (!plan.runAs)
        facts.excess = {QStringLiteral("read the gate's own keys: it runs as the gate's user, which cannot change its user")};
    facts.reachableByRequester = input.credential == nullptr || input.credential->reachableByRequester;
    return facts;
}

Fact unknownCount(QStringView id, const QString &label, const QString &unit, const QString &why, Instant at)
{
    return {id.toString(), label, QStringLiteral("unknown"), std::nullopt, unit, Quality::Unknown, why, at, Severity::Danger};
}

/// Whatever may destroy something says so, if only that nobody knows how much.
void addUnknownCounts(Measurement &m, const CommandPlan &plan, Instant at)
{
    const bool opaque = m.operation == u"command.opaque", database = reachesADatabase(plan.argv);
    const QString why = database ? QStringLiteral("which database it reaches, and what it does there, is said by files that are not read here")
                                 : QStringLiteral("what the command does is not known");
    if ((opaque || database) && m.fact(fact::DestroyedRows) == nullptr)
        m.facts.push_back(unknownCount(fact::DestroyedRows, QStringLiteral("rows destroyed"), QStringLiteral("rows"), why, at));
    if (opaque && m.fact(fact::DestroyedFiles) == nullptr)
        m.facts.push_back(unknownCount(fact::DestroyedFiles, QStringLiteral("files destroyed"), QStringLiteral("files"), QStringLiteral("what the command does is not known"), at));
}

/// Rules and protection go by the target that is reached, whichever was named.
void sayWhatIsReached(Measurement &m, const QString &reached, const Target &named)
{
    const auto isSaid = [](const Contradiction &each) { return each.claim == u"target"; };
    if (!reached.isEmpty() && std::none_of(m.contradictions.begin(), m.contradictions.end(), isSaid))
        m.contradictions.push_back({QStringLiteral("target"), named.name, reached, Severity::Warning});
}

Digest joined(const Digest &first, const Digest &second)
{
    return sha256(first.toBytes() + second.toBytes());
}

} // namespace

Understanding understandNothing(const CommandPlan &plan, const QString &reason)
{
    Understanding result;
    auto &m = result.inner.measurement;
    m.operation = QStringLiteral("command.opaque");
    m.resources = {QStringLiteral("program ") + (plan.program ? plan.program->path : plan.name)};
    m.uninspectable = {reason};
    m.recovery.how = QStringLiteral("what the command does is not known");
    result.flags = tellingFlagsIn(plan.argv);
    return result;
}

MeasureOutput describe(const CommandPlan &plan, Understanding understanding, const MeasureInput &input)
{
    auto output = std::move(understanding.inner);
    auto &m = output.measurement;
    // Whether the program is run is said here: what another kind would never do itself, a program may.
    std::erase_if(m.facts, [](const Fact &each) { return each.id == fact::Stop; });
    auto facts = commandFacts(plan, understanding, input.at);
    m.facts.insert(m.facts.end(), facts.begin(), facts.end());
    addUnknownCounts(m, plan, input.at);
    m.uninspectable = plan.refused + understanding.stops + m.uninspectable;
    m.uninspectable.removeDuplicates();
    if (plan.moreFiles)
        m.uninspectable.append(QStringLiteral("the arguments name more files than were hashed"));
    const QString line = shownLine(plan.argv);
    m.summaryTemplate = QStringLiteral("command.run");
    m.summaryText = m.summaryText.isEmpty() ? QStringLiteral("Run %1").arg(line) : QStringLiteral("Run %1: %2").arg(line, m.summaryText);
    m.summaryParams.push_back({QStringLiteral("command"), line});
    if (m.environment.value.isEmpty())
        m.environment = configuredEnvironment(*input.target);
    if (!understanding.performedAs)
        m.credential = credentialOf(plan, input);
    m.fingerprint = joined(plan.fingerprint(), m.fingerprint);
    // A name that a person can type.
    if (m.confirmText.isEmpty())
        m.confirmText = plan.name.size() > MaxTypedName || hasInvisible(plan.name) ? input.target->name : plan.name;
    // What another kind measured was compared with these same claims there.
    if (!understanding.performedAs) {
        m.contradictions.clear();
        contradict(m, input.request->claims);
    }
    sayWhatIsReached(m, understanding.reaches, *input.target);
    return output;
}

} // namespace holdfast
