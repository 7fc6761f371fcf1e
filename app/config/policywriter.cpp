// SPDX-License-Identifier: Apache-2.0
#include "config/policywriter.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSaveFile>

#include <algorithm>

namespace holdfast {

namespace {

/// A TOML basic string.
QByteArray quoted(const QString &text)
{
    QByteArray out = "\"";
    for (const char c : text.toUtf8()) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out.append('\\').append(c);
        else if (byte < 0x20 || byte == 0x7f)
            out.append("\\u00").append(QByteArray(1, c).toHex());
        else
            out.append(c);
    }
    return out + '"';
}

QByteArray list(const QStringList &texts)
{
    QByteArrayList items;
    for (const QString &text : texts)
        items.append(quoted(text));
    return '[' + items.join(", ") + ']';
}

QByteArray line(const char *key, const QByteArray &value)
{
    return QByteArray(key) + " = " + value + '\n';
}

QByteArray optionalLine(const char *key, const std::optional<QString> &value)
{
    return value && !value->isEmpty() ? line(key, quoted(*value)) : QByteArray();
}

QByteArray optionalList(const char *key, const std::optional<QStringList> &value)
{
    return value ? line(key, list(*value)) : QByteArray();
}

QByteArray backupList(const std::vector<BackupSource> &backups)
{
    QByteArrayList items;
    for (const BackupSource &backup : backups) {
        QByteArray item = "{ domain = " + quoted(backup.domain);
        if (!backup.newest.isEmpty())
            item += ", newest = " + quoted(backup.newest);
        if (backup.restoreTested)
            item += ", restore_tested = " + formatInstant(*backup.restoreTested).toLatin1();
        if (backup.path)
            item += ", path = " + quoted(*backup.path);
        items.append(item + " }");
    }
    return '[' + items.join(", ") + ']';
}

bool isComment(QByteArrayView text)
{
    return text.trimmed().startsWith('#');
}

/// Where a new actor or target goes: before the first [[rule]] and the comment that stands directly above it, else the end.
qsizetype beforeRules(QByteArrayView toml)
{
    qsizetype at = toml.startsWith("[[rule]]") ? 0 : toml.indexOf("\n[[rule]]");
    if (at < 0)
        return toml.size();
    at = at > 0 ? at + 1 : 0;
    while (at > 0) {
        const qsizetype start = toml.first(at - 1).lastIndexOf('\n') + 1;
        if (!isComment(toml.sliced(start, at - start)))
            break;
        at = start;
    }
    return at;
}

QByteArray inserted(QByteArrayView toml, const QByteArray &block)
{
    const qsizetype at = beforeRules(toml);
    QByteArray before = toml.first(at).toByteArray();
    if (!before.isEmpty() && !before.endsWith('\n'))
        before += '\n';
    if (!before.isEmpty() && !before.endsWith("\n\n"))
        before += '\n';
    const QByteArrayView rest = toml.sliced(at);
    return before + block + (rest.isEmpty() ? "" : "\n") + rest.toByteArray();
}

/// The lines of the [[actor]] block that writes `name = "<actor>"`; nullopt when there is none.
std::optional<std::pair<qsizetype, qsizetype>> blockOf(QByteArrayView toml, const QString &actor)
{
    qsizetype start = toml.startsWith("[[actor]]") ? 0 : toml.indexOf("\n[[actor]]") + 1;
    const QByteArray name = QRegularExpression::escape(actor).toUtf8();
    const QRegularExpression names(QStringLiteral("(?m)^\\s*name\\s*=\\s*[\"']%1[\"']").arg(QString::fromUtf8(name)));
    while (start > 0 || toml.startsWith("[[actor]]")) {
        const qsizetype next = toml.indexOf("\n[", start + 1);
        const qsizetype end = next < 0 ? toml.size() : next + 1;
        if (names.match(QString::fromUtf8(toml.sliced(start, end - start))).hasMatch())
            return std::pair(start, end);
        const qsizetype following = toml.indexOf("\n[[actor]]", std::max<qsizetype>(end - 1, 0));
        if (following < 0)
            break;
        start = following + 1;
    }
    return std::nullopt;
}

} // namespace

QByteArray defaultPolicy()
{
    QFile file(QStringLiteral(":/holdfast/policy/default.toml"));
    const bool open = file.open(QIODevice::ReadOnly);
    const QByteArray bytes = open ? file.readAll() : QByteArray();
    return bytes.sliced(policyOffset(bytes));
}

QByteArray gateToml(const GateLocal &local, QByteArrayView policy)
{
    const QString address = local.address.contains(u':') ? QStringLiteral("[%1]").arg(local.address) : local.address;
    QByteArray toml = "[gate]\n";
    toml += line("name", quoted(local.name));
    toml += line("listen", quoted(QStringLiteral("%1:%2").arg(address, QString::number(local.port))));
    toml += line("store", quoted(QStringLiteral("sqlite:") + local.store));
    toml += line("key", quoted(QStringLiteral("file:") + local.key));
    toml += line("ledger_key", quoted(QStringLiteral("file:") + local.ledgerKey));
    toml += line("perform_key", quoted(QStringLiteral("file:") + local.performKey));
    toml += local.hosts.isEmpty() ? QByteArray() : line("hosts", list(local.hosts));
    toml += local.origins.isEmpty() ? QByteArray() : line("origins", list(local.origins));
    if (local.measureWithin != GateLocal().measureWithin)
        toml += line("measure_within", quoted(QStringLiteral("%1s").arg(local.measureWithin.count())));
    return toml + '\n' + policy.toByteArray();
}

QByteArray actorBlock(const Actor &actor)
{
    QByteArray block = "[[actor]]\n";
    block += line("name", quoted(actor.name));
    block += line("kind", actor.kind == ActorKind::Human ? "\"human\"" : "\"machine\"");
    block += line("person", quoted(actor.person));
    if (actor.keys.empty()) {
        block += optionalLine("invite", actor.mark);
    } else {
        QByteArrayList keys;
        for (const auto &[purposeName, key] : actor.keys)
            keys.append(purposeName.toUtf8() + " = " + quoted(key.toString()));
        block += line("keys", "{ " + keys.join(", ") + " }");
    }
    block += line("roles", list(actor.roles));
    block += optionalList("groups", actor.groups) + optionalList("targets", actor.targets) + optionalList("kinds", actor.kinds);
    return actor.expires ? block + line("expires", formatInstant(*actor.expires).toLatin1()) : block;
}

QByteArray identityTable(const SqlIdentity &identity)
{
    QByteArrayList members{"system = " + quoted(identity.system), "database = " + quoted(identity.database)};
    for (const auto &[name, value] : {std::pair("host", identity.host), std::pair("certificate", identity.certificate), std::pair("timeline", identity.timeline)}) {
        if (value)
            members.append(name + QByteArray(" = ") + quoted(*value));
    }
    return "{ " + members.join(", ") + " }";
}

QByteArray targetBlock(const Target &target)
{
    QByteArray block = "[[target]]\n";
    block += line("name", quoted(target.name)) + line("kind", quoted(target.kind)) + line("environment", quoted(target.environment));
    block += optionalLine("url", target.url);
    if (target.identity)
        block += line("identity", identityTable(*target.identity));
    block += optionalLine("credential", target.credential) + optionalLine("measure_as", target.measureAs);
    if (!target.roots.isEmpty())
        block += line("roots", list(target.roots));
    if (!target.programs.isEmpty())
        block += line("programs", list(target.programs));
    block += optionalLine("cwd", target.cwd);
    if (!target.environmentNames.isEmpty())
        block += line("environment_names", list(target.environmentNames));
    if (!target.backups.empty())
        block += line("backups", backupList(target.backups));
    block += target.isProtected ? line("protected", "true") : QByteArray();
    block += target.reveal ? line("reveal", "true") : QByteArray();
    return block + (target.allowSecrets ? line("allow_secrets", "true") : QByteArray());
}

QByteArray withActor(QByteArrayView toml, const Actor &actor)
{
    return inserted(toml, actorBlock(actor));
}

QByteArray withTarget(QByteArrayView toml, const Target &target)
{
    return inserted(toml, targetBlock(target));
}

Result<QByteArray, ConfigError> withInvite(QByteArrayView toml, const QString &actor, const QString &mark)
{
    const auto block = blockOf(toml, actor);
    if (!block)
        return Failure{ConfigError{ConfigError::Kind::Missing, QStringLiteral("policy"), 0, QStringLiteral("actor"), QStringLiteral("an actor of that name")}};
    QString text = QString::fromUtf8(toml.sliced(block->first, block->second - block->first));
    const QString written = QString::fromUtf8(line("invite", quoted(mark)));
    static const QRegularExpression old(QStringLiteral("(?m)^[ \\t]*(invite|keys)[ \\t]*=.*\\n"));
    static const QRegularExpression header(QStringLiteral("\\A\\[\\[actor\\]\\].*\\n"));
    const auto match = old.match(text);
    const auto place = match.hasMatch() ? match : header.match(text);
    text.replace(match.hasMatch() ? place.capturedStart() : place.capturedEnd(), match.hasMatch() ? place.capturedLength() : 0, written);
    return toml.first(block->first).toByteArray() + text.toUtf8() + toml.sliced(block->second).toByteArray();
}

Result<Done, ConfigError> writeConfig(const QString &path, QByteArrayView bytes)
{
    QSaveFile file(path);
    const bool written = file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
        && file.write(bytes.data(), bytes.size()) == bytes.size() && file.commit();
    if (!written)
        return Failure{ConfigError{ConfigError::Kind::CannotWrite, path, 0, {}, file.errorString()}};
    return Done{};
}

Result<Done, ConfigError> rewritePolicy(const QString &path, QByteArrayView policy)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Failure{ConfigError{ConfigError::Kind::CannotRead, path, 0, {}, file.errorString()}};
    const QByteArray bytes = file.readAll();
    QByteArray head = bytes.first(policyOffset(bytes));
    if (!head.isEmpty() && !head.endsWith('\n'))
        head += '\n';
    return writeConfig(path, head + policy.toByteArray());
}

} // namespace holdfast
