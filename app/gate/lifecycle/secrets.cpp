// SPDX-License-Identifier: Apache-2.0
#include "gate/lifecycle/secrets.h"

#include <re2/re2.h>

#include <algorithm>

namespace holdfast {

namespace {

constexpr qsizetype longestSecret = 64LL * 1024;
constexpr qsizetype worthALook = 64LL * 1024;
constexpr std::size_t mostKnown = 16'384;

// RE2 needs linear time whatever it reads; a backtracking engine takes the square of it for `eyJ-eyJ-eyJ-…`, and gives up in the middle.
// Groups 1 to 4 are the surroundings of a secret, which are kept.
const RE2 &secretPattern()
{
    static const RE2 pattern(
        R"(-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\x00-\xff]*?-----END [A-Z ]*PRIVATE KEY-----|[\x00-\xff]*))"
        R"(|PRIVATE\+KEY\+[^\s\v+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,})"
        R"(|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)"
        R"(|\bgh[pousr]_[A-Za-z0-9]{36,})"
        R"(|\bgithub_pat_[A-Za-z0-9_]{50,})"
        R"(|\bglpat-[A-Za-z0-9_-]{20,})"
        R"(|\bxox[abprs]-[A-Za-z0-9-]{20,})"
        R"(|\bsk_live_[A-Za-z0-9]{20,})"
        R"(|\bsk-ant-[A-Za-z0-9_-]{20,})"
        R"(|\bAIza[0-9A-Za-z_-]{35})"
        R"(|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})"
        R"(|(://)[^\s\v/:@]*:[^\s\v/@]+(@))"
        R"(|(\b(?i:password)[= ])'[^']+')"
        R"(|(\bPGPASSWORD=)[^\s\v]+)",
        RE2::Latin1);
    return pattern;
}

re2::StringPiece piece(QByteArrayView text)
{
    return {text.data(), static_cast<std::size_t>(text.size())};
}

/// Between `from` and `to`; what lies around is seen only by word boundaries.
bool holdsBetween(QByteArrayView text, qsizetype from, qsizetype to)
{
    return secretPattern().Match(piece(text), static_cast<std::size_t>(from), static_cast<std::size_t>(to), RE2::UNANCHORED, nullptr, 0);
}

std::optional<QString> walk(const Json &value, const QString &path)
{
    if (const QString *text = value.asString())
        return holdsSecret(text->toUtf8()) ? std::optional(path) : std::nullopt;
    if (const JsonArray *items = value.asArray()) {
        for (std::size_t i = 0; i < items->size(); ++i)
            if (auto found = walk((*items)[i], QStringLiteral("%1[%2]").arg(path, QString::number(i))))
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

bool holdsSecret(QByteArrayView text)
{
    return holdsBetween(text, 0, text.size());
}

std::optional<QString> whereSecret(const Json &payload)
{
    return walk(payload, QStringLiteral("$"));
}

QByteArray maskSecrets(const QByteArray &text)
{
    std::string masked = text.toStdString();
    return RE2::GlobalReplace(&masked, secretPattern(), R"(\1\3\4[secret masked]\2)") > 0 ? QByteArray::fromStdString(masked) : text;
}

void SecretScan::look(QByteArrayView have, bool whole)
{
    // The last byte only says whether a word ends before it, until no more can come.
    const qsizetype to = whole ? have.size() : have.size() - 1;
    if (m_found || (!whole && to - m_done < worthALook))
        return;
    const qsizetype from = std::max<qsizetype>(m_done - longestSecret, 0);
    m_found = holdsBetween(have, from, to);
    m_looked += to - from;
    m_done = to;
}

std::optional<bool> KnownSecrets::of(const Digest &digest) const
{
    const auto known = m_known.find(digest);
    return known == m_known.end() ? std::nullopt : std::optional(known->second);
}

void KnownSecrets::put(const Digest &digest, bool holdsOne)
{
    if (!m_known.emplace(digest, holdsOne).second)
        return;
    m_order.push_back(digest);
    if (m_order.size() <= mostKnown)
        return;
    m_known.erase(m_order.front());
    m_order.pop_front();
}

} // namespace holdfast
