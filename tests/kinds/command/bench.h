// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/policy/drift.h"
#include "kinds/shown.h"
#include "kinds/command/commandmeasurer.h"
#include "kinds/performing.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include <map>
#include <sys/stat.h>

namespace holdfast {

/// A command target with a working directory of its own, and requests against it.
struct Bench final
{
    QTemporaryDir base;
    Target target;
    std::vector<Target> targets;
    Request request;
    std::map<Digest, QByteArray> blobs;
    MeasureAs measureAs; ///< as the gate's registry of kinds would
    PerformAs performAs;

    Bench()
    {
        ::chmod(base.path().toUtf8().constData(), 0755);
        QDir().mkpath(work());
        target.name = QStringLiteral("commands");
        target.kind = kind::Command.toString();
        target.environment = QStringLiteral("staging");
        target.cwd = work();
        request.kind = target.kind;
        request.target = target.name;
    }
    [[nodiscard]] QString work() const { return base.path() + QStringLiteral("/work"); }
    [[nodiscard]] QString path(const QString &name) const { return work() + u'/' + name; }
    QString write(const QString &name, const QByteArray &text, bool executable = false) const
    {
        const QString full = path(name);
        QDir().mkpath(full.left(full.lastIndexOf(u'/')));
        QFile file(full);
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write the test's own file");
        file.close();
        ::chmod(full.toUtf8().constData(), executable ? 0755 : 0644);
        return full;
    }
    void ask(const QStringList &argv, const QByteArray &input = {}, const QString &cwd = {})
    {
        CommandAction action{argv, cwd, std::nullopt};
        if (!input.isEmpty()) {
            const auto blob = makeBlob(input, QStringLiteral("text/plain"));
            blobs[blob.digest] = input;
            action.input = refOf(blob);
        }
        request.action = action;
    }
    [[nodiscard]] MeasureInput input() const
    {
        MeasureInput in;
        in.request = &request;
        in.target = &target;
        in.targets = &targets;
        in.requesterPerson = QStringLiteral("dev");
        in.at = SystemClock().now();
        in.measureAs = measureAs;
        in.blobs = [this](const Digest &digest) -> std::optional<QByteArray> {
            const auto found = blobs.find(digest);
            return found == blobs.end() ? std::nullopt : std::optional(found->second);
        };
        return in;
    }
    [[nodiscard]] Measurement measure() const { return shown(makeCommandMeasurer()->measure(input())).measurement; }
};

inline std::int64_t numberOf(const Measurement &m, QStringView id)
{
    const Fact *fact = m.fact(id);
    return fact != nullptr && fact->number ? *fact->number : -1;
}
inline QString reasons(const Measurement &m) { return m.uninspectable.join(QStringLiteral(" | ")); }

} // namespace holdfast
