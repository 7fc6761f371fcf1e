// SPDX-License-Identifier: Apache-2.0
#include "config/policyreader.h"

namespace holdfast {

namespace {

QString explainActor(const Actor &actor)
{
    const QString kind = actor.kind == ActorKind::Human ? QStringLiteral("human") : QStringLiteral("machine");
    QString line = QStringLiteral("actor %1: %2 of %3, %4").arg(actor.name, kind, actor.person, actor.roles.join(QStringLiteral(", ")));
    if (actor.targets)
        line += QStringLiteral("; targets ") + actor.targets->join(QStringLiteral(", "));
    if (actor.kinds)
        line += QStringLiteral("; kinds ") + actor.kinds->join(QStringLiteral(", "));
    if (actor.mark)
        line += QStringLiteral("; invited, not yet enrolled");
    return actor.expires ? line + QStringLiteral("; until ") + formatInstant(*actor.expires) : line;
}

QString explainIdentity(const std::optional<SqlIdentity> &identity)
{
    if (!identity)
        return QStringLiteral("; identity NOT registered: the environment is only configured");
    if (!identity->tellsCopies())
        return QStringLiteral("; identity registered WITHOUT host or certificate: a copy would pass for it, so the environment is only configured");
    return QStringLiteral("; identity registered") + (identity->host ? QStringLiteral(", at ") + *identity->host : QString())
        + (identity->certificate ? QStringLiteral(", by certificate") : QString());
}

QString explainTarget(const Target &target)
{
    QString line = QStringLiteral("target %1: %2, %3").arg(target.name, target.kind, target.environment);
    if (target.isProtected)
        line += QStringLiteral("; protected: deletion is refused");
    if (target.kind == kind::Sql)
        line += explainIdentity(target.identity);
    if (target.kind == kind::Filesystem)
        line += QStringLiteral("; within ") + target.roots.join(QStringLiteral(", "));
    if (target.kind == kind::Command)
        line += QStringLiteral("; runs ") + target.programs.join(QStringLiteral(", "));
    return line + (target.backups.empty() ? QStringLiteral("; no backup named") : QStringLiteral("; backups %1").arg(target.backups.size()));
}

QString explainWhen(const RuleWhen &when)
{
    QStringList parts;
    const auto add = [&](const char *name, const std::optional<QString> &value) {
        if (value)
            parts.append(QStringLiteral("%1 %2").arg(QLatin1StringView(name), *value));
    };
    const auto flag = [](const std::optional<bool> &value) { return value ? std::optional(*value ? QStringLiteral("yes") : QStringLiteral("no")) : std::nullopt; };
    const auto count = [](const std::optional<std::int64_t> &value) { return value ? std::optional(QString::number(*value)) : std::nullopt; };
    add("kind", when.kind);
    add("operation", when.operation);
    add("environment", when.environment);
    add("target", when.target);
    add("requester", when.requester);
    add("origin", when.origin);
    add("recovery", when.recovery);
    add("severity at least", when.severity ? std::optional(toString(*when.severity)) : std::nullopt);
    add("rows over", count(when.rowsOver));
    add("bytes over", count(when.bytesOver));
    add("contradiction", flag(when.contradiction));
    add("uninspectable", flag(when.uninspectable));
    if (when.between)
        parts.append(QStringLiteral("between %1 and %2 UTC").arg(when.between->first, when.between->second));
    return parts.isEmpty() ? QStringLiteral("always") : parts.join(QStringLiteral(", "));
}

QString explainRule(const Rule &rule)
{
    QString line = QStringLiteral("rule %1: when %2: %3 at tier %4").arg(rule.id, explainWhen(rule.when), toString(rule.mode), toString(rule.tier));
    if (rule.mode != Mode::Hold && rule.mode != Mode::Propose)
        return line;
    line += QStringLiteral("; %1 of %2").arg(QString::number(rule.quorum.need), rule.quorum.from.join(QStringLiteral(", ")));
    line += rule.sponsorMayApprove ? QStringLiteral(", the sponsor counts") : QStringLiteral(", never the sponsor");
    line += rule.confirm.isEmpty() ? QStringLiteral("; no confirmation") : QStringLiteral("; confirmed by ") + rule.confirm.join(QStringLiteral(", "));
    const auto seconds = [](std::chrono::seconds value) { return QString::number(value.count()); };
    return line + QStringLiteral("; approve within %1 s, execute within %2 s").arg(seconds(rule.approveWithin), seconds(rule.executeWithin));
}

} // namespace

QStringList explain(const PolicyDocument &policy)
{
    QStringList lines;
    for (const Actor &actor : policy.actors)
        lines.append(explainActor(actor));
    for (const Target &target : policy.targets)
        lines.append(explainTarget(target));
    for (const Rule &rule : policy.rules)
        lines.append(explainRule(rule));
    lines.append(QStringLiteral("what no rule matches: ") + explainRule(Rule()));
    return lines;
}

} // namespace holdfast
