// SPDX-License-Identifier: Apache-2.0
#include "core/jsonwalk.h"
#include "core/samples.h"

#include <QTest>

using namespace holdfast;
using samples::Sample;
using Kind = DocumentError::Kind;

/// What holds for the payload of every kind of document.
class DocumentsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { initialiseCryptography(); }
    void roundTrip_data() { rows(); }
    void roundTrip();
    void unknownMembers_data() { rows(); }
    void unknownMembers();
    void missingMembers_data() { rows(); }
    void missingMembers();
    void wrongTypes_data() { rows(); }
    void wrongTypes();
    void otherVersions_data() { rows(); }
    void otherVersions();
    void truncated_data() { rows(); }
    void truncated();
    void otherDocuments_data() { rows(); }
    void otherDocuments();

private:
    void rows();
    [[nodiscard]] static Json jsonOf(const Sample &sample) { return *parseJson(sample.payload); }
};

Q_DECLARE_METATYPE(holdfast::samples::Sample)

namespace {

/// What a counter-offer says is an action of a kind that the decision does not name: any object.
bool isCounter(const QString &path)
{
    return path.startsWith(u"$.predicate.counter");
}

} // namespace

void DocumentsTest::rows()
{
    QTest::addColumn<Sample>("sample");
    for (const Sample &sample : samples::all())
        QTest::newRow(qPrintable(sample.name)) << sample;
}

void DocumentsTest::roundTrip()
{
    QFETCH(Sample, sample);
    const auto written = sample.rewrite(sample.payload);
    QVERIFY2(written, qPrintable(written ? QString() : written.error().sentence()));
    QCOMPARE(*written, sample.payload);
}

void DocumentsTest::unknownMembers()
{
    QFETCH(Sample, sample);
    const Json whole = jsonOf(sample);
    int planted_ = 0;
    for (const Place &place : placesIn(whole)) {
        if (place.value->asObject() == nullptr || isCounter(place.path))
            continue;
        const auto read = sample.rewrite(planted(whole, place, QStringLiteral("surplus"), Json(1)).toBytes());
        QVERIFY2(!read, qPrintable(place.path));
        // A parameter of a summary may have any name, but it is text.
        const Kind expected = place.path == u"$.summary.params" ? Kind::WrongType : Kind::UnknownMember;
        QCOMPARE(read.error().kind, expected);
        QCOMPARE(read.error().path, place.path + QStringLiteral(".surplus"));
        ++planted_;
    }
    QVERIFY(planted_ > 0);
}

void DocumentsTest::missingMembers()
{
    QFETCH(Sample, sample);
    const Json whole = jsonOf(sample);
    QStringList optional;
    for (const Place &place : placesIn(whole)) {
        if (!place.isMember())
            continue;
        const QByteArray without = removed(whole, place).toBytes();
        const auto read = sample.rewrite(without);
        if (read) {
            QCOMPARE(*read, without);
            optional.append(place.path);
        } else {
            QVERIFY2(read.error().kind == Kind::MissingMember || read.error().kind == Kind::InvalidValue, qPrintable(read.error().sentence()));
        }
    }
    // The optional members of the first of several alike stand for all of them.
    optional.erase(std::remove_if(optional.begin(), optional.end(), [&](const QString &path) { return path.contains(u'[') && !path.contains(u"[0]") && !sample.optional.contains(path); }),
                   optional.end());
    QStringList expected = sample.optional;
    std::sort(expected.begin(), expected.end());
    std::sort(optional.begin(), optional.end());
    expected.erase(std::remove_if(expected.begin(), expected.end(), [&](const QString &path) {
        const auto list = placesIn(whole);
        return std::none_of(list.begin(), list.end(), [&](const Place &place) { return place.path == path; });
    }), expected.end());
    QCOMPARE(optional, expected);
}

void DocumentsTest::wrongTypes()
{
    QFETCH(Sample, sample);
    const Json whole = jsonOf(sample);
    for (const Place &place : placesIn(whole)) {
        if (isCounter(place.path))
            continue;
        for (const Json &other : oneOfEachType()) {
            // Statements are written out or named as a blob.
            const bool mayBeText = place.path == u"$.action.statements" && other.asString() != nullptr;
            if (isSameType(other, *place.value) || mayBeText)
                continue;
            const auto read = sample.rewrite(replaced(whole, place, other).toBytes());
            QVERIFY2(!read, qPrintable(place.path + u' ' + QString::fromUtf8(other.toBytes())));
            // A list of texts is named as a whole; what is read deeper may be missed first.
            const QString list = place.path.left(place.path.lastIndexOf(u'['));
            QVERIFY2(read.error().path.startsWith(place.path) || read.error().path == list, qPrintable(place.path + QStringLiteral(": ") + read.error().sentence()));
        }
    }
}

void DocumentsTest::otherVersions()
{
    QFETCH(Sample, sample);
    const Json whole = jsonOf(sample);
    const QString member = sample.schema == u"decision" ? QStringLiteral("$._type") : QStringLiteral("$.version");
    for (const Json &other : {Json(0), Json(2), Json(QStringLiteral("1")), Json(QStringLiteral("https://in-toto.io/Statement/v0.1"))}) {
        const auto read = sample.rewrite(replaced(whole, placeAt(whole, member), other).toBytes());
        QVERIFY(!read);
        QCOMPARE(read.error().path, member);
    }
}

void DocumentsTest::truncated()
{
    QFETCH(Sample, sample);
    for (qsizetype size = 0; size < sample.payload.size(); ++size)
        QVERIFY2(!sample.rewrite(QByteArrayView(sample.payload).first(size)), qPrintable(QString::number(size)));
    QVERIFY(!sample.rewrite(sample.payload + ' ' + 'x'));
}

void DocumentsTest::otherDocuments()
{
    QFETCH(Sample, sample);
    for (const Sample &other : samples::all()) {
        if (other.schema != sample.schema)
            QVERIFY2(!sample.rewrite(other.payload), qPrintable(other.name));
    }
}

QTEST_GUILESS_MAIN(DocumentsTest)
#include "documents_test.moc"
