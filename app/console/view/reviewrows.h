// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "console/view/view.h"

#include <QStringList>

// The rows of the review's lists. Every string is visible text (core/text/visible.h), numbers and times already in the
// user's locale; `key` is unique within its list.
namespace holdfast {

struct FactRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString figure MEMBER figure)
    Q_PROPERTY(QString label MEMBER label)
    Q_PROPERTY(holdfast::view::Quality quality MEMBER quality)
    Q_PROPERTY(QString qualityText MEMBER qualityText)
    Q_PROPERTY(holdfast::view::Severity severity MEMBER severity)
    Q_PROPERTY(QString how MEMBER how)
    Q_PROPERTY(bool told MEMBER told)

public:
    QString key;         // fact id
    QString figure;      // "1 284 003", "4.1 GB"; the word "unknown" in the place of the figure where it is
    QString label;       // "rows destroyed"
    view::Quality quality = view::Quality::Unknown;
    QString qualityText; // "exact, 4 s ago"; for unknown the reason
    view::Severity severity = view::Severity::Info;
    QString how;
    bool told = false; // words, not a figure: it is read, not weighed
    bool operator==(const FactRow &) const = default;
};

struct ContradictionRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString sentence MEMBER sentence)
    Q_PROPERTY(QString detail MEMBER detail)
    Q_PROPERTY(holdfast::view::Severity severity MEMBER severity)

public:
    QString key;
    QString sentence; // "The request claims staging. The database it would hit is production."
    QString detail;   // "system 7420…9311, 38 live connections"
    view::Severity severity = view::Severity::Danger;
    bool operator==(const ContradictionRow &) const = default;
};

// The tree of dependents, flattened in depth-first order.
struct DependentRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(QString effect MEMBER effect)
    Q_PROPERTY(int depth MEMBER depth)
    Q_PROPERTY(QString count MEMBER count)
    Q_PROPERTY(double share MEMBER share)

public:
    QString key;
    QString name;
    QString effect; // "cascade", "view dropped", "orphaned"
    int depth = 0;
    QString count;    // "—" where counting means nothing, "unknown" where it was not possible
    double share = 0; // of the largest count, 0…1; negative: no bar
    bool operator==(const DependentRow &) const = default;
};

struct DiffTab {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString title MEMBER title)
    Q_PROPERTY(QString summary MEMBER summary)

public:
    QString key;
    QString title;   // "schema", "bookings, 12 sample rows"
    QString summary; // "14 changes"
    bool operator==(const DiffTab &) const = default;
};

// One line of a diff. The model that carries these roles may be any QAbstractItemModel (a huge diff is never copied).
struct DiffRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(int kind MEMBER kind)
    Q_PROPERTY(QString oldNumber MEMBER oldNumber)
    Q_PROPERTY(QString newNumber MEMBER newNumber)
    Q_PROPERTY(QStringList parts MEMBER parts)

public:
    QString key;
    int kind = 0; // view::LineKind
    QString oldNumber;
    QString newNumber;
    QStringList parts; // unchanged, changed, unchanged, … : concatenated they are the line
    bool operator==(const DiffRow &) const = default;
};

// One line of the exact payload with every invisible character shown.
struct PayloadRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString number MEMBER number)
    Q_PROPERTY(QString text MEMBER text)
    Q_PROPERTY(bool hidden MEMBER hidden)

public:
    QString key;
    QString number;
    QString text;
    bool hidden = false; // the line holds characters that would not have been seen
    bool operator==(const PayloadRow &) const = default;
};

// A name and what it is: credential, policy, requester, timeline facts, effects of a receipt.
struct DetailRow {
    Q_GADGET
    Q_PROPERTY(QString key MEMBER key)
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(QString value MEMBER value)
    Q_PROPERTY(holdfast::view::Tone tone MEMBER tone)
    Q_PROPERTY(bool machine MEMBER machine)

public:
    QString key;
    QString name;
    QString value;
    view::Tone tone = view::Tone::Plain;
    bool machine = false; // written by a machine: set in the monospaced face
    bool operator==(const DetailRow &) const = default;
};

} // namespace holdfast
