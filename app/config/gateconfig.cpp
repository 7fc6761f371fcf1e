// SPDX-License-Identifier: Apache-2.0
#include "config/gateconfig.h"

#include "config/tablereader.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>

namespace holdfast {

namespace {

constexpr qint64 maximumFile = 512LL * 1024;
constexpr std::chrono::minutes longestMeasuring{60};
using Kind = ConfigError::Kind;

class LocalReader final
{
public:
    LocalReader(TomlErrors &errors, const QString &directory) : m_errors(errors), m_directory(directory) {}
    [[nodiscard]] GateLocal read(const toml::table &root);

private:
    void readGate(TableReader &reader);
    void readListen(TableReader &reader);
    void readStore(TableReader &reader);
    void readMeasureWithin(TableReader &reader);
    [[nodiscard]] QString keyPath(TableReader &reader, QStringView name, const QString &fallback);
    [[nodiscard]] QString absolute(const QString &path) const { return QDir::cleanPath(QDir(m_directory).absoluteFilePath(path)); }

    TomlErrors &m_errors;
    QDir m_directory;
    GateLocal m_local;
};

GateLocal LocalReader::read(const toml::table &root)
{
    TableReader reader(root, {}, m_errors);
    if (!reader.has(u"gate"))
        reader.fail(Kind::Missing, u"gate", QStringLiteral("a table [gate] before the first [["));
    reader.optionalTable(u"gate", [this](TableReader &gate) { readGate(gate); });
    reader.finish();
    return m_local;
}

void LocalReader::readGate(TableReader &reader)
{
    static const QRegularExpression name(QStringLiteral("\\A[A-Za-z0-9][A-Za-z0-9._/-]{0,127}\\z"));
    m_local.name = reader.text(u"name");
    if (!m_local.name.isEmpty() && !name.match(m_local.name).hasMatch())
        reader.fail(Kind::InvalidValue, u"name", QStringLiteral("letters, digits and . _ / -, at most 128"));
    readListen(reader);
    readStore(reader);
    m_local.key = keyPath(reader, u"key", m_local.key);
    const QDir beside = QFileInfo(m_local.key).dir();
    m_local.ledgerKey = keyPath(reader, u"ledger_key", beside.filePath(m_local.ledgerKey));
    m_local.performKey = keyPath(reader, u"perform_key", beside.filePath(m_local.performKey));
    if (m_local.key == m_local.ledgerKey || m_local.key == m_local.performKey || m_local.ledgerKey == m_local.performKey)
        reader.fail(Kind::InvalidValue, u"key", QStringLiteral("three different files for key, ledger_key and perform_key"));
    m_local.hosts = reader.optionalTexts(u"hosts").value_or(QStringList());
    m_local.origins = reader.optionalTexts(u"origins").value_or(QStringList());
    readMeasureWithin(reader);
    reader.refuse(u"tls", QStringLiteral("this gate listens on loopback only"));
    if (reader.optionalInteger(u"witness_need", 0).value_or(0) != 0)
        reader.fail(Kind::NotHonoured, u"witness_need", QStringLiteral("no witness is waited for; only 0 is true"));
}

void LocalReader::readListen(TableReader &reader)
{
    static const QRegularExpression pattern(QStringLiteral("\\A(\\[[0-9A-Fa-f:.]+\\]|[^:\\s]+):([0-9]{1,5})\\z"));
    const auto text = reader.optionalText(u"listen");
    if (!text)
        return;
    const auto match = pattern.match(*text);
    const int port = match.hasMatch() ? match.captured(2).toInt() : -1;
    if (port < 0 || port > 65535) {
        reader.fail(Kind::InvalidValue, u"listen", QStringLiteral("address:port such as \"127.0.0.1:7420\""));
        return;
    }
    QString address = match.captured(1);
    if (address == QStringLiteral("localhost"))
        address = QStringLiteral("127.0.0.1");
    if (address == QStringLiteral("[::1]"))
        address = QStringLiteral("::1");
    if (address != QStringLiteral("127.0.0.1") && address != QStringLiteral("::1"))
        reader.fail(Kind::NotHonoured, u"listen", QStringLiteral("without tls a gate listens on loopback only: 127.0.0.1 or [::1]"));
    m_local.address = address;
    m_local.port = static_cast<quint16>(port);
}

void LocalReader::readStore(TableReader &reader)
{
    const QString prefix = QStringLiteral("sqlite:");
    const QString text = reader.optionalText(u"store").value_or(prefix + m_local.store);
    if (text.startsWith(QStringLiteral("postgresql:")) || text.startsWith(QStringLiteral("postgres:")))
        reader.fail(Kind::NotHonoured, u"store", QStringLiteral("the store is a SQLite file: sqlite:gate.db"));
    else if (!text.startsWith(prefix) || text.size() == prefix.size())
        reader.fail(Kind::InvalidValue, u"store", QStringLiteral("sqlite:<file>"));
    m_local.store = absolute(text.sliced(std::min(prefix.size(), text.size())));
}

void LocalReader::readMeasureWithin(TableReader &reader)
{
    m_local.measureWithin = reader.optionalDuration(u"measure_within").value_or(m_local.measureWithin);
    if (m_local.measureWithin.count() < 1 || m_local.measureWithin > longestMeasuring)
        reader.fail(Kind::InvalidValue, u"measure_within", QStringLiteral("from \"1s\" to \"60m\""));
}

QString LocalReader::keyPath(TableReader &reader, QStringView name, const QString &fallback)
{
    const QString prefix = QStringLiteral("file:");
    const QString text = reader.optionalText(name).value_or(prefix + fallback);
    if (text.startsWith(QStringLiteral("keychain:")))
        reader.fail(Kind::NotHonoured, name, QStringLiteral("a gate's keys are files: file:gate.key"));
    else if (!text.startsWith(prefix) || text.size() == prefix.size())
        reader.fail(Kind::InvalidValue, name, QStringLiteral("file:<path>"));
    return absolute(text.sliced(std::min(prefix.size(), text.size())));
}

} // namespace

qsizetype policyOffset(QByteArrayView bytes)
{
    if (bytes.startsWith("[["))
        return 0;
    const qsizetype at = bytes.indexOf("\n[[");
    return at < 0 ? bytes.size() : at + 1;
}

Result<GateConfig, ConfigError> parseGateConfig(QByteArrayView bytes, const QString &file)
{
    TomlErrors errors{file, 1, {}};
    const qsizetype offset = policyOffset(bytes);
    const QByteArrayView head = bytes.first(offset);
    GateConfig config;
    config.file = file;
    config.policyToml = bytes.sliced(offset).toByteArray();
    config.policyLine = 1 + static_cast<int>(std::count(head.begin(), head.end(), '\n'));
    if (const auto root = parseToml(head, errors))
        config.local = LocalReader(errors, QFileInfo(file).absolutePath()).read(*root);
    if (errors.first)
        return Failure{*errors.first};
    auto policy = readPolicy(config.policyToml, file, config.policyLine);
    if (!policy)
        return policy.failure();
    config.policy = std::move(*policy);
    return config;
}

Result<GateConfig, ConfigError> readGateConfig(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Failure{ConfigError{Kind::CannotRead, path, 0, {}, file.errorString()}};
    const QByteArray bytes = file.read(maximumFile + 1);
    if (bytes.size() > maximumFile)
        return Failure{ConfigError{Kind::CannotRead, path, 0, {}, QStringLiteral("it is larger than 512 KiB")}};
    return parseGateConfig(bytes, path);
}

} // namespace holdfast
