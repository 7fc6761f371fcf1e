// SPDX-License-Identifier: Apache-2.0
#include "core/documents/shortening.h"

#include "core/documents/parts.h"

#include <algorithm>
#include <map>
#include <set>

namespace holdfast {

namespace {

/// What is gone, or loses what it refers to, is shown before what merely fires or is locked.
bool isHarm(const Dependent &dependent)
{
    static const QStringList words{QStringLiteral("cascade"), QStringLiteral("deleted"), QStringLiteral("dropped"), QStringLiteral("emptied"),
                                   QStringLiteral("orphaned"), QStringLiteral("set-default"), QStringLiteral("set-null"), QStringLiteral("truncated")};
    return words.contains(dependent.effect);
}

class Shortening final
{
public:
    Shortening(const Measurement &measured, Limits limits, const KeepFirst &first) : m_limits(limits), m_first(first) { m_made.shown = measured; }

    [[nodiscard]] Shortened run()
    {
        Measurement &m = m_made.shown;
        decisive(m.facts, QStringLiteral("facts"), 2 * m_limits.items);
        for (Fact &fact : m.facts)
            each({&fact.label, &fact.value, &fact.unit, &fact.how});
        decisive(m.contradictions, QStringLiteral("contradictions"), m_limits.items);
        for (Contradiction &contradiction : m.contradictions)
            bothKinds({&contradiction.claim}, {&contradiction.claimed, &contradiction.measured});
        cut(m.diffs, QStringLiteral("differences"), m_limits.items);
        for (DiffRef &diff : m.diffs)
            bothKinds({&diff.blob.media}, {&diff.title});
        texts(m.credential.can, QStringLiteral("permissions"));
        texts(m.credential.excess, QStringLiteral("permissions"));
        cut(m.summaryParams, QStringLiteral("parameters"), m_limits.items);
        for (auto &[name, value] : m.summaryParams)
            each({&value});
        bothKinds({&m.operation, &m.environment.value}, {&m.summaryText, &m.environment.how, &m.recovery.how, &m.credential.name});
        if (m.recovery.failureDomain)
            each({&*m.recovery.failureDomain});
        constexpr qsizetype longestTyped = 200;
        m.confirmText.truncate(longestTyped);
        m.uninspectable = m_reasons + m.uninspectable;
        m_made.uninspectable = m.uninspectable;
        m.uninspectable = m.uninspectable.mid(0, m_limits.items);
        resources(m.resources);
        dependents(m.dependents);
        for (QStringList *list : {&m.resources, &m.uninspectable})
            for (QString &text : *list)
                each({&text});
        sortBytewise(m.resources);
        return std::move(m_made);
    }

private:
    void bothKinds(std::initializer_list<QString *> names, std::initializer_list<QString *> texts) const
    {
        for (QString *name : names)
            *name = folded(*name, std::min(m_limits.text, parts::longestName));
        each(texts);
    }

    void each(std::initializer_list<QString *> texts) const
    {
        for (QString *text : texts)
            *text = folded(*text, m_limits.text);
    }

    /// Which `most` of `size` items stay, in their order; those of the lowest rank first.
    template<typename Rank>
    [[nodiscard]] static std::vector<qsizetype> chosen(qsizetype size, qsizetype most, Rank rank)
    {
        std::vector<std::pair<int, qsizetype>> ranked;
        for (qsizetype i = 0; i < size; ++i)
            ranked.emplace_back(rank(i), i);
        std::sort(ranked.begin(), ranked.end());
        std::vector<qsizetype> kept;
        for (qsizetype i = 0; i < std::min(size, most); ++i)
            kept.push_back(ranked[static_cast<std::size_t>(i)].second);
        std::sort(kept.begin(), kept.end());
        return kept;
    }

    [[nodiscard]] bool isFirst(const QString &name) const { return m_first && m_first(name); }

    void resources(QStringList &list) const
    {
        if (list.size() <= m_limits.items)
            return;
        QStringList kept;
        for (const qsizetype i : chosen(list.size(), m_limits.items, [&](qsizetype at) { return isFirst(list[at]) ? 0 : 1; }))
            kept.append(list[i]);
        list = kept;
    }

    void dependents(std::vector<Dependent> &list) const
    {
        const auto at = [&](qsizetype i) -> const Dependent & { return list[static_cast<std::size_t>(i)]; };
        const auto rank = [&](qsizetype i) { return isFirst(at(i).name) ? 0 : isHarm(at(i)) ? 1 : 2; };
        std::vector<Dependent> kept;
        std::map<int, int> places; // where those that stay stand now
        for (const qsizetype i : chosen(static_cast<qsizetype>(list.size()), m_limits.items, rank)) {
            places.emplace(static_cast<int>(i), static_cast<int>(kept.size()));
            Dependent dependent = at(i);
            // A child whose parent is left out hangs on the nearest one that is shown.
            while (dependent.parent >= 0 && !places.contains(dependent.parent))
                dependent.parent = at(dependent.parent).parent;
            dependent.parent = dependent.parent < 0 ? -1 : places[dependent.parent];
            bothKinds({&dependent.type, &dependent.effect}, {&dependent.name});
            kept.push_back(std::move(dependent));
        }
        list = std::move(kept);
    }

    template<typename List>
    bool cut(List &list, const QString &what, qsizetype most)
    {
        const auto size = static_cast<qsizetype>(list.size());
        if (size <= most)
            return false;
        m_reasons.append(QStringLiteral("only %1 of %2 %3 are listed").arg(QString::number(most), QString::number(size), what));
        list.erase(list.begin() + most, list.end());
        return true;
    }

    template<typename List>
    void decisive(List &list, const QString &what, qsizetype most)
    {
        if (cut(list, what, most))
            m_made.cut.append(what);
    }

    void texts(QStringList &list, const QString &what)
    {
        cut(list, what, m_limits.items);
        for (QString &text : list)
            text = folded(text, m_limits.text);
    }

    Limits m_limits;
    const KeepFirst &m_first;
    QStringList m_reasons;
    Shortened m_made;
};

} // namespace

Shortened shorten(const Measurement &measured, Limits limits, const KeepFirst &first)
{
    return Shortening(measured, limits, first).run();
}

QString folded(const QString &text, qsizetype most)
{
    if (text.size() <= most)
        return text;
    const QString digest = sha256(text.toUtf8()).hex().first(12);
    const qsizetype mark = QStringLiteral(" … %1 more (%2) … ").arg(QString::number(text.size()), digest).size();
    qsizetype head = (most - mark + 1) / 2, tail = text.size() - (most - mark) / 2;
    if (text[head].isLowSurrogate() && text[head - 1].isHighSurrogate())
        --head;
    if (text[tail].isLowSurrogate() && text[tail - 1].isHighSurrogate())
        ++tail;
    return text.first(head) + QStringLiteral(" … %1 more (%2) … ").arg(QString::number(tail - head), digest) + text.sliced(tail);
}

QStringList foldsOf(const QString &text)
{
    std::set<qsizetype> lengths;
    for (const Limits &limits : limitSteps)
        lengths.insert({limits.text, std::min(limits.text, parts::longestName)});
    QStringList folds;
    for (const qsizetype most : lengths) {
        if (text.size() > most)
            folds.append(folded(text, most));
    }
    return folds;
}

} // namespace holdfast
