// SPDX-License-Identifier: Apache-2.0
#include "console/desk/resulttext.h"

#include "console/desk/documenttext.h"
#include "console/present/format.h"

namespace holdfast {

using namespace Qt::StringLiterals;

namespace {

view::Tone toneOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Committed: return view::Tone::Good;
    case Outcome::Failed: return view::Tone::Bad;
    case Outcome::Partial:
    case Outcome::NotStarted:
    case Outcome::Unknown: return view::Tone::Caution;
    }
    return view::Tone::Plain;
}

QString effectsText(const Receipt &receipt)
{
    QStringList effects;
    for (const auto &fact : receipt.effects) {
        const auto label = present::shown(fact.label, 120);
        // Effects of zero are left out, unless it is the only one.
        if (fact.number && (*fact.number != 0 || receipt.effects.size() == 1))
            effects += (fact.unit == u"bytes"_s ? present::bytes(*fact.number) : present::count(*fact.number)) + u' ' + label;
        else if (!fact.number)
            effects += label + u": "_s + present::shown(fact.value, 200);
    }
    return effects.join(u", "_s);
}

} // namespace

ResultText resultText(State state, const Receipt *receipt)
{
    if (receipt != nullptr)
        return {present::word(receipt->outcome), effectsText(*receipt), toneOf(receipt->outcome)};
    return {wordOf(state), {}, state == State::Denied || state == State::Refused ? view::Tone::Bad : view::Tone::Plain};
}

} // namespace holdfast
