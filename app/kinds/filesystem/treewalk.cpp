// SPDX-License-Identifier: Apache-2.0
#include "kinds/filesystem/treewalk.h"

#include "kinds/filesystem/pathclasses.h"
#include "kinds/filesystem/tellingdetail.h"

#include "core/clock.h"
#include "core/text/visible.h"
#include "kinds/posix/directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <memory>

namespace holdfast {

namespace {

constexpr qsizetype MaxTelling = 5;
constexpr std::size_t MaxRepositories = 64;
constexpr std::size_t MaxBranches = 50'000; ///< what lies beyond is counted where it lies; a hold shortens what it shows itself
constexpr qsizetype MaxNamed = 20; ///< paths that a list of exceptions names

struct LinkedFile final
{
    std::int64_t names = 0, seen = 0, bytes = 0;
};

FileKey keyOf(const struct statx &entry)
{
    return {::makedev(entry.stx_dev_major, entry.stx_dev_minor), entry.stx_ino};
}

bool look(int directory, const char *name, struct statx &entry)
{
    return ::statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_MNT_ID, &entry) == 0;
}

bool has(int directory, const char *name)
{
    struct stat entry{};
    return ::fstatat(directory, name, &entry, AT_SYMLINK_NOFOLLOW) == 0;
}

QString typeOf(const struct statx &entry)
{
    if (S_ISDIR(entry.stx_mode))
        return QStringLiteral("directory");
    if (S_ISREG(entry.stx_mode))
        return QStringLiteral("file");
    return S_ISLNK(entry.stx_mode) ? QStringLiteral("link") : QStringLiteral("other");
}

void name(QStringList &list, const QString &path)
{
    if (list.size() < MaxNamed)
        list.append(path);
    else if (list.size() == MaxNamed)
        list.append(QStringLiteral("…"));
}

/// Sorted names, or nullopt when the directory could not be read to its end.
std::optional<std::vector<QByteArray>> namesIn(int directory)
{
    Directory entries(directory, ".");
    std::vector<QByteArray> names;
    while (const char *name = entries.next())
        names.emplace_back(name);
    if (!entries || entries.failed())
        return std::nullopt;
    std::sort(names.begin(), names.end());
    return names;
}

class Walk final
{
public:
    Walk(TreeSums &sums, const WalkLimits &limits) : m_sums(sums), m_limits(limits), m_until(std::chrono::steady_clock::now() + limits.time) {}

    bool top(const HeldPath &held)
    {
        struct statx entry{}, parent{};
        if (!look(held.parent.get(), held.name.constData(), entry))
            return false;
        ::statx(held.parent.get(), "", AT_EMPTY_PATH, STATX_MNT_ID, &parent);
        m_mount = parent.stx_mnt_id;
        m_branch = -1;
        m_top = &held;
        visit({held.parent.get(), held.name, held.path}, entry, 0);
        return true;
    }

    void finish()
    {
        for (const auto &[key, file] : m_linked) {
            if (file.seen >= file.names)
                m_sums.freedBytes += file.bytes;
            else
                ++m_sums.sharedFiles;
        }
        std::sort(m_sums.keys.begin(), m_sums.keys.end());
        m_sums.keys.erase(std::unique(m_sums.keys.begin(), m_sums.keys.end()), m_sums.keys.end());
        m_sums.fingerprint = m_hash.finish();
    }

private:
    struct Place final
    {
        int parent;
        QByteArray name;
        QString path;
    };

    void visit(const Place &place, const struct statx &entry, int depth)
    {
        if (!m_sums.incomplete.isEmpty())
            return;
        if (m_sums.objects() >= m_limits.entries)
            return stop(QStringLiteral("more than %1 entries").arg(m_limits.entries));
        if ((m_sums.objects() & 0x3ff) == 0 && std::chrono::steady_clock::now() > m_until)
            return stop(QStringLiteral("not finished within %1 s").arg(m_limits.time.count()));
        if (entry.stx_mnt_id != m_mount) {
            name(m_sums.mounts, place.path);
            return;
        }
        count(place, entry, depth);
        if (S_ISDIR(entry.stx_mode))
            descend(place, entry, depth);
    }

    void count(const Place &place, const struct statx &entry, int depth)
    {
        const auto key = keyOf(entry);
        const auto size = static_cast<std::int64_t>(entry.stx_size);
        const auto allocated = static_cast<std::int64_t>(entry.stx_blocks) * 512;
        const bool directory = S_ISDIR(entry.stx_mode);
        (directory ? m_sums.directories : S_ISREG(entry.stx_mode) ? m_sums.files : S_ISLNK(entry.stx_mode) ? m_sums.links : m_sums.others) += 1;
        m_sums.apparentBytes += directory ? 0 : size;
        if (directory || entry.stx_nlink <= 1) {
            m_sums.freedBytes += allocated;
        } else {
            auto &file = m_linked[key];
            file = {static_cast<std::int64_t>(entry.stx_nlink), file.seen + 1, allocated};
        }
        m_sums.newestSeconds = std::max<std::int64_t>(m_sums.newestSeconds, entry.stx_mtime.tv_sec);
        ++m_sums.owners[entry.stx_uid];
        m_sums.keys.push_back(key);
        branch(place, entry, depth);
        if (!directory)
            tell(place, entry);
        list(place, entry, depth);
        hash(place, entry, depth);
    }

    void branch(const Place &place, const struct statx &entry, int depth)
    {
        if (depth == 0 || (depth == 1 && m_sums.branches.size() < MaxBranches)) {
            const int parent = depth == 0 ? -1 : m_branch;
            m_sums.branches.push_back({place.path, typeOf(entry), 0, parent});
            const auto index = static_cast<int>(m_sums.branches.size()) - 1;
            (depth == 0 ? m_branch : m_child) = index;
        } else if (depth == 1) {
            m_child = -1;
        }
        if (depth == 0)
            m_child = -1;
        ++m_sums.branches[static_cast<std::size_t>(m_branch)].entries;
        if (m_child >= 0)
            ++m_sums.branches[static_cast<std::size_t>(m_child)].entries;
    }

    /// By the name that it has without a bind mount first: that one is shown.
    void tell(const Place &place, const struct statx &entry)
    {
        const QString real = m_top->unmounted.isEmpty() ? place.path : m_top->unmounted + place.path.sliced(m_top->path.size());
        const PathClass *what = PathCatalogue::builtIn().classOf(real);
        if (what == nullptr)
            what = PathCatalogue::builtIn().classOf(place.path);
        if (what == nullptr)
            return;
        TellingPaths &telling = m_sums.telling[what->id];
        ++telling.count;
        if (telling.first.size() >= MaxTelling)
            return;
        const QString detail = tellingDetail(place.parent, place.name, entry);
        telling.first.append(QStringLiteral("%1 (%2)").arg(real, detail));
        if (telling.count == 1)
            telling.detail = detail;
    }

    // The walk goes down before it goes on, so that the last directory listed one level higher is the parent.
    void list(const Place &place, const struct statx &entry, int depth)
    {
        if (m_sums.listed.size() >= m_limits.listedEntries)
            return;
        const auto level = static_cast<std::size_t>(depth);
        m_listedAt.resize(level + 1);
        m_listedAt[level] = static_cast<int>(m_sums.listed.size());
        const auto bytes = S_ISDIR(entry.stx_mode) ? std::nullopt : std::optional(static_cast<std::int64_t>(entry.stx_size));
        m_sums.listed.push_back({depth == 0 ? place.path : place.path.section(u'/', -1), typeOf(entry), bytes, depth == 0 ? -1 : m_listedAt[level - 1]});
    }

    /// One record per entry: length-prefixed path, then fixed numbers. A rename of the whole tree changes the ctime of
    /// its top, so that one is left out; every other ctime is in it, because mtime can be set at will.
    void hash(const Place &place, const struct statx &entry, int depth)
    {
        const QByteArray path = place.path.toUtf8();
        const bool directory = S_ISDIR(entry.stx_mode);
        const std::array<std::uint64_t, 9> numbers{
            static_cast<std::uint64_t>(path.size()), static_cast<std::uint64_t>(place.name.size()), keyOf(entry).device, entry.stx_ino,
            entry.stx_mode | (std::uint64_t{entry.stx_uid} << 32U), directory ? 0 : entry.stx_size,
            static_cast<std::uint64_t>(entry.stx_mtime.tv_sec) ^ (std::uint64_t{entry.stx_mtime.tv_nsec} << 34U),
            depth == 0 ? 0 : static_cast<std::uint64_t>(entry.stx_ctime.tv_sec), depth == 0 ? 0 : entry.stx_ctime.tv_nsec};
        m_hash.add(QByteArrayView(reinterpret_cast<const char *>(numbers.data()), static_cast<qsizetype>(sizeof numbers)));
        m_hash.add(path);
        m_hash.add(place.name);
    }

    void descend(const Place &place, const struct statx &entry, int depth)
    {
        if (depth >= m_limits.depth)
            return stop(QStringLiteral("deeper than %1 directories").arg(m_limits.depth));
        UniqueFd here(::openat(place.parent, place.name.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        struct statx opened{};
        if (here && (::statx(here.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &opened) != 0 || keyOf(opened) != keyOf(entry)))
            return stop(QStringLiteral("%1 changed while it was measured").arg(place.path));
        const auto names = here ? namesIn(here.get()) : std::nullopt;
        if (!names) {
            name(m_sums.unreadable, place.path);
            return;
        }
        for (const auto &child : *names) {
            struct statx found{};
            if (!look(here.get(), child.constData(), found)) {
                stop(QStringLiteral("%1 changed while it was measured").arg(place.path));
                return;
            }
            visit({here.get(), child, place.path + u'/' + textOfPath(child)}, found, depth + 1);
        }
        recognise(place, std::move(here), *names, depth);
    }

    void recognise(const Place &place, UniqueFd here, const std::vector<QByteArray> &names, int depth)
    {
        const auto holds = [&](const char *wanted) { return std::binary_search(names.begin(), names.end(), QByteArray(wanted)); };
        if (holds("PG_VERSION") && isLiveCluster(here.get()))
            name(m_sums.clusters, place.path);
        const bool worktree = holds(".git");
        const bool bare = holds("HEAD") && holds("objects") && holds("refs") && (place.name != ".git" || depth == 0);
        if (!worktree && !bare)
            return;
        if (m_sums.repositories.size() < MaxRepositories)
            m_sums.repositories.push_back({place.path, !worktree, std::move(here)});
        else
            m_sums.moreRepositories = true;
    }

    void stop(QString why)
    {
        if (m_sums.incomplete.isEmpty())
            m_sums.incomplete = std::move(why);
    }

    TreeSums &m_sums;
    WalkLimits m_limits;
    std::chrono::steady_clock::time_point m_until;
    Sha256 m_hash;
    std::map<FileKey, LinkedFile> m_linked;
    std::uint64_t m_mount = 0;
    const HeldPath *m_top = nullptr;
    int m_branch = -1, m_child = -1;
    std::vector<int> m_listedAt; ///< by depth, the index of the last entry listed there
};

} // namespace

bool TreeSums::contains(FileKey key) const
{
    return std::binary_search(keys.begin(), keys.end(), key);
}

bool isLiveCluster(int directory)
{
    if (!has(directory, "PG_VERSION"))
        return false;
    const UniqueFd file(::openat(directory, "postmaster.pid", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    char text[64] = {};
    const auto size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
    if (size <= 0)
        return false;
    const long pid = std::strtol(text, nullptr, 10);
    return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

TreeSums walkTrees(const std::vector<HeldPath> &tops, QStringList &missing, const WalkLimits &limits)
{
    TreeSums sums;
    Walk walk(sums, limits);
    for (const auto &top : tops) {
        if (!walk.top(top))
            missing.append(top.path);
    }
    walk.finish();
    return sums;
}

} // namespace holdfast
