// SPDX-License-Identifier: Apache-2.0
#include "config/policyreader.h"

#include "config/tablereader.h"

#include <QRegularExpression>
#include <QUrl>

namespace holdfast {

namespace {

constexpr qsizetype maximumPolicy = 256LL * 1024;
using Kind = ConfigError::Kind;

class PolicyReader final
{
public:
    PolicyReader(TomlErrors &errors) : m_errors(errors) {}
    [[nodiscard]] PolicyDocument read(const toml::table &root);

private:
    void readActor(TableReader &reader);
    void readKeys(TableReader &reader, Actor &actor);
    void checkRoles(TableReader &reader, const Actor &actor);
    void readTarget(TableReader &reader);
    static void readIdentity(TableReader &reader, Target &target);
    void readKindOfTarget(TableReader &reader, Target &target);
    void readBackup(TableReader &reader, Target &target);
    void readRule(TableReader &reader);
    void readWhen(TableReader &reader, RuleWhen &when);
    void readTerms(TableReader &reader, Rule &rule);
    void readTolerances(TableReader &reader, Rule &rule);
    [[nodiscard]] QString uniqueName(TableReader &reader, QStringView key, QSet<QString> &seen);
    [[nodiscard]] QStringList absolutePaths(TableReader &reader, QStringView name);

    TomlErrors &m_errors;
    PolicyDocument m_policy;
    QSet<QString> m_actors, m_targets, m_rules;
    QSet<QByteArray> m_keys;
};

PolicyDocument PolicyReader::read(const toml::table &root)
{
    TableReader reader(root, {}, m_errors);
    reader.refuse(u"limit", QStringLiteral("cumulative limits come later"));
    reader.each(u"actor", [this](TableReader &each) { readActor(each); });
    reader.each(u"target", [this](TableReader &each) { readTarget(each); });
    reader.each(u"rule", [this](TableReader &each) { readRule(each); });
    reader.finish();
    return std::move(m_policy);
}

QString PolicyReader::uniqueName(TableReader &reader, QStringView key, QSet<QString> &seen)
{
    static const QRegularExpression pattern(QStringLiteral("\\A[A-Za-z0-9][A-Za-z0-9._@/-]{0,127}\\z"));
    const QString name = reader.text(key);
    if (!name.isEmpty() && !pattern.match(name).hasMatch())
        reader.fail(Kind::InvalidValue, key, QStringLiteral("letters, digits and . _ @ / -, beginning with a letter or digit, at most 128"));
    if (seen.contains(name))
        reader.fail(Kind::Duplicate, key, QStringLiteral("another name"));
    seen.insert(name);
    return name;
}

void PolicyReader::readActor(TableReader &reader)
{
    Actor actor;
    actor.name = uniqueName(reader, u"name", m_actors);
    const bool human = reader.oneOf(u"kind", {QStringLiteral("human"), QStringLiteral("machine")}) == QStringLiteral("human");
    actor.kind = human ? ActorKind::Human : ActorKind::Machine;
    actor.person = reader.text(u"person");
    actor.roles = reader.texts(u"roles");
    actor.groups = reader.optionalTexts(u"groups");
    actor.targets = reader.optionalTexts(u"targets");
    actor.kinds = reader.optionalTexts(u"kinds");
    actor.expires = reader.optionalInstant(u"expires");
    actor.mark = reader.optionalText(u"invite");
    checkRoles(reader, actor);
    if (reader.has(u"keys") == actor.mark.has_value())
        reader.fail(actor.mark ? Kind::InvalidValue : Kind::Missing, u"keys", QStringLiteral("either keys = { … } or invite = \"<mark>\""));
    reader.optionalTable(u"keys", [&](TableReader &keys) { readKeys(keys, actor); });
    m_policy.actors.push_back(std::move(actor));
}

void PolicyReader::checkRoles(TableReader &reader, const Actor &actor)
{
    const QStringList known{role::Requester.toString(), role::Approver.toString(), role::Lead.toString(), role::Admin.toString()};
    for (const QString &each : actor.roles) {
        if (!known.contains(each))
            reader.fail(Kind::InvalidValue, u"roles", QStringLiteral("any of ") + known.join(QStringLiteral(", ")));
        else if (actor.kind == ActorKind::Machine && each != role::Requester)
            reader.fail(Kind::InvalidValue, u"roles", QStringLiteral("only requester: a machine never decides"));
    }
}

void PolicyReader::readKeys(TableReader &reader, Actor &actor)
{
    const bool human = actor.kind == ActorKind::Human;
    const auto read = [&](QStringView name, bool required, VerifierKey::Type type) {
        if (!required && !reader.has(name))
            return;
        const QString text = reader.text(name);
        const auto key = VerifierKey::parse(text);
        if (!text.isEmpty() && (!key || key->type != type)) {
            reader.fail(Kind::InvalidValue, name, QStringLiteral("a verifier key name+hash+key, as `hold key new` prints it"));
        } else if (key) {
            const QByteArray bytes(reinterpret_cast<const char *>(key->bytes.data()), static_cast<qsizetype>(key->bytes.size()));
            if (m_keys.contains(bytes))
                reader.fail(Kind::Duplicate, name, QStringLiteral("a key of its own: one key, one purpose"));
            m_keys.insert(bytes);
            actor.keys.emplace(name.toString(), *key);
        }
    };
    if (!human) {
        read(purpose::Request, true, VerifierKey::Type::Ed25519);
        return;
    }
    read(purpose::Session, true, VerifierKey::Type::Ed25519);
    read(purpose::Decide, true, VerifierKey::Type::Ed25519);
    read(purpose::Cosign, false, VerifierKey::Type::Cosignature);
}

void PolicyReader::readTarget(TableReader &reader)
{
    Target target;
    target.name = uniqueName(reader, u"name", m_targets);
    const QStringList later{QStringLiteral("http"), QStringLiteral("git"), QStringLiteral("terraform"), QStringLiteral("kubernetes"), QStringLiteral("secret")};
    target.kind = reader.oneOf(u"kind", QStringList{kind::Sql.toString(), kind::Filesystem.toString(), kind::Command.toString()} + later);
    if (later.contains(target.kind))
        reader.fail(Kind::NotHonoured, u"kind", QStringLiteral("targets are sql, filesystem or command"));
    target.environment = reader.text(u"environment");
    target.credential = reader.optionalText(u"credential");
    if (target.credential && target.credential->startsWith(QStringLiteral("keychain:")))
        reader.fail(Kind::NotHonoured, u"credential", QStringLiteral("credentials come from file:… or command:…"));
    else if (target.credential && !target.credential->startsWith(QStringLiteral("file:")) && !target.credential->startsWith(QStringLiteral("command:")))
        reader.fail(Kind::InvalidValue, u"credential", QStringLiteral("file:… or command:…; never the secret itself"));
    target.isProtected = reader.optionalBoolean(u"protected").value_or(false);
    target.reveal = reader.optionalBoolean(u"reveal").value_or(false);
    target.allowSecrets = reader.optionalBoolean(u"allow_secrets").value_or(false);
    reader.each(u"backups", [&](TableReader &each) { readBackup(each, target); });
    readKindOfTarget(reader, target);
    m_policy.targets.push_back(std::move(target));
}

QStringList PolicyReader::absolutePaths(TableReader &reader, QStringView name)
{
    const QStringList paths = reader.texts(name);
    for (const QString &path : paths) {
        if (!path.startsWith(u'/'))
            reader.fail(Kind::InvalidValue, name, QStringLiteral("absolute paths"));
    }
    return paths;
}

void PolicyReader::readIdentity(TableReader &reader, Target &target)
{
    const QString system = reader.text(u"system");
    target.identity = SqlIdentity{system, reader.text(u"database"), reader.optionalText(u"host"), reader.optionalText(u"certificate"), reader.optionalText(u"timeline")};
    if (target.identity->certificate && !Digest::fromString(*target.identity->certificate))
        reader.fail(Kind::InvalidValue, u"certificate", QStringLiteral("sha256: and 64 hex digits, as `hold admin identify` prints it"));
}

void PolicyReader::readKindOfTarget(TableReader &reader, Target &target)
{
    if (target.kind == kind::Sql) {
        target.url = reader.text(u"url");
        const QString scheme = QUrl(target.url).scheme();
        if (!target.url.isEmpty() && scheme != QStringLiteral("postgresql") && scheme != QStringLiteral("postgres"))
            reader.fail(Kind::InvalidValue, u"url", QStringLiteral("postgresql://host/database"));
        if (!QUrl(target.url).password().isEmpty())
            reader.fail(Kind::InvalidValue, u"url", QStringLiteral("no password in the url: it belongs into credential"));
        reader.optionalTable(u"identity", [&](TableReader &each) { readIdentity(each, target); });
        target.measureAs = reader.optionalText(u"measure_as");
        reader.refuse(u"clone", QStringLiteral("nothing is tried on a clone yet; what only a clone would tell is shown as unknown"));
    } else if (target.kind == kind::Filesystem) {
        target.roots = absolutePaths(reader, u"roots");
        reader.refuse(u"quarantine", QStringLiteral("what is deleted is deleted"));
    } else if (target.kind == kind::Command) {
        target.programs = absolutePaths(reader, u"programs");
        target.cwd = reader.optionalText(u"cwd").value_or(QString());
        if (!target.cwd.isEmpty() && !target.cwd.startsWith(u'/'))
            reader.fail(Kind::InvalidValue, u"cwd", QStringLiteral("an absolute path"));
        target.environmentNames = reader.optionalTexts(u"environment_names").value_or(QStringList());
    }
}

void PolicyReader::readBackup(TableReader &reader, Target &target)
{
    BackupSource backup;
    backup.domain = reader.text(u"domain");
    const toml::node *newest = reader.node(u"newest");
    const bool isText = newest && newest->is_string();
    // Files in `path` are found and read without being named.
    if (newest || !reader.has(u"path"))
        backup.newest = newest && !isText ? formatInstant(reader.optionalInstant(u"newest").value_or(Instant())) : reader.text(u"newest");
    const bool named = backup.newest.startsWith(QStringLiteral("command:")) || backup.newest.startsWith(QStringLiteral("file:"));
    if (isText && !named && !parseInstant(backup.newest))
        reader.fail(Kind::InvalidValue, u"newest", QStringLiteral("command:…, file:… or a time such as 2026-11-23T00:00:00Z"));
    backup.restoreTested = reader.optionalInstant(u"restore_tested");
    backup.path = reader.optionalText(u"path");
    target.backups.push_back(std::move(backup));
}

void PolicyReader::readRule(TableReader &reader)
{
    Rule rule;
    rule.id = uniqueName(reader, u"id", m_rules);
    reader.optionalTable(u"when", [&](TableReader &each) { readWhen(each, rule.when); });
    const QStringList modes{toString(Mode::Allow), toString(Mode::Hold), toString(Mode::Propose), toString(Mode::Forbid)};
    const QStringList tiers{toString(Tier::Low), toString(Tier::Elevated), toString(Tier::High), toString(Tier::Critical)};
    rule.mode = modeFrom(reader.oneOf(u"mode", modes, toString(rule.mode))).value_or(rule.mode);
    rule.tier = tierFrom(reader.oneOf(u"tier", tiers, toString(rule.tier))).value_or(rule.tier);
    reader.optionalTable(u"quorum", [&](TableReader &each) {
        rule.quorum.need = static_cast<int>(std::min<std::int64_t>(each.optionalInteger(u"need", 1).value_or(1), 1000));
        if (each.has(u"from"))
            rule.quorum.from = each.texts(u"from");
    });
    rule.sponsorMayApprove = reader.optionalBoolean(u"sponsor_may_approve").value_or(false);
    readTerms(reader, rule);
    reader.optionalTable(u"tolerance", [&](TableReader &each) { readTolerances(each, rule); });
    m_policy.rules.push_back(std::move(rule));
}

void PolicyReader::readTerms(TableReader &reader, Rule &rule)
{
    const QStringList confirmations{QStringLiteral("press"), QStringLiteral("type-target"), QStringLiteral("match-code")};
    rule.confirm = reader.optionalTexts(u"confirm").value_or(rule.confirm);
    for (const QString &each : std::as_const(rule.confirm)) {
        if (!confirmations.contains(each))
            reader.fail(Kind::InvalidValue, u"confirm", QStringLiteral("any of ") + confirmations.join(QStringLiteral(", ")));
    }
    if (reader.optionalDuration(u"cool_off").value_or(std::chrono::seconds(0)).count() != 0)
        reader.fail(Kind::NotHonoured, u"cool_off", QStringLiteral("nothing cools off yet; only \"0s\" is true"));
    const auto within = [&](QStringView name, std::chrono::seconds fallback) {
        const auto found = reader.optionalDuration(name).value_or(fallback);
        if (found.count() <= 0)
            reader.fail(Kind::InvalidValue, name, QStringLiteral("a duration longer than 0s"));
        return found;
    };
    rule.approveWithin = within(u"approve_within", rule.approveWithin);
    rule.executeWithin = within(u"execute_within", rule.executeWithin);
}

namespace {

std::optional<Severity> severityOf(TableReader &reader)
{
    const auto word = reader.optionalText(u"severity");
    const auto severity = word ? severityFrom(*word) : std::nullopt;
    if (word && !severity)
        reader.fail(ConfigError::Kind::InvalidValue, u"severity", QStringLiteral("one of info, notice, warning, danger"));
    return severity;
}

} // namespace

void PolicyReader::readWhen(TableReader &reader, RuleWhen &when)
{
    when.kind = reader.optionalText(u"kind");
    when.operation = reader.optionalText(u"operation");
    when.environment = reader.optionalText(u"environment");
    when.target = reader.optionalText(u"target");
    when.requester = reader.optionalText(u"requester");
    when.origin = reader.optionalText(u"origin");
    when.recovery = reader.optionalText(u"recovery");
    if (when.recovery && !verdictFrom(*when.recovery))
        reader.fail(Kind::InvalidValue, u"recovery", QStringLiteral("one of recoverable, partly, none, unknown"));
    when.rowsOver = reader.optionalInteger(u"rows_over", 0);
    when.bytesOver = reader.optionalInteger(u"bytes_over", 0);
    when.severity = severityOf(reader);
    when.contradiction = reader.optionalBoolean(u"contradiction");
    when.uninspectable = reader.optionalBoolean(u"uninspectable");
    if (!reader.has(u"between"))
        return;
    static const QRegularExpression time(QStringLiteral("\\A([01][0-9]|2[0-3]):[0-5][0-9]\\z"));
    const QStringList ends = reader.texts(u"between");
    if (ends.size() == 2 && time.match(ends[0]).hasMatch() && time.match(ends[1]).hasMatch())
        when.between = std::pair(ends[0], ends[1]);
    else
        reader.fail(Kind::InvalidValue, u"between", QStringLiteral("two different times in UTC such as [\"22:00\", \"06:00\"]"));
}

void PolicyReader::readTolerances(TableReader &reader, Rule &rule)
{
    static const QRegularExpression perCent(QStringLiteral("\\A([0-9]{1,3})(?:\\.([0-9]{1,2}))?%\\z"));
    for (const QString &fact : reader.keys()) {
        const toml::node *node = reader.node(fact);
        const auto *text = node->as_string();
        const auto match = text ? perCent.match(QString::fromStdString(text->get())) : QRegularExpressionMatch();
        if (node->is_integer())
            rule.tolerance[fact] = {reader.optionalInteger(fact, 0).value_or(0), false};
        else if (match.hasMatch())
            rule.tolerance[fact] = {match.captured(1).toLongLong() * 100 + match.captured(2).leftJustified(2, u'0').toLongLong(), true};
        else
            reader.fail(Kind::InvalidValue, fact, QStringLiteral("a whole number, or per cent such as \"1%\" or \"0.25%\""));
    }
}

} // namespace

Result<PolicyDocument, ConfigError> readPolicy(QByteArrayView toml, const QString &file, int firstLine)
{
    TomlErrors errors{file, firstLine, {}};
    if (toml.size() > maximumPolicy)
        return Failure{ConfigError{Kind::InvalidValue, file, 0, {}, QStringLiteral("a policy of at most 256 KiB")}};
    const auto root = parseToml(toml, errors);
    PolicyDocument policy = root ? PolicyReader(errors).read(*root) : PolicyDocument();
    if (errors.first)
        return Failure{*errors.first};
    return policy;
}

std::optional<PolicyDocument> policyOrNothing(QByteArrayView toml)
{
    auto policy = readPolicy(toml);
    return policy ? std::optional(std::move(*policy)) : std::nullopt;
}

} // namespace holdfast
