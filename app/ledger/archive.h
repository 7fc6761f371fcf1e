// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/clock.h"
#include "core/envelope.h"
#include "core/ids.h"

#include <QDataStream>
#include <QIODevice>
#include <QStringList>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <vector>

// Values as a stream of bytes and back, each described once: `transfer(archive, value)` names its parts in order, and the same
// function writes them or reads them. For files that this program wrote itself and whose signature was checked; every count and
// length is bounded by what is there all the same.
namespace holdfast {

class ArchiveWriter final
{
public:
    static constexpr bool Reading = false;
    explicit ArchiveWriter(QByteArray *into) : m_stream(into, QIODevice::WriteOnly) { m_stream.setVersion(QDataStream::Qt_6_4); }
    void raw(QByteArrayView bytes) { m_stream << bytes.toByteArray(); }
    void number(std::int64_t &value) { m_stream << static_cast<qint64>(value); }
    template<typename T>
    ArchiveWriter &operator&(const T &value)
    {
        transfer(*this, const_cast<T &>(value)); // read only: the same description serves both ways
        return *this;
    }

private:
    QDataStream m_stream;
};

class ArchiveReader final
{
public:
    static constexpr bool Reading = true;
    explicit ArchiveReader(const QByteArray &from) : m_stream(from) { m_stream.setVersion(QDataStream::Qt_6_4); }
    [[nodiscard]] QByteArray raw()
    {
        QByteArray bytes;
        m_stream >> bytes;
        return bytes;
    }
    void number(std::int64_t &value)
    {
        qint64 read = 0;
        m_stream >> read;
        value = read;
    }
    template<typename T>
    ArchiveReader &operator&(T &value)
    {
        transfer(*this, value);
        return *this;
    }
    void fail() { m_stream.setStatus(QDataStream::ReadCorruptData); }
    [[nodiscard]] bool ok() const { return m_stream.status() == QDataStream::Ok; }
    /// Everything was read, and nothing is left.
    [[nodiscard]] bool atEnd() const { return ok() && m_stream.atEnd(); }

private:
    QDataStream m_stream;
};

template<typename Archive, typename T>
    requires std::is_arithmetic_v<T> || std::is_enum_v<T>
void transfer(Archive &archive, T &value)
{
    auto number = static_cast<std::int64_t>(value);
    archive.number(number);
    if constexpr (Archive::Reading)
        value = static_cast<T>(number);
}

template<typename Archive>
void transfer(Archive &archive, QByteArray &bytes)
{
    if constexpr (Archive::Reading)
        bytes = archive.raw();
    else
        archive.raw(bytes);
}

template<typename Archive>
void transfer(Archive &archive, QString &text)
{
    if constexpr (Archive::Reading)
        text = QString::fromUtf8(archive.raw());
    else
        archive.raw(text.toUtf8());
}

template<typename Archive, typename T, std::size_t N>
    requires(sizeof(T) == 1)
void transfer(Archive &archive, std::array<T, N> &bytes)
{
    if constexpr (Archive::Reading) {
        const QByteArray read = archive.raw();
        if (read.size() == static_cast<qsizetype>(N))
            std::copy(read.cbegin(), read.cend(), reinterpret_cast<char *>(bytes.data()));
        else
            archive.fail();
    } else {
        archive.raw(QByteArrayView(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(N)));
    }
}

template<typename Archive>
void transfer(Archive &archive, Digest &digest)
{
    archive & digest.bytes;
}

/// Types that are written as the text that they parse.
template<typename Archive, typename T>
    requires std::is_same_v<T, HoldId> || std::is_same_v<T, VerifierKey>
void transfer(Archive &archive, T &value)
{
    QString text;
    if constexpr (!Archive::Reading)
        text = value.toString();
    archive & text;
    if constexpr (Archive::Reading) {
        if (const auto parsed = T::parse(text))
            value = *parsed;
        else
            archive.fail();
    }
}

template<typename Archive>
void transfer(Archive &archive, Instant &instant)
{
    std::int64_t ms = instant.time_since_epoch().count();
    archive.number(ms);
    if constexpr (Archive::Reading)
        instant = Instant(std::chrono::milliseconds(ms));
}

template<typename Archive>
void transfer(Archive &archive, EnvelopeSignature &signature)
{
    archive & signature.keyHint & signature.signature;
}

template<typename Archive, typename T>
void transfer(Archive &archive, std::optional<T> &optional)
{
    bool there = optional.has_value();
    archive & there;
    if constexpr (Archive::Reading) {
        if (there)
            optional.emplace();
    }
    if (optional)
        archive & *optional;
}

/// Anything that grows at its end; a key or an element is read whole before it is put in.
template<typename Archive, typename Container, typename Element>
void transferEach(Archive &archive, Container &container)
{
    auto count = static_cast<std::int64_t>(container.size());
    archive.number(count);
    if constexpr (Archive::Reading) {
        container = {};
        for (std::int64_t i = 0; i < count && archive.ok(); ++i) {
            Element element{};
            archive & element;
            container.insert(container.end(), std::move(element));
        }
    } else {
        for (const auto &element : container)
            archive & element;
    }
}

template<typename Archive, typename A, typename B>
void transfer(Archive &archive, std::pair<A, B> &pair)
{
    archive & const_cast<std::remove_const_t<A> &>(pair.first) & pair.second;
}

template<typename Archive, typename T>
void transfer(Archive &archive, std::vector<T> &values)
{
    transferEach<Archive, std::vector<T>, T>(archive, values);
}
template<typename Archive>
void transfer(Archive &archive, QStringList &values)
{
    transferEach<Archive, QStringList, QString>(archive, values);
}
template<typename Archive, typename T>
void transfer(Archive &archive, std::set<T> &values)
{
    transferEach<Archive, std::set<T>, T>(archive, values);
}
template<typename Archive, typename K, typename V>
void transfer(Archive &archive, std::map<K, V> &values)
{
    transferEach<Archive, std::map<K, V>, std::pair<K, V>>(archive, values);
}

template<typename Archive>
void transfer(Archive &archive, Envelope &envelope)
{
    archive & envelope.payload & envelope.payloadType & envelope.signatures;
}

/// A document whose exact bytes were transferred before: parsed again when reading.
template<typename T>
void parseAgain(ArchiveReader &archive, T &document, QByteArrayView payload)
{
    if (auto parsed = T::parse(payload))
        document = std::move(*parsed);
    else
        archive.fail();
}

/// A document of which only the meaning is kept.
template<typename Archive, typename T>
void transferDocument(Archive &archive, T &document)
{
    QByteArray payload;
    if constexpr (!Archive::Reading)
        payload = document.toPayload();
    archive & payload;
    if constexpr (Archive::Reading)
        parseAgain(archive, document, payload);
}

} // namespace holdfast
