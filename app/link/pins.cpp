// SPDX-License-Identifier: Apache-2.0
#include "link/pins.h"

#include "core/reader.h"
#include "ledger/checkpoint.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QSaveFile>
#include <QStandardPaths>

namespace holdfast {

namespace {

using LoadedPins = Result<std::optional<Pins>, DocumentError>;

std::int64_t sizeOf(QByteArrayView checkpoint)
{
    const auto note = Note::parse(checkpoint);
    const auto parsed = note ? Checkpoint::fromText(note->text) : std::nullopt;
    return parsed ? parsed->size : -1;
}

LoadedPins readPins(const QString &path)
{
    if (!QFileInfo::exists(path))
        return std::optional<Pins>();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Failure{DocumentError{DocumentError::Kind::NotJson, path, file.errorString()}};
    const auto json = parseJson(file.readAll());
    if (!json)
        return Failure{DocumentError{DocumentError::Kind::NotJson, path, json.error().sentence()}};
    ObjectReader reader(*json);
    Pins pins;
    static_cast<void>(reader.integer(u"version", 1, 1));
    pins.gate = reader.text(u"gate");
    pins.url = reader.text(u"url");
    pins.keys = {reader.key(u"key"), reader.key(u"ledger_key"), reader.key(u"perform_key")};
    pins.firstRegistry = reader.optionalDigest(u"first_registry");
    pins.checkpoint = reader.optionalText(u"checkpoint").value_or(QString()).toUtf8();
    if (auto error = reader.finish())
        return Failure{DocumentError{error->kind, path + QStringLiteral(": ") + error->path, error->detail}};
    return std::optional<Pins>(std::move(pins));
}

QByteArray writePins(const Pins &pins)
{
    JsonBuilder out;
    out.add(QStringLiteral("version"), 1).add(QStringLiteral("gate"), pins.gate).add(QStringLiteral("url"), pins.url);
    out.add(QStringLiteral("key"), pins.keys.key.toString()).add(QStringLiteral("ledger_key"), pins.keys.ledgerKey.toString());
    out.add(QStringLiteral("perform_key"), pins.keys.performKey.toString());
    if (pins.firstRegistry)
        out.add(QStringLiteral("first_registry"), pins.firstRegistry->toString());
    if (!pins.checkpoint.isEmpty())
        out.add(QStringLiteral("checkpoint"), QString::fromUtf8(pins.checkpoint));
    return out.build().toBytes();
}

} // namespace

QString PinFile::defaultDirectory()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/holdfast/pins");
}

PinFile::PinFile(const VerifierKey &gateKey, const QString &directory)
    : m_path(QStringLiteral("%1/%2.json").arg(directory, sha256(gateKey.toString().toUtf8()).hex().first(16)))
{
}

LoadedPins PinFile::load() const
{
    return readPins(m_path);
}

bool PinFile::save(const Pins &pins) const
{
    if (!QDir().mkpath(QFileInfo(m_path).absolutePath()))
        return false;
    QLockFile lock(m_path + QStringLiteral(".lock"));
    if (!lock.tryLock(2000))
        return false;
    const auto before = load();
    if (!before)
        return false;
    Pins merged = pins;
    if (before->has_value()) {
        const Pins &pinned = **before;
        if (pinned.gate != pins.gate || pinned.keys != pins.keys)
            return false;
        if (pinned.firstRegistry && pins.firstRegistry && *pinned.firstRegistry != *pins.firstRegistry)
            return false;
        merged.firstRegistry = pins.firstRegistry ? pins.firstRegistry : pinned.firstRegistry;
        if (sizeOf(pinned.checkpoint) > sizeOf(pins.checkpoint))
            merged.checkpoint = pinned.checkpoint;
    }
    const QByteArray bytes = writePins(merged);
    QSaveFile file(m_path);
    return file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) && file.write(bytes) == bytes.size()
        && file.commit();
}

bool PinFile::remove() const
{
    return !QFileInfo::exists(m_path) || QFile::remove(m_path);
}

std::vector<Pins> allPins(const QString &directory)
{
    std::vector<Pins> all;
    const QDir pins(directory);
    for (const QString &name : pins.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name)) {
        auto read = readPins(pins.filePath(name));
        if (read && read->has_value())
            all.push_back(**std::move(read));
    }
    return all;
}

} // namespace holdfast
