// SPDX-License-Identifier: Apache-2.0
#include "console/view/decision.h"

#include <algorithm>
#include <utility>

namespace holdfast {

namespace {
constexpr int pressTickMs = 16;
}

DecisionLock::DecisionLock(QObject *parent)
    : QObject(parent)
{
    m_arm.setSingleShot(true);
    m_arm.setInterval(armMs);
    m_arm.setTimerType(Qt::PreciseTimer);
    connect(&m_arm, &QTimer::timeout, this, &DecisionLock::changed);
    m_click.setSingleShot(true);
    m_click.setInterval(doubleClickMs);
    connect(&m_click, &QTimer::timeout, this, &DecisionLock::approve);
    m_pressTick.setInterval(pressTickMs);
    connect(&m_pressTick, &QTimer::timeout, this, &DecisionLock::pressTick);
    // A hold-to-confirm never outlives a change of anything it rests on.
    connect(this, &DecisionLock::changed, this, [this] {
        if (mayApprove())
            return;
        m_pressCounts = false;
        m_click.stop();
        endPress();
    });
}

bool DecisionLock::wants(const char16_t *kind) const
{
    return m_terms.confirm.contains(QString::fromUtf16(kind));
}

bool DecisionLock::wantsPress() const
{
    return wants(u"press");
}

bool DecisionLock::wantsTarget() const
{
    return wants(u"type-target");
}

bool DecisionLock::wantsCode() const
{
    return wants(u"match-code");
}

bool DecisionLock::targetFits() const
{
    return wantsTarget() && m_typedTarget == m_terms.confirmText;
}

qreal DecisionLock::pressed() const
{
    return m_pressClock.isValid() ? std::min(1.0, static_cast<qreal>(m_pressClock.elapsed()) / pressMs) : 0.0;
}

QStringList DecisionLock::missing() const
{
    QStringList words;
    for (const auto &[id, text] : m_blocks)
        words.append(text);
    for (const auto &[id, text] : m_terms.sections) {
        if (!m_reached.contains(id))
            words.append(text);
    }
    //: Decision bar: a condition that still locks Approve. %1 is the name of the target, as it must be typed.
    if (wantsTarget() && !targetFits())
        words.append(tr("Type %1").arg(m_terms.confirmShown));
    //: Decision bar: a condition that still locks Approve. The code stands on the requester's screen.
    if (wantsCode() && m_typedCode != m_terms.code)
        words.append(tr("Type the six-digit code that the requester sees"));
    return words;
}

QStringList DecisionLock::unreached() const
{
    QStringList ids;
    for (const auto &[id, text] : m_terms.sections) {
        if (!m_reached.contains(id))
            ids.append(id);
    }
    return ids;
}

QStringList DecisionLock::unmet() const
{
    return m_state == Open ? missing() : QStringList();
}

bool DecisionLock::mayApprove() const
{
    return m_state == Open && !m_arm.isActive() && missing().isEmpty();
}

bool DecisionLock::mayDeny() const
{
    return (m_state == Open || m_state == Failed) && denyLock().isEmpty();
}

QString DecisionLock::denyLock() const
{
    QStringList words;
    for (const auto &[id, why] : m_blocks) {
        if (id == u"link" || id == u"ended" || id == u"keys")
            words += why;
    }
    return m_state == Open || m_state == Failed ? words.join(QStringLiteral(". ")) : QString();
}

void DecisionLock::setTypedTarget(const QString &text)
{
    if (m_typedTarget == text)
        return;
    m_typedTarget = text;
    Q_EMIT changed();
}

void DecisionLock::setTypedCode(const QString &text)
{
    if (m_typedCode == text)
        return;
    m_typedCode = text;
    Q_EMIT changed();
}

void DecisionLock::open(const DecisionTerms &terms)
{
    endPress();
    m_terms = terms;
    m_reached.clear();
    m_typedTarget.clear();
    m_typedCode.clear();
    m_message.clear();
    m_state = Open;
    m_opened.start();
    rearm();
}

void DecisionLock::close()
{
    endPress();
    m_terms = {};
    m_blocks.clear();
    m_reached.clear();
    m_typedTarget.clear();
    m_typedCode.clear();
    m_message.clear();
    m_state = Closed;
    m_arm.stop();
    Q_EMIT changed();
}

void DecisionLock::setNeeds(const QString &needs)
{
    if (std::exchange(m_terms.needs, needs) != needs)
        Q_EMIT changed();
}

void DecisionLock::block(const QString &id, const QString &words)
{
    const auto found = std::find_if(m_blocks.begin(), m_blocks.end(), [&](const auto &block) { return block.first == id; });
    if (found == m_blocks.end()) {
        if (words.isEmpty())
            return;
        m_blocks.append({id, words});
    } else if (words.isEmpty()) {
        m_blocks.erase(found);
    } else if (found->second == words) {
        return;
    } else {
        found->second = words;
    }
    rearm();
}

void DecisionLock::rearm()
{
    if (m_state != Closed)
        m_arm.start();
    Q_EMIT changed();
}

void DecisionLock::reach(const QString &section)
{
    const auto known = std::any_of(m_terms.sections.cbegin(), m_terms.sections.cend(), [&](const auto &wanted) { return wanted.first == section; });
    if (!known || m_reached.contains(section))
        return;
    m_reached.append(section);
    Q_EMIT changed();
}

void DecisionLock::beginPress()
{
    m_pressCounts = mayApprove() && (!m_lastClick.isValid() || m_lastClick.hasExpired(doubleClickMs));
    if (!wantsPress() || !mayApprove() || m_pressClock.isValid())
        return;
    m_pressClock.start();
    m_pressTick.start();
    Q_EMIT pressedChanged();
}

void DecisionLock::endPress()
{
    if (!m_pressClock.isValid())
        return;
    m_pressClock.invalidate();
    m_pressTick.stop();
    Q_EMIT pressedChanged();
}

void DecisionLock::pressTick()
{
    Q_EMIT pressedChanged();
    if (m_pressClock.elapsed() < pressMs)
        return;
    m_heldMs = m_pressClock.elapsed();
    endPress();
    approve();
    m_heldMs = 0;
}

void DecisionLock::click()
{
    const bool counts = std::exchange(m_pressCounts, false);
    m_lastClick.start();
    if (m_click.isActive())
        m_click.stop();
    else if (counts && mayApprove() && !wantsPress())
        m_click.start();
}

Approval DecisionLock::approval() const
{
    Approval approval{m_terms.holdId, m_terms.revision, {}, m_reached, m_opened.elapsed()};
    for (const auto &kind : m_terms.confirm) {
        if (kind == u"press")
            approval.confirmations.append({kind, QString::number(m_heldMs)});
        else
            approval.confirmations.append({kind, kind == u"type-target" ? m_typedTarget : m_typedCode});
    }
    return approval;
}

bool DecisionLock::approve()
{
    if (!mayApprove() || (wantsPress() && m_heldMs < pressMs))
        return false;
    const auto given = approval();
    advance(Signing);
    Q_EMIT approveWanted(given);
    return true;
}

bool DecisionLock::deny(const QString &reason, Scope scope, const QString &counter)
{
    if (!mayDeny() || reason.trimmed().isEmpty())
        return false;
    const auto holdId = m_terms.holdId;
    advance(Signing);
    Q_EMIT denyWanted(holdId, reason.trimmed(), scope, counter.trimmed());
    return true;
}

void DecisionLock::dismiss()
{
    if (m_state == Failed)
        advance(Open);
}

void DecisionLock::advance(State state, const QString &message)
{
    m_state = state;
    m_message = message;
    rearm();
}

} // namespace holdfast
