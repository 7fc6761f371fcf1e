// SPDX-License-Identifier: Apache-2.0
#include "kinds/sql/storedtree.h"

#include "kinds/sql/latin.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

/// Words, and brackets one by one; what is escaped is part of a word.
QStringList tokensOf(const QString &text)
{
    QStringList tokens;
    QString word;
    const auto end = [&] {
        if (!word.isEmpty())
            tokens += word;
        word.clear();
    };
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c == u'\\' && i + 1 < text.size()) {
            word += c; // kept, so that an escaped bracket is none
            word += text[++i];
        } else if (QStringLiteral("{}()").contains(c)) {
            end();
            tokens += c;
        } else if (c.isSpace()) {
            end();
        } else {
            word += c;
        }
    }
    end();
    return tokens;
}

/// The node that begins behind `{`; `at` moves behind its `}`.
StoredTree nodeAt(const QStringList &tokens, qsizetype &at, int depth)
{
    constexpr int deepest = 5000;
    StoredTree node{tokens.value(at++), {}, {}};
    QString member;
    while (at < tokens.size()) {
        const QString &token = tokens[at++];
        if (token == u'}')
            return node;
        if (token == u'{' && depth == deepest) {
            node.parts.push_back({QStringLiteral("FUNCEXPR"), {{QStringLiteral("funcid"), QStringLiteral("4294967295")}}, {}}); // anything
            at = tokens.size();
        } else if (token == u'{')
            node.parts.push_back(nodeAt(tokens, at, depth + 1));
        else if (token.startsWith(u':'))
            member = token.mid(1);
        else if (token != u'(' && token != u')')
            node.words.emplace_back(member, token);
    }
    return node;
}

} // namespace

StoredTree StoredTree::parse(const QString &text)
{
    const QStringList tokens = tokensOf(text);
    StoredTree all;
    for (qsizetype at = 0; at < tokens.size();) {
        if (tokens[at++] == u'{')
            all.parts.push_back(nodeAt(tokens, at, 0));
    }
    return all;
}

QString StoredTree::word(QLatin1StringView member) const
{
    const auto found = std::find_if(words.begin(), words.end(), [&](const auto &word) { return word.first == member; });
    return found == words.end() ? QString() : found->second;
}

quint32 StoredTree::function() const
{
    if (type == l("ROWCOMPAREEXPR")) {
        quint32 last = 0;
        for (const auto &[member, value] : words)
            last = member == l("opnos") ? std::max(last, value.toUInt()) : last;
        return last;
    }
    const Oid named = word(l("funcid")).toUInt(), meant = word(l("opfuncid")).toUInt();
    return named != 0 ? named : meant != 0 ? meant : word(l("opno")).toUInt();
}

} // namespace holdfast::sql
