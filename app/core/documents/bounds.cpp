// SPDX-License-Identifier: Apache-2.0
#include "core/documents/bounds.h"

#include "core/documents/parts.h"

#include <algorithm>
#include <array>

namespace holdfast {

namespace {

struct Limits final
{
    qsizetype text; ///< UTF-16 units
    qsizetype items; ///< of a list; twice as many facts
};

/// The next one is tried where the one before leaves too much. The last fits even if every character is written as \u00XX.
constexpr std::array<Limits, 4> steps{{{1000, 300}, {400, 150}, {160, 60}, {64, 24}}};
/// The rest of 256 KiB is for what the policy and the names of gate, actor and target add.
constexpr qsizetype room = 192LL * 1024;
constexpr qsizetype longestTyped = 200;

class Bounding final
{
public:
    Bounding(Measurement &measured, Limits limits) : m_measured(measured), m_limits(limits) {}

    void all()
    {
        texts(m_measured.resources, QStringLiteral("resources"));
        cut(m_measured.facts, QStringLiteral("facts"), 2 * m_limits.items);
        for (Fact &fact : m_measured.facts)
            each({&fact.label, &fact.value, &fact.unit, &fact.how});
        cut(m_measured.contradictions, QStringLiteral("contradictions"), m_limits.items);
        for (Contradiction &contradiction : m_measured.contradictions)
            bothKinds({&contradiction.claim}, {&contradiction.claimed, &contradiction.measured});
        cut(m_measured.dependents, QStringLiteral("dependents"), m_limits.items);
        for (Dependent &dependent : m_measured.dependents)
            bothKinds({&dependent.type, &dependent.effect}, {&dependent.name});
        cut(m_measured.diffs, QStringLiteral("differences"), m_limits.items);
        for (DiffRef &diff : m_measured.diffs)
            bothKinds({&diff.blob.media}, {&diff.title});
        texts(m_measured.credential.can, QStringLiteral("permissions"));
        texts(m_measured.credential.excess, QStringLiteral("permissions"));
        cut(m_measured.summaryParams, QStringLiteral("parameters"), m_limits.items);
        for (auto &[name, value] : m_measured.summaryParams)
            each({&value});
        bothKinds({&m_measured.operation, &m_measured.environment.value},
                  {&m_measured.summaryText, &m_measured.environment.how, &m_measured.recovery.how, &m_measured.credential.name});
        if (m_measured.recovery.failureDomain)
            each({&*m_measured.recovery.failureDomain});
        m_measured.confirmText.truncate(longestTyped);
        m_measured.uninspectable = m_reasons + m_measured.uninspectable;
        texts(m_measured.uninspectable, QStringLiteral("reasons"));
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

    template<typename List>
    void cut(List &list, const QString &what, qsizetype most)
    {
        const auto size = static_cast<qsizetype>(list.size());
        if (size <= most)
            return;
        m_reasons.append(QStringLiteral("only %1 of %2 %3 are listed").arg(most).arg(size).arg(what));
        list.erase(list.begin() + most, list.end());
    }

    void texts(QStringList &list, const QString &what)
    {
        cut(list, what, m_limits.items);
        for (QString &text : list)
            text = folded(text, m_limits.text);
    }

    Measurement &m_measured;
    Limits m_limits;
    QStringList m_reasons;
};

bool fits(const Measurement &measured)
{
    Hold hold;
    hold.measured = measured;
    return hold.toPayload().size() <= room;
}

} // namespace

QString folded(const QString &text, qsizetype most)
{
    if (text.size() <= most)
        return text;
    const QString digest = sha256(text.toUtf8()).hex().first(12);
    const qsizetype mark = QStringLiteral(" … %1 more (%2) … ").arg(text.size()).arg(digest).size();
    qsizetype head = (most - mark + 1) / 2, tail = text.size() - (most - mark) / 2;
    if (text[head].isLowSurrogate() && text[head - 1].isHighSurrogate())
        --head;
    if (text[tail].isLowSurrogate() && text[tail - 1].isHighSurrogate())
        ++tail;
    return text.first(head) + QStringLiteral(" … %1 more (%2) … ").arg(tail - head).arg(digest) + text.sliced(tail);
}

void bound(Measurement &measured)
{
    const Measurement whole = measured;
    for (const Limits &limits : steps) {
        measured = whole;
        Bounding(measured, limits).all();
        if (fits(measured))
            return;
    }
}

void bound(std::vector<Fact> &effects)
{
    Measurement measured;
    measured.facts = std::move(effects);
    bound(measured);
    effects = std::move(measured.facts);
}

} // namespace holdfast
