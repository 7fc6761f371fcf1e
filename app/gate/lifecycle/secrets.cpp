// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/secrets.h"

#include <QRegularExpression>

namespace holdfast {

namespace {

const QRegularExpression &secretPattern()
{
    static const QRegularExpression pattern(
        QStringLiteral("-----BEGIN [A-Z ]*PRIVATE KEY-----[\\s\\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\\z)"
                       "|PRIVATE\\+KEY\\+[^\\s+]+\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]{40,}"
                       "|\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b"
                       "|\\bgh[pousr]_[A-Za-z0-9]{36,}"
                       "|\\bgithub_pat_[A-Za-z0-9_]{50,}"
                       "|\\bglpat-[A-Za-z0-9_-]{20,}"
                       "|\\bxox[abprs]-[A-Za-z0-9-]{20,}"
                       "|\\bsk_live_[A-Za-z0-9]{20,}"
                       "|\\bsk-ant-[A-Za-z0-9_-]{20,}"
                       "|\\bAIza[0-9A-Za-z_-]{35}"
                       "|\\beyJ[A-Za-z0-9_-]{10,}\\.eyJ[A-Za-z0-9_-]{10,}\\.[A-Za-z0-9_-]{10,}"
                       "|(?<=://)[^\\s/:@]*:[^\\s/@]+(?=@)"
                       "|(?i)(?<=\\bpassword[= ])'[^']+'"
                       "|(?<=\\bPGPASSWORD=)\\S+"));
    return pattern;
}

bool holdsSecret(const QString &text)
{
    return secretPattern().match(text).hasMatch();
}

std::optional<QString> walk(const Json &value, const QString &path)
{
    if (const QString *text = value.asString())
        return holdsSecret(*text) ? std::optional(path) : std::nullopt;
    if (const JsonArray *items = value.asArray()) {
        for (std::size_t i = 0; i < items->size(); ++i)
            if (auto found = walk((*items)[i], QStringLiteral("%1[%2]").arg(path).arg(i)))
                return found;
    }
    if (const JsonObject *members = value.asObject()) {
        for (const auto &[name, member] : *members)
            if (auto found = walk(member, QStringLiteral("%1.%2").arg(path, name)))
                return found;
    }
    return std::nullopt;
}

} // namespace

std::optional<QString> whereSecret(const Json &payload, const Request &request, const std::map<Digest, QByteArray> &blobs)
{
    if (auto found = walk(payload, QStringLiteral("$")))
        return found;
    for (const BlobRef &blob : request.blobs()) {
        const auto bytes = blobs.find(blob.digest);
        if (bytes != blobs.end() && holdsSecret(QString::fromUtf8(bytes->second)))
            return QStringLiteral("$.action (the blob %1)").arg(blob.digest.toString());
    }
    return std::nullopt;
}

QByteArray maskSecrets(const QByteArray &text)
{
    const QString decoded = QString::fromUtf8(text);
    if (!holdsSecret(decoded))
        return text;
    return QString(decoded).replace(secretPattern(), QStringLiteral("[secret masked]")).toUtf8();
}

} // namespace holdfast
