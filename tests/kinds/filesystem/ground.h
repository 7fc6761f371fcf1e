// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/documents/hold.h"
#include "kinds/shown.h"
#include "kinds/filesystem/filesystemmeasurer.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <filesystem>
#include <fstream>

namespace holdfast {

/// A real tree with one root, and requests against it.
struct Ground final
{
    QTemporaryDir base;
    Target target;
    std::vector<Target> targets;
    Request request;

    Ground()
    {
        QDir().mkpath(root());
        target.name = QStringLiteral("files");
        target.kind = kind::Filesystem.toString();
        target.environment = QStringLiteral("staging");
        target.roots = {root()};
        request.kind = target.kind;
        request.target = target.name;
    }
    /// QTemporaryDir cannot remove names that are not UTF-8.
    ~Ground() { std::filesystem::remove_all(root().toStdString()); }
    Ground(const Ground &) = delete;
    Ground &operator=(const Ground &) = delete;
    [[nodiscard]] QString root() const { return base.path() + QStringLiteral("/root"); }
    [[nodiscard]] QString path(const QString &name) const { return root() + u'/' + name; }
    QString write(const QString &name, const QByteArray &text = "x") const
    {
        const QString full = path(name);
        QDir().mkpath(full.left(full.lastIndexOf(u'/')));
        QFile file(full);
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write the test's own file");
        return full;
    }
    [[nodiscard]] bool exists(const QString &name) const { return std::filesystem::exists(std::filesystem::symlink_status(path(name).toStdString())); }
    void ask(const QStringList &paths, bool recursive = true) { request.action = FilesystemAction{paths, recursive}; }
    [[nodiscard]] MeasureInput input() const
    {
        MeasureInput in;
        in.request = &request;
        in.target = &target;
        in.targets = &targets;
        in.requesterPerson = QStringLiteral("dev");
        in.at = SystemClock().now();
        return in;
    }
    [[nodiscard]] MeasureOutput measure() const { return shown(makeFilesystemMeasurer()->measure(input())); }
};

inline std::int64_t numberOf(const Measurement &m, QStringView id)
{
    const Fact *fact = m.fact(id);
    return fact != nullptr && fact->number ? *fact->number : -1;
}

} // namespace holdfast
