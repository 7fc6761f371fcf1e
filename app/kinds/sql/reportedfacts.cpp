// SPDX-License-Identifier: Apache-2.0
// What the server reported, as facts: of a drift, of a receipt.
#include "kinds/sql/conclude.h"
#include "kinds/sql/latin.h"
#include "kinds/sql/reported.h"

#include <algorithm>

namespace holdfast::sql {

namespace {

constexpr qsizetype MaxValue = 500;

bool isCount(const Fact &fact)
{
    return fact.quality == Quality::Bounded || (fact.number && fact.quality == Quality::Measured);
}

/// What was unknown before was approved as unknown: the receipt says what it came to.
void replace(Measurement &measurement, QStringView id, const Count &count)
{
    for (Fact &fact : measurement.facts) {
        if (fact.id == id && isCount(fact) && fact.number != count.number)
            fact = countFact(id, fact.label, count, fact.unit, ReportedHow, fact.at, Severity::Danger);
    }
}

struct Told final
{
    QStringView id;
    QString label;
    QStringList what;
    std::int64_t number;
    QString unit;
};

Fact factOf(const Told &told, const QString &how, Instant at)
{
    return {told.id.toString(), told.label, told.what.join(l("; ")).left(MaxValue), told.number, told.unit, Quality::Measured, how, at, Severity::Danger};
}

Told ofList(QStringView id, const QString &label, const QStringList &what, const QString &unit)
{
    return {id, label, what, what.size(), unit};
}

Told catalogOf(const Reported &reported)
{
    return {u"changed.catalog", QStringLiteral("rows of the system catalogs written"), reported.catalog, reported.catalogRows, QStringLiteral("rows")};
}

Told elsewhereOf(const Reported &reported)
{
    return ofList(u"changed.elsewhere", QStringLiteral("tables written that nothing named"), reported.elsewhere, QStringLiteral("tables"));
}

Told sequencesOf(const QStringList &sequences)
{
    return ofList(u"moved.sequences", QStringLiteral("sequences moved, which no rollback undoes"), sequences, QStringLiteral("sequences"));
}

Told settingsOf(const Reported &reported)
{
    return ofList(u"changed.settings", QStringLiteral("settings of the session changed"), reported.settings, QStringLiteral("settings"));
}

Told rewrittenOf(const Reported &reported)
{
    return ofList(u"rewritten.tables", QStringLiteral("tables rewritten"), reported.rewritten, QStringLiteral("tables"));
}

Told blindedOf(const Reported &reported)
{
    return {u"counters.blinded", QStringLiteral("counting was switched while it ran"), {QStringLiteral("track_counts was changed: not all effects can be seen")},
            reported.blinded ? 1 : 0, {}};
}

Told unseenOf(const Reported &reported)
{
    return {u"changed.unseen", QStringLiteral("a reading that wrote"), {QStringLiteral("the transaction was given an id, as only writing ones are")},
            reported.unseen ? 1 : 0, {}};
}

/// Where the count is another than the approved one, both stand side by side.
Fact beside(Fact fact, const Measurement &approved)
{
    const Fact *said = approved.fact(fact.id);
    if (!said && fact.number != 0)
        fact.how += QStringLiteral("; approved: nothing of it");
    else if (said && said->number != fact.number)
        fact.how += QStringLiteral("; approved: %1").arg(said->value);
    return fact;
}

const QString &inside()
{
    static const QString how = QStringLiteral("reported by the server inside the transaction");
    return how;
}

} // namespace

Measurement asReported(const Measurement &measured, const Reported &reported, const TextSays &says)
{
    Measurement made = measured;
    const Fact *destroyed = made.fact(fact::DestroyedRows);
    const Fact *changed = made.fact(fact::ChangedRows);
    const Fact *objects = made.fact(fact::DestroyedObjects);
    // Where nothing could be counted, the hold said so and was approved so; where something was, an effect that it does not show is drift.
    const bool strict = made.uninspectable.isEmpty();
    const bool counted = strict || (destroyed && isCount(*destroyed)) || (changed && isCount(*changed));
    const bool showsDestroyed = destroyed, showsChanged = changed, showsObjects = objects;
    const Instant at = made.facts.empty() ? Instant{} : made.facts.front().at;
    const auto report = [&](bool shows, QStringView id, const QString &label, const Count &count, const QString &unit) {
        if (shows)
            replace(made, id, count);
        else if (counted && count.number != 0)
            made.facts.push_back(countFact(id, label, count, unit, ReportedHow, at, Severity::Danger));
    };
    report(showsDestroyed, fact::DestroyedRows, QStringLiteral("rows destroyed"), reported.destroyed, QStringLiteral("rows"));
    report(showsChanged, fact::ChangedRows, QStringLiteral("rows changed or added"), Count::of(reported.inserted + reported.updated), QStringLiteral("rows"));
    if (reported.unexpected > 0)
        report(showsObjects, fact::DestroyedObjects, QStringLiteral("relations destroyed"), Count::of(reported.vanished), QStringLiteral("objects"));
    const auto tell = [&](bool matters, const Told &told) {
        const bool known = std::any_of(made.facts.begin(), made.facts.end(), [&](const Fact &fact) { return fact.id == told.id && fact.how == ReportedHow; });
        std::erase_if(made.facts, [&](const Fact &fact) { return fact.id == told.id && fact.how == ReportedHow; });
        if ((matters || known) && told.number > 0)
            made.facts.push_back(factOf(told, ReportedHow, at));
    };
    const bool bounded = strict || says.reach != Reach::Anything;
    tell(bounded, catalogOf(reported));
    tell(bounded, elsewhereOf(reported));
    tell(strict, rewrittenOf(reported));
    tell(bounded, sequencesOf(reported.strangeSequences));
    tell(strict && !says.sets, settingsOf(reported));
    tell(strict, unseenOf(reported));
    tell(true, blindedOf(reported));
    return made;
}

std::vector<Fact> effectsOf(const Reported &reported, const QStringList &tags, const Measurement &approved, Instant at)
{
    const QString &how = inside();
    std::vector<Fact> facts{
        countFact(fact::DestroyedRows, QStringLiteral("rows destroyed"), reported.destroyed, QStringLiteral("rows"), how, at, Severity::Danger),
        countFact(fact::ChangedRows, QStringLiteral("rows changed or added"), Count::of(reported.inserted + reported.updated), QStringLiteral("rows"),
                  how, at, Severity::Warning)};
    for (Fact &fact : facts)
        fact = beside(std::move(fact), approved);
    if (reported.vanished > 0)
        facts.push_back(countFact(fact::DestroyedObjects, QStringLiteral("relations destroyed"), Count::of(reported.vanished),
                                  QStringLiteral("objects"), how, at, Severity::Danger));
    if (reported.lostConstraints > 0)
        facts.push_back(countFact(u"destroyed.constraints", QStringLiteral("constraints destroyed"), Count::of(reported.lostConstraints),
                                  QStringLiteral("constraints"), how, at, Severity::Notice));
    if (reported.lostObjects > 0)
        facts.push_back(countFact(u"destroyed.definitions", QStringLiteral("triggers, functions, schemas, policies, extensions destroyed"),
                                  Count::of(reported.lostObjects), QStringLiteral("objects"), how, at, Severity::Notice));
    if (reported.emptied > 0)
        facts.push_back(countFact(u"emptied.tables", QStringLiteral("tables emptied"), Count::of(reported.emptied), QStringLiteral("tables"), how, at,
                                  Severity::Danger));
    for (const Told &told : {catalogOf(reported), elsewhereOf(reported), rewrittenOf(reported), sequencesOf(reported.sequences), settingsOf(reported),
                             unseenOf(reported), blindedOf(reported)}) {
        if (told.number > 0)
            facts.push_back(factOf(told, how, at));
    }
    facts.push_back({QStringLiteral("server.answer"), QStringLiteral("server's answer"), tags.join(l("; ")).left(MaxValue), std::nullopt, QString(),
                     Quality::Measured, how, at, Severity::Info});
    return facts;
}

std::vector<Fact> lastingEffectsOf(const Reported &reported, Instant at)
{
    if (reported.sequences.isEmpty())
        return {};
    return {factOf(sequencesOf(reported.sequences), inside(), at)};
}

} // namespace holdfast::sql
