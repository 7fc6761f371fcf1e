// SPDX-License-Identifier: Apache-2.0
#include "console/shell/practicerunner.h"

#include "core/text/visible.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStandardPaths>

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

QString holdProgram()
{
    const auto beside = QCoreApplication::applicationDirPath() + u"/hold"_s;
    return QFileInfo(beside).isExecutable() ? beside : QStandardPaths::findExecutable(u"hold"_s);
}

QString lastLine(const QByteArray &output)
{
    const auto lines = QString::fromUtf8(output).trimmed().split(u'\n');
    return visible(lines.last(), {.keepLines = false, .limit = 400});
}

} // namespace

PracticeRunner::PracticeRunner(Places places, QObject *parent)
    : QObject(parent)
    , m_places(std::move(places))
{
}

bool PracticeRunner::exists() const
{
    return QFileInfo::exists(m_places.practice() + u"/made"_s);
}

void PracticeRunner::make()
{
    run(u"make"_s, &PracticeRunner::ready);
}

void PracticeRunner::start()
{
    run(u"start"_s, &PracticeRunner::ready);
}

void PracticeRunner::replay()
{
    run(u"replay"_s, &PracticeRunner::replayed);
}

void PracticeRunner::run(const QString &action, void (PracticeRunner::*then)())
{
    auto *process = new QProcess(this);
    process->setProcessChannelMode(QProcess::MergedChannels);
    connect(process, &QProcess::finished, this, [this, process, then](int code, QProcess::ExitStatus status) {
        process->deleteLater();
        if (status == QProcess::NormalExit && code == 0)
            Q_EMIT(this->*then)();
        else
            Q_EMIT failed(lastLine(process->readAll()));
    });
    connect(process, &QProcess::errorOccurred, this, [this, process](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        process->deleteLater();
        //: The command line program is missing; %1 its path
        Q_EMIT failed(tr("The practice ground could not be worked: %1 does not start.").arg(process->program()));
    });
    process->start(holdProgram(), {u"admin"_s, u"practice"_s, action});
}

} // namespace holdfast
