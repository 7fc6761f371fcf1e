// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDataStream>
#include <QIODevice>
#include <QString>

#include <algorithm>
#include <array>

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

} // namespace holdfast
