// SPDX-License-Identifier: Apache-2.0
#include "measure/landlock.h"

#include "kinds/posix/directory.h"

#include <QFile>
#include <QFileInfo>
#include <QSet>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cstdint>

namespace holdfast {

namespace {

// Debian 12's header knows the second version of Landlock: what came later stands here.
struct RulesetAttributes final
{
    std::uint64_t files = 0;
    std::uint64_t network = 0;
    std::uint64_t scoped = 0;
};
constexpr std::uint64_t accessTruncate = 1ULL << 14; ///< since version 3
constexpr std::uint64_t scopeAbstractSockets = 1ULL << 0, scopeSignals = 1ULL << 1; ///< since version 6

constexpr std::uint64_t onFiles = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
constexpr std::uint64_t inDirectories = LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR
    | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO
    | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

int landlockVersion()
{
    return static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

/// Landlock only allows. So every entry on the way down to a withheld path is allowed, but for the way itself.
class Ruleset final
{
public:
    Ruleset(int version, const QStringList &withheld) : m_directories(inDirectories), m_files(onFiles)
    {
        if (version >= 2)
            m_directories |= LANDLOCK_ACCESS_FS_REFER;
        if (version >= 3)
            m_files |= accessTruncate;
        const RulesetAttributes attributes{m_files | m_directories, 0, version >= 6 ? scopeAbstractSockets | scopeSignals : 0};
        // The kernel knows as many members as its version has.
        const std::size_t size = version >= 6 ? sizeof attributes : version >= 4 ? 16 : 8;
        m_ruleset = UniqueFd(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
        for (const QString &path : withheld)
            add(path);
    }

    [[nodiscard]] bool enforce() const
    {
        return m_ruleset && allowBelow("/", AT_FDCWD) && ::syscall(SYS_landlock_restrict_self, m_ruleset.get(), 0) == 0;
    }

private:
    /// The path, and the directories that lead to it, as they are without links.
    void add(const QString &path)
    {
        const QFileInfo file(path);
        const QString directory = QFileInfo(file.path()).canonicalFilePath();
        if (directory.isEmpty())
            return; // what is not there cannot be read
        const QString whole = (directory == QStringLiteral("/") ? QString() : directory) + QLatin1Char('/') + file.fileName();
        m_withheld.insert(QFile::encodeName(whole));
        if (const QString real = file.canonicalFilePath(); !real.isEmpty() && real != whole)
            add(real);
        for (qsizetype end = whole.lastIndexOf(QLatin1Char('/')); end > 0; end = whole.lastIndexOf(QLatin1Char('/'), end - 1))
            m_onTheWay.insert(QFile::encodeName(whole.first(end)));
    }

    bool allowBelow(const QByteArray &path, int at) const
    {
        Directory directory(at, path.constData());
        if (!directory)
            return errno == ENOENT || errno == EACCES; // nobody who cannot list it gets to a path in it by this rule
        const QByteArray prefix = path == "/" ? QByteArray("/") : path + '/';
        while (const char *name = directory.next()) {
            const QByteArray entry = prefix + name;
            if (m_withheld.contains(entry))
                continue;
            if (m_onTheWay.contains(entry) ? !allowBelow(entry, AT_FDCWD) : !allow(directory.descriptor(), name))
                return false;
        }
        return !directory.failed();
    }

    bool allow(int directory, const char *name) const
    {
        const UniqueFd entry(::openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
        struct stat status{};
        if (!entry || ::fstat(entry.get(), &status) != 0)
            return true; // gone since, or not ours to open: no right is no harm
        if (S_ISLNK(status.st_mode))
            return true; // what it leads to has a rule of its own
        landlock_path_beneath_attr rule{};
        rule.allowed_access = S_ISDIR(status.st_mode) ? m_files | m_directories : m_files;
        rule.parent_fd = entry.get();
        return ::syscall(SYS_landlock_add_rule, m_ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
    }

    std::uint64_t m_directories, m_files;
    UniqueFd m_ruleset;
    QSet<QByteArray> m_withheld, m_onTheWay;
};

} // namespace

bool hasLandlock()
{
    return landlockVersion() >= 1;
}

bool withhold(const QStringList &paths)
{
    return Ruleset(landlockVersion(), paths).enforce();
}

} // namespace holdfast
