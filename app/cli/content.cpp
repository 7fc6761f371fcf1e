// SPDX-License-Identifier: Apache-2.0
#include "cli/content.h"

#include "link/blobs.h"

#include <QFile>
#include <QStringDecoder>

namespace holdfast {

Expected<QByteArray> readContent(const QString &path)
{
    QFile file(path);
    const bool opened = path == u"-" ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly);
    if (!opened)
        return Failure{Problem{ExitCode::Usage, QStringLiteral("%1: %2").arg(path, file.errorString())}};
    QByteArray bytes = file.read(LargestBlob + 1);
    if (bytes.size() > LargestBlob)
        return Failure{Problem{ExitCode::Usage, QStringLiteral("%1: larger than 64 MiB").arg(path)}};
    return bytes;
}

Expected<QString> utf8Of(const QByteArray &bytes, const QString &name)
{
    QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless | QStringDecoder::Flag::ConvertInitialBom);
    QString text = decode(bytes);
    if (decode.hasError())
        return Failure{Problem{ExitCode::Usage, QStringLiteral("%1: UTF-8 was expected").arg(name)}};
    return text;
}

} // namespace holdfast
