// SPDX-License-Identifier: Apache-2.0
#include "core/text/secrets.h"

#include <QRegularExpression>

#include <array>

namespace holdfast {

namespace {

struct Shape final
{
    const char *kind;
    const char *pattern; ///< what is secret is group 1, else the whole match
};

// Sources: the vendors' documented token formats; prefixes as gitleaks lists them.
constexpr std::array Shapes{
    Shape{"private key", R"(-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]{0,20000}?-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)?)"},
    Shape{"AWS access key", R"(\b(?:AKIA|ASIA|ABIA|ACCA)(?![A-Z2-7]{0,9}EXAMPLE)[A-Z2-7]{16}\b)"},
    Shape{"AWS secret key", R"((?i)\baws_secret_access_key["']?\s*[=:]\s*["']?([a-z0-9/+]{40})(?![a-z0-9/+]))"},
    Shape{"GitHub token", R"(\bgh[pousr]_[A-Za-z0-9]{36,255}\b|\bgithub_pat_[A-Za-z0-9_]{50,255}\b)"},
    Shape{"GitLab token", R"(\bgl(?:pat|ptt|rt)-[A-Za-z0-9_-]{20,})"},
    Shape{"Slack token", R"(\bxox[abeprs]-[A-Za-z0-9-]{10,})"},
    Shape{"Stripe key", R"(\b[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,})"},
    Shape{"Google API key", R"(\bAIza[A-Za-z0-9_-]{35}\b)"},
    Shape{"npm token", R"(\bnpm_[A-Za-z0-9]{36}\b)"},
    Shape{"model provider key", R"(\bsk-(?:ant-|proj-)?(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{32,})"},
    Shape{"JSON web token", R"(\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})"},
    Shape{"Azure storage key", R"(\bAccountKey=([A-Za-z0-9+/]{86}==))"},
    Shape{"bearer token", R"((?i)\bbearer\s+(?=[a-z._~+/-]*[0-9])([a-z0-9._~+/-]{16,}=*))"},
    Shape{"Railway project token", R"((?i)\bproject-access-token["']?\s*[:=]\s*["']?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))"},
    Shape{"basic credentials", R"((?i)\bauthorization["']?\s*:\s*basic\s+([a-z0-9+/]{8,}={0,2}))"},
    Shape{"password in a URL", R"(\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s:/@?#"'<>]*:(?![$<{*%\[])([^\s@/?#"'<>]+)@[A-Za-z0-9\[])"},
    Shape{"PostgreSQL password", R"(\bPGPASSWORD=["']?(?![$<{*]|\[secret: )([^\s"']+))"},
    Shape{"password in a connection string", R"((?i)\b(?:host|hostaddr|dbname|user)\s*=\s*\S+(?:\s+[a-z_]+\s*=\s*\S+)*?\s+password\s*=\s*(?![$<{*]|\[secret: )('[^']+'|[^\s']+))"},
    Shape{"Holdfast invite", R"(\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}#([A-Za-z0-9+/_-]{22}==))"},
};

const QRegularExpression &expressionOf(std::size_t index)
{
    static const auto compiled = [] {
        std::array<QRegularExpression, Shapes.size()> all;
        for (std::size_t i = 0; i < Shapes.size(); ++i) {
            all[i].setPattern(QString::fromLatin1(Shapes[i].pattern));
            all[i].optimize();
        }
        return all;
    }();
    return compiled[index];
}

} // namespace

std::optional<QString> whyLooksSecret(QStringView text)
{
    for (std::size_t i = 0; i < Shapes.size(); ++i) {
        if (expressionOf(i).match(text).hasMatch())
            return QString::fromLatin1(Shapes[i].kind);
    }
    return std::nullopt;
}

QByteArray maskSecrets(QByteArrayView text)
{
    // Every shape is ASCII, so bytes may pass as Latin-1, whatever they encode.
    QString masked = QString::fromLatin1(text);
    for (std::size_t i = 0; i < Shapes.size(); ++i) {
        QString next;
        qsizetype done = 0;
        for (auto matches = expressionOf(i).globalMatch(masked); matches.hasNext();) {
            const auto match = matches.next();
            const int group = match.lastCapturedIndex() >= 1 ? 1 : 0;
            next += QStringView(masked).sliced(done, match.capturedStart(group) - done);
            next += QStringLiteral("[secret: %1]").arg(QLatin1String(Shapes[i].kind));
            done = match.capturedEnd(group);
        }
        if (done > 0)
            masked = next.append(QStringView(masked).sliced(done));
    }
    return masked.toLatin1();
}

} // namespace holdfast
