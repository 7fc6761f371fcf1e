// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/observedplaces.h"

#include <sys/stat.h>

#include <filesystem>

namespace holdfast {

namespace {

constexpr std::size_t mostEntries = 20'000;

} // namespace

void ObservedPlaces::add(const QByteArray &path)
{
    struct stat entry{};
    if (m_states.size() >= mostEntries)
        m_whole = false;
    else if (::lstat(path.constData(), &entry) == 0)
        m_states[path] = {entry.st_ino, entry.st_mode & S_IFMT, S_ISDIR(entry.st_mode) ? 0 : entry.st_size,
                          S_ISDIR(entry.st_mode) ? 0 : std::int64_t{entry.st_mtim.tv_sec} * 1'000'000'000 + entry.st_mtim.tv_nsec};
}

void ObservedPlaces::addTree(const QByteArray &top)
{
    namespace fs = std::filesystem;
    add(top);
    std::error_code error;
    const fs::path path(top.toStdString());
    if (!fs::is_directory(fs::symlink_status(path, error)) || error)
        return;
    fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, error);
    while (!error && at != fs::recursive_directory_iterator() && m_whole) {
        add(QByteArray::fromStdString(at->path().string()));
        at.increment(error);
    }
    m_whole = m_whole && !error;
}

ObservedPlaces ObservedPlaces::look(const CommandPlan &plan)
{
    ObservedPlaces places;
    const QByteArray directory = plan.directoryPath.toUtf8();
    // The named ones first: the bound is theirs before it is their surroundings'.
    for (const auto &argument : plan.argv.sliced(1)) {
        const QByteArray name = argument.startsWith(u'-') ? argument.section(u'=', 1).toUtf8() : argument.toUtf8();
        if (!name.isEmpty() && name != "/")
            places.addTree(name.startsWith('/') ? name : directory + '/' + name);
    }
    if (directory.size() > 1)
        places.addTree(directory);
    return places;
}

ObservedPlaces::Difference ObservedPlaces::until(const ObservedPlaces &later) const
{
    Difference difference;
    for (const auto &[path, state] : m_states) {
        const auto now = later.m_states.find(path);
        if (now == later.m_states.end())
            difference.vanished.append(QString::fromUtf8(path));
        else if (now->second != state)
            difference.changed.append(QString::fromUtf8(path));
    }
    for (const auto &[path, state] : later.m_states) {
        if (!m_states.contains(path))
            difference.appeared.append(QString::fromUtf8(path));
    }
    return difference;
}

} // namespace holdfast
