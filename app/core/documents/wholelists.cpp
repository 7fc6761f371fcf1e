// SPDX-License-Identifier: Apache-2.0
#include "core/documents/wholelists.h"

#include "core/documents/bounds.h"
#include "core/documents/holdparts.h"

#include <QSet>

#include <algorithm>

namespace holdfast {

namespace {

using Flaw = WholeError::Kind;

template<typename List, typename F>
std::optional<WholeList> written(const List &list, F jsonOf)
{
    WholeList whole;
    for (const auto &each : list) {
        whole.bytes += jsonOf(each).toBytes();
        whole.bytes += '\n';
        if (whole.bytes.size() > largestWholeList)
            return std::nullopt;
    }
    whole.ref = {sha256(whole.bytes), whole.bytes.size(), QStringLiteral("application/jsonl")};
    return whole;
}

/// Hands each line to `take` until it refuses one; false also where the last line has no end.
template<typename F>
bool eachLine(QByteArrayView bytes, F take)
{
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf('\n');
        const auto value = end < 0 ? Result<Json, JsonError>(Failure{JsonError{}}) : parseJson(bytes.first(end), {largestWholeList});
        if (!value || !take(*value))
            return false;
        bytes = bytes.sliced(end + 1);
    }
    return true;
}

bool readList(QByteArrayView bytes, QStringList &list)
{
    list.clear();
    return eachLine(bytes, [&](const Json &value) {
        if (const QString *text = value.asString())
            list.append(*text);
        return value.asString() != nullptr;
    });
}

bool readList(QByteArrayView bytes, std::vector<Dependent> &list)
{
    list.clear();
    return eachLine(bytes, [&](const Json &value) {
        ObjectReader reader(value);
        const int index = static_cast<int>(list.size());
        parts::readDependent(reader, index, list.emplace_back());
        return !reader.finish();
    });
}

// Everything that is shown stands in what decided: nothing was put in beside it. Folding may move a text in the order.
bool isPart(const QStringList &shown, const QStringList &whole)
{
    QSet<QString> left(shown.begin(), shown.end());
    for (const QString &text : whole)
        left.remove(text);
    for (auto text = whole.begin(); text != whole.end() && !left.isEmpty(); ++text) {
        for (const QString &fold : foldsOf(*text))
            left.remove(fold);
    }
    return left.isEmpty();
}

bool isFold(const QString &shown, const QString &text)
{
    return shown == text || foldsOf(text).contains(shown);
}

bool isPart(const std::vector<Dependent> &shown, const std::vector<Dependent> &whole)
{
    auto next = whole.begin();
    for (const Dependent &folded : shown) {
        next = std::find_if(next, whole.end(), [&](const Dependent &each) {
            return folded.count == each.count && folded.quality == each.quality && folded.least == each.least && folded.most == each.most
                && isFold(folded.name, each.name) && isFold(folded.type, each.type) && isFold(folded.effect, each.effect);
        });
        if (next == whole.end())
            return false;
        ++next;
    }
    return true;
}

template<typename List>
std::optional<Flaw> restore(const std::optional<BlobRef> &ref, const BlobSource &blobs, List &list)
{
    if (!ref)
        return std::nullopt;
    const auto bytes = blobs && ref->size <= largestWholeList ? blobs(ref->digest) : std::nullopt;
    if (!bytes)
        return Flaw::Missing;
    if (bytes->size() != ref->size || sha256(*bytes) != ref->digest)
        return Flaw::WrongBytes;
    const List shown = list;
    if (!readList(*bytes, list))
        return Flaw::Malformed;
    return isPart(shown, list) ? std::nullopt : std::optional(Flaw::NotShortened);
}

bool isSorted(const QStringList &list)
{
    QStringList sorted = list;
    sortBytewise(sorted);
    return sorted == list;
}

} // namespace

QString WholeError::sentence() const
{
    const auto words = [this] {
        switch (kind) {
        case Flaw::Missing: return QStringLiteral("is not there");
        case Flaw::WrongBytes: return QStringLiteral("is not the one that the hold names");
        case Flaw::Malformed: return QStringLiteral("cannot be read");
        case Flaw::NotShortened: return QStringLiteral("is not the one that the hold shows a part of");
        }
        return QString();
    };
    return QStringLiteral("the whole list of %1 that decided %2").arg(list, words());
}

std::optional<WholeList> writeWhole(const QStringList &list)
{
    return written(list, [](const QString &text) { return Json(text); });
}

std::optional<WholeList> writeWhole(const std::vector<Dependent> &list)
{
    return written(list, &parts::dependentJson);
}

Result<Measurement, WholeError> wholeOf(const Measurement &shown, const BlobSource &blobs)
{
    Measurement whole = shown;
    if (const auto kind = restore(shown.whole.resources, blobs, whole.resources))
        return Failure{WholeError{*kind, QStringLiteral("resources")}};
    if (!isSorted(whole.resources))
        return Failure{WholeError{Flaw::Malformed, QStringLiteral("resources")}};
    if (const auto kind = restore(shown.whole.dependents, blobs, whole.dependents))
        return Failure{WholeError{*kind, QStringLiteral("dependents")}};
    if (const auto kind = restore(shown.whole.uninspectable, blobs, whole.uninspectable))
        return Failure{WholeError{*kind, QStringLiteral("uninspectable")}};
    // A hold that hides every reason would be ruled as if it had none; so would one that shows a reason of an empty list.
    if (shown.uninspectable.isEmpty() != whole.uninspectable.isEmpty())
        return Failure{WholeError{Flaw::NotShortened, QStringLiteral("uninspectable")}};
    return whole;
}

} // namespace holdfast
