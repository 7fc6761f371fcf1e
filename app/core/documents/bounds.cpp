// SPDX-License-Identifier: Apache-2.0
#include "core/documents/bounds.h"

#include "core/documents/parts.h"
#include "core/documents/shortening.h"

namespace holdfast {

namespace {

/// The rest of 256 KiB is for what the policy and the names of gate, actor and target add.
constexpr qsizetype room = 192LL * 1024;
/// What the names of three blobs take.
constexpr qsizetype roomForWhole = 1024;

bool fits(const Measurement &measured)
{
    Hold hold;
    hold.measured = measured;
    return hold.toPayload().size() <= room - roomForWhole;
}

Shortened fitted(const Measurement &measured, const KeepFirst &first)
{
    Shortened made;
    for (const Limits &limits : limitSteps) {
        made = shorten(measured, limits, first);
        if (fits(made.shown))
            break;
    }
    return made;
}

/// Names the blob of a list that had to be shortened; false: it is too large for one, and `whole` has only what is shown.
template<typename List>
bool keep(const List &shown, List &whole, std::optional<BlobRef> &ref, std::vector<WholeList> &lists)
{
    if (shown == whole)
        return true;
    auto list = writeWhole(whole);
    if (!list) {
        whole = shown;
        return false;
    }
    ref = list->ref;
    lists.push_back(*std::move(list));
    return true;
}

Fact stopOf(const QStringList &tooMuch, const Measurement &measured)
{
    Fact fact;
    fact.id = fact::Stop.toString();
    fact.label = QStringLiteral("never performed because");
    fact.value = QStringLiteral("it reaches more than a hold can carry whole: %1").arg(tooMuch.join(QStringLiteral(", ")));
    fact.number = tooMuch.size();
    fact.unit = QStringLiteral("reasons");
    fact.quality = Quality::Measured;
    fact.how = QStringLiteral("what cannot be carried whole cannot be decided on");
    fact.at = measured.facts.empty() ? Instant{} : measured.facts.front().at;
    fact.severity = Severity::Danger;
    return fact;
}

} // namespace

Bounded bound(const Measurement &given, const KeepFirst &first)
{
    Measurement measured = given;
    for (Dependent &dependent : measured.dependents)
        for (QString *name : {&dependent.type, &dependent.effect})
            *name = folded(*name, parts::longestName); // no document has longer ones, whole or shown
    Shortened made = fitted(measured, first);
    Bounded bounded;
    const auto carry = [&] {
        bounded = {made.shown, made.shown, {}};
        bounded.whole.resources = measured.resources;
        sortBytewise(bounded.whole.resources);
        bounded.whole.dependents = measured.dependents;
        bounded.whole.uninspectable = made.uninspectable;
        QStringList tooMuch = made.cut;
        WholeLists &refs = bounded.shown.whole;
        refs = {};
        if (!keep(bounded.shown.resources, bounded.whole.resources, refs.resources, bounded.lists))
            tooMuch.append(QStringLiteral("resources"));
        if (!keep(bounded.shown.dependents, bounded.whole.dependents, refs.dependents, bounded.lists))
            tooMuch.append(QStringLiteral("dependents"));
        if (!keep(bounded.shown.uninspectable, bounded.whole.uninspectable, refs.uninspectable, bounded.lists))
            tooMuch.append(QStringLiteral("reasons"));
        bounded.whole.whole = refs;
        return tooMuch;
    };
    const QStringList tooMuch = carry();
    if (tooMuch.isEmpty() || measured.fact(fact::Stop) != nullptr)
        return bounded;
    measured.facts.insert(measured.facts.begin(), stopOf(tooMuch, measured));
    made = fitted(measured, first);
    static_cast<void>(carry());
    return bounded;
}

void bound(std::vector<Fact> &effects)
{
    Measurement measured;
    measured.facts = std::move(effects);
    effects = fitted(measured, {}).shown.facts;
}

} // namespace holdfast
