// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

/// The folder of published vectors; a test that needs it begins with NEED_VECTORS.
inline QDir vectorsFolder()
{
    return QDir(qEnvironmentVariable("HOLDFAST_SHARED", QStringLiteral("../shared")) + QStringLiteral("/vectors"));
}

#define NEED_VECTORS() \
    do { \
        if (!vectorsFolder().exists()) \
            QSKIP("the folder ../shared/vectors is not beside the checkout"); \
    } while (false)

inline QByteArray vectorBytes(const QString &name)
{
    QFile file(vectorsFolder().filePath(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline QJsonObject vectorObject(const QString &name)
{
    return QJsonDocument::fromJson(vectorBytes(name)).object();
}

inline QByteArray fromHex(const QJsonValue &value)
{
    return QByteArray::fromHex(value.toString().toLatin1());
}
