// SPDX-License-Identifier: Apache-2.0
#include "ledger/tiles.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace holdfast {

namespace {

constexpr int tileWidth = 256;
constexpr int entriesLevel = -1;
constexpr qsizetype hashSize = 32;
constexpr qsizetype maximumBlob = 256LL * 1024 * 1024;
constexpr qsizetype maximumCheckpoint = 1024LL * 1024;
const QString checkpointName = QStringLiteral("checkpoint");
const QString blobFolder = QStringLiteral("blob");

Failure<TilesError> fail(TilesError::Kind kind, const QString &file)
{
    return Failure{TilesError{kind, file}};
}

/// How many things tile `index` holds when there are `count` at its level.
int widthOf(std::int64_t index, std::int64_t count)
{
    return static_cast<int>(std::clamp<std::int64_t>(count - index * tileWidth, 0, tileWidth));
}

class Writer final
{
public:
    explicit Writer(const QString &directory) : m_directory(directory) {}

    [[nodiscard]] bool prepare() const
    {
        return m_directory.mkpath(QStringLiteral(".")) && m_directory.isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }
    [[nodiscard]] Result<Done, TilesError> write(const QString &name, QByteArrayView bytes) const
    {
        const QString path = m_directory.filePath(name);
        QFile file(path);
        const bool written = m_directory.mkpath(QFileInfo(name).path()) && file.open(QIODevice::WriteOnly | QIODevice::NewOnly, QFile::ReadOwner | QFile::WriteOwner)
            && file.write(bytes.data(), bytes.size()) == bytes.size() && file.flush();
        return written ? Result<Done, TilesError>(Done{}) : fail(TilesError::Kind::CannotWrite, name);
    }

private:
    QDir m_directory;
};

QByteArray hashTile(const MerkleNodes &nodes, int level, std::int64_t index, int width)
{
    QByteArray bytes;
    bytes.reserve(width * hashSize);
    for (std::int64_t i = 0; i < width; ++i)
        bytes.append(nodes.node(8 * level, index * tileWidth + i)->toBytes());
    return bytes;
}

Result<Done, TilesError> writeHashes(const Writer &writer, const MerkleNodes &nodes)
{
    std::int64_t count = nodes.size();
    for (int level = 0; count > 0; ++level, count /= tileWidth) {
        for (std::int64_t index = 0; index * tileWidth < count; ++index) {
            const int width = widthOf(index, count);
            if (const auto done = writer.write(tilePath(level, index, width), hashTile(nodes, level, index, width)); !done)
                return done;
        }
    }
    return Done{};
}

Result<Done, TilesError> writeEntries(const Writer &writer, const ExportSource &source, MerkleNodes &nodes)
{
    for (std::int64_t index = 0; index * tileWidth < source.size; ++index) {
        const int width = widthOf(index, source.size);
        const QString name = tilePath(entriesLevel, index, width);
        QByteArray bundle;
        for (std::int64_t i = 0; i < width; ++i) {
            const auto entry = source.entry(index * tileWidth + i);
            if (!entry || entry->size() > maximumEntrySize)
                return fail(TilesError::Kind::MissingEntry, name);
            nodes.append(leafHash(*entry));
            bundle.append(static_cast<char>(entry->size() >> 8 & 0xff)).append(static_cast<char>(entry->size() & 0xff)).append(*entry);
        }
        if (const auto done = writer.write(name, bundle); !done)
            return done;
    }
    return Done{};
}

} // namespace

QString TilesError::sentence() const
{
    switch (kind) {
    case Kind::CannotWrite: return file.isEmpty() ? QStringLiteral("the directory must be empty and writable") : QStringLiteral("%1 cannot be written").arg(file);
    case Kind::CannotRead: return QStringLiteral("%1 is missing or cannot be read").arg(file);
    case Kind::Malformed: return QStringLiteral("%1 does not have the size or form that the checkpoint demands").arg(file);
    case Kind::MissingEntry: return QStringLiteral("an entry of %1 is missing").arg(file);
    }
    return {};
}

QString tilePath(int level, std::int64_t index, int width)
{
    QString path = QStringLiteral("%1").arg(static_cast<qlonglong>(index % 1000), 3, 10, QLatin1Char('0'));
    for (std::int64_t rest = index / 1000; rest > 0; rest /= 1000)
        path.prepend(QStringLiteral("x%1/").arg(static_cast<qlonglong>(rest % 1000), 3, 10, QLatin1Char('0')));
    path.prepend(QStringLiteral("tile/%1/").arg(level == entriesLevel ? QStringLiteral("entries") : QString::number(level)));
    return width == tileWidth ? path : QStringLiteral("%1.p/%2").arg(path, QString::number(width));
}

Result<Done, TilesError> exportTiles(const QString &directory, const ExportSource &source)
{
    const Writer writer(directory);
    if (!writer.prepare())
        return fail(TilesError::Kind::CannotWrite, {});
    MerkleNodes nodes;
    if (const auto done = writeEntries(writer, source, nodes); !done)
        return done;
    if (const auto done = writeHashes(writer, nodes); !done)
        return done;
    for (const Digest &digest : source.blobs) {
        const auto bytes = source.blob ? source.blob(digest) : std::nullopt;
        if (!bytes)
            continue;
        if (const auto done = writer.write(blobFolder + u'/' + digest.hex(), *bytes); !done)
            return done;
    }
    return writer.write(checkpointName, source.checkpoint);
}

TileDirectory::TileDirectory(const QString &directory) : m_directory(QFileInfo(directory).canonicalFilePath()) {}

std::optional<QByteArray> TileDirectory::read(const QString &name, qsizetype most) const
{
    const QString path = m_directory + u'/' + name;
    const QFileInfo info(path);
    // A link anywhere below the directory would make the canonical path another one.
    if (m_directory.isEmpty() || info.canonicalFilePath() != path || !info.isFile() || info.size() > most)
        return std::nullopt;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    const QByteArray bytes = file.read(most + 1);
    return bytes.size() <= most && file.error() == QFile::NoError ? std::optional(bytes) : std::nullopt;
}

Result<QByteArray, TilesError> TileDirectory::checkpoint() const
{
    const auto bytes = read(checkpointName, maximumCheckpoint);
    return bytes ? Result<QByteArray, TilesError>(*bytes) : fail(TilesError::Kind::CannotRead, checkpointName);
}

Result<std::vector<QByteArray>, TilesError> TileDirectory::entries(std::int64_t index, std::int64_t size) const
{
    const int width = widthOf(index, size);
    const QString name = tilePath(entriesLevel, index, width);
    const auto bundle = read(name, tileWidth * (maximumEntrySize + 2));
    if (!bundle)
        return fail(TilesError::Kind::CannotRead, name);
    std::vector<QByteArray> found;
    QByteArrayView rest = *bundle;
    while (rest.size() >= 2) {
        const qsizetype length = static_cast<unsigned char>(rest[0]) << 8 | static_cast<unsigned char>(rest[1]);
        if (rest.size() < 2 + length)
            return fail(TilesError::Kind::Malformed, name);
        found.push_back(rest.sliced(2, length).toByteArray());
        rest = rest.sliced(2 + length);
    }
    if (!rest.isEmpty() || found.size() != static_cast<std::size_t>(width))
        return fail(TilesError::Kind::Malformed, name);
    return found;
}

Result<std::vector<Digest>, TilesError> TileDirectory::hashes(int level, std::int64_t index, std::int64_t size) const
{
    const int width = widthOf(index, size >> 8 * level);
    const QString name = tilePath(level, index, width);
    const auto bytes = read(name, tileWidth * hashSize);
    if (!bytes)
        return fail(TilesError::Kind::CannotRead, name);
    if (bytes->size() != width * hashSize)
        return fail(TilesError::Kind::Malformed, name);
    std::vector<Digest> found;
    for (qsizetype at = 0; at < bytes->size(); at += hashSize)
        found.push_back(*Digest::fromBytes(QByteArrayView(*bytes).sliced(at, hashSize)));
    return found;
}

std::optional<QByteArray> TileDirectory::blob(const Digest &digest) const
{
    auto bytes = read(blobFolder + u'/' + digest.hex(), maximumBlob);
    return bytes && sha256(*bytes) == digest ? bytes : std::nullopt;
}

QStringList TileDirectory::blobNames() const
{
    return QDir(m_directory + u'/' + blobFolder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot, QDir::Name);
}

} // namespace holdfast
