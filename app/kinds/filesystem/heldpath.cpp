// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/heldpath.h"

#include <QDir>
#include <QStringDecoder>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <climits>
#include <cstring>

namespace holdfast {

namespace {

QString systemSays(int error)
{
    char buffer[256];
    return QString::fromUtf8(::strerror_r(error, buffer, sizeof buffer));
}

Failure<PathRefusal> refuse(PathRefusal::Kind kind, const QString &path, QString detail = {})
{
    return Failure{PathRefusal{kind, path, std::move(detail)}};
}

int openBeneath(int directory, const QByteArray &relative, bool followLinks)
{
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = followLinks ? RESOLVE_NO_MAGICLINKS : RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, directory, relative.constData(), &how, sizeof how));
}

/// Components without empty ones; nullopt where `.` or `..` would make the text mean something else than it shows.
std::optional<QStringList> componentsOf(QStringView path)
{
    QStringList result;
    for (const auto part : path.split(u'/', Qt::SkipEmptyParts)) {
        if (part == u"." || part == u"..")
            return std::nullopt;
        result.append(part.toString());
    }
    return result;
}

/// The components of `path` below `root`, or nullopt.
std::optional<QStringList> below(const QStringList &path, const QString &root)
{
    const auto base = componentsOf(root);
    if (!base || path.size() < base->size() || path.first(base->size()) != *base)
        return std::nullopt;
    return path.sliced(base->size());
}

Result<HeldPath, PathRefusal> hold(int directory, const QString &shownBase, const QStringList &rest, const QString &asked)
{
    QStringList parents = rest;
    const QString name = parents.takeLast();
    const QByteArray relative = parents.isEmpty() ? QByteArrayLiteral(".") : parents.join(u'/').toUtf8();
    HeldPath held{(shownBase == u"/" ? QString() : shownBase) + u'/' + rest.join(u'/'), name.toUtf8(), SharedFd(UniqueFd(openBeneath(directory, relative, false)))};
    held.asked = asked;
    if (held.parent)
        return held;
    switch (errno) {
    case ELOOP:
    case EXDEV:
        return refuse(PathRefusal::Kind::ThroughLink, asked);
    case ENOENT:
    case ENOTDIR:
        return refuse(PathRefusal::Kind::Missing, asked, systemSays(errno));
    default:
        return refuse(PathRefusal::Kind::Unreadable, asked, systemSays(errno));
    }
}

} // namespace

QString PathRefusal::sentence() const
{
    switch (kind) {
    case Kind::NotAbsolute:
        return QStringLiteral("%1 is not an absolute path").arg(path);
    case Kind::NotCanonical:
        return QStringLiteral("%1 contains a component . or ..; name the real path").arg(path);
    case Kind::OutsideRoots:
        return QStringLiteral("%1 lies outside the target's roots").arg(path);
    case Kind::IsRoot:
        return QStringLiteral("%1 is itself a root of the target").arg(path);
    case Kind::ThroughLink:
        return QStringLiteral("%1 is reached through a symbolic link; name the real path").arg(path);
    case Kind::Missing:
        return QStringLiteral("%1 does not exist").arg(path);
    case Kind::Unreadable:
        return QStringLiteral("%1 cannot be reached: %2").arg(path, detail);
    }
    return path;
}

void SharedDirectories::share(HeldPath &path)
{
    struct statx directory{};
    if (::statx(path.parent.get(), "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &directory) != 0 || (directory.stx_mask & STATX_MNT_ID) == 0)
        return;
    const std::array<std::uint64_t, 3> place{directory.stx_mnt_id, (std::uint64_t{directory.stx_dev_major} << 32U) | directory.stx_dev_minor, directory.stx_ino};
    path.parent = m_known.try_emplace(place, path.parent).first->second;
}

QString pathOf(int descriptor)
{
    char target[PATH_MAX];
    const auto size = ::readlink(QByteArrayLiteral("/proc/self/fd/").append(QByteArray::number(descriptor)).constData(), target, sizeof target);
    return size > 0 ? textOfPath(QByteArrayView(target, size)) : QString();
}

QString textOfPath(QByteArrayView bytes)
{
    QStringDecoder whole(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = whole(bytes);
    if (!whole.hasError())
        return text;
    QString result;
    for (qsizetype at = 0; at < bytes.size();) {
        qsizetype size = std::min<qsizetype>(4, bytes.size() - at);
        for (; size > 0; --size) {
            QStringDecoder part(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
            const QString piece = part(bytes.sliced(at, size));
            if (!part.hasError() && (size == 1 || static_cast<unsigned char>(bytes[at]) >= 0x80)) {
                result += piece;
                break;
            }
        }
        if (size == 0)
            result += QStringLiteral("\\x%1").arg(static_cast<unsigned char>(bytes[at]), 2, 16, QLatin1Char('0'));
        at += std::max<qsizetype>(size, 1);
    }
    return result;
}

std::vector<HeldRoot> holdRoots(const QStringList &roots, QStringList &problems)
{
    std::vector<HeldRoot> held;
    for (const auto &root : roots) {
        UniqueFd directory(root.startsWith(u'/') ? openBeneath(AT_FDCWD, root.toUtf8(), true) : -1);
        if (!directory) {
            problems.append(QStringLiteral("the root %1 cannot be opened: %2").arg(root, systemSays(errno)));
            continue;
        }
        QString canonical = pathOf(directory.get());
        held.push_back({root, std::move(canonical), std::move(directory)});
    }
    return held;
}

Result<HeldPath, PathRefusal> holdBeneath(const std::vector<HeldRoot> &roots, const QString &path)
{
    if (!path.startsWith(u'/'))
        return refuse(PathRefusal::Kind::NotAbsolute, path);
    const auto components = componentsOf(path);
    if (!components)
        return refuse(PathRefusal::Kind::NotCanonical, path);
    for (const auto &root : roots) {
        for (const QString &base : {root.configured, root.canonical}) {
            const auto rest = below(*components, base);
            if (rest && rest->isEmpty())
                return refuse(PathRefusal::Kind::IsRoot, path);
            if (rest)
                return hold(root.directory.get(), root.canonical, *rest, path);
        }
    }
    return refuse(PathRefusal::Kind::OutsideRoots, path);
}

Result<HeldPath, PathRefusal> holdAnywhere(int directory, const QString &path)
{
    QByteArray bytes = path.toUtf8();
    while (bytes.size() > 1 && bytes.endsWith('/'))
        bytes.chop(1);
    const auto slash = bytes.lastIndexOf('/');
    const QByteArray name = bytes.sliced(slash + 1);
    if (name.isEmpty() || name == "." || name == "..")
        return refuse(PathRefusal::Kind::NotCanonical, path);
    const QByteArray parent = slash < 0 ? QByteArrayLiteral(".") : slash == 0 ? QByteArrayLiteral("/") : bytes.first(slash);
    UniqueFd held(openBeneath(directory, parent, true));
    if (!held)
        return refuse(errno == ENOENT || errno == ENOTDIR ? PathRefusal::Kind::Missing : PathRefusal::Kind::Unreadable, path, systemSays(errno));
    const QString base = pathOf(held.get());
    const QString asked = path.startsWith(u'/') || directory < 0 ? path : pathOf(directory) + u'/' + path;
    const QString real = (base == u"/" ? QString() : base) + u'/' + textOfPath(name);
    // Without `link/..` the text would name something else.
    const QString shorter = QDir::cleanPath(asked);
    return HeldPath{real, name, SharedFd(std::move(held)), shorter == real || !asked.split(u'/').contains(u"..") ? shorter : asked};
}

} // namespace holdfast
