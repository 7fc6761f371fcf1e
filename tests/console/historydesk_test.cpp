// SPDX-License-Identifier: Apache-2.0
#include "console/desk/historydesk.h"
#include "console/seattest.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace holdfast;

/// A search shows the answer to what is asked now, and a timeline every document that the gate lists, each for what it is.
class HistoryDeskTest final : public SeatTest
{
    Q_OBJECT

private:
    std::unique_ptr<History> m_view;
    std::unique_ptr<HistoryDesk> m_desk;
    StoryGate::Case m_about;
    QStringList m_queries; ///< as the gate was asked them

    [[nodiscard]] QVariant cell(QAbstractItemModel *model, int row, const char *role) const
    {
        return model->index(row, 0).data(model->roleNames().key(role));
    }
    [[nodiscard]] QVariant line(int row, const char *role) const { return cell(m_view->timeline(), row, role); }
    [[nodiscard]] int lines() const { return m_view->timeline()->rowCount(); }

    SearchResult page(int from, int count) const
    {
        SearchResult result;
        for (int i = from; i < from + count; ++i) {
            HistoryItem item;
            item.head = m_gate->heads.at(m_about.id);
            item.head.hold = HoldId::of(m_gate->story.agent.key().bytes, QByteArray::number(i));
            item.summary = QStringLiteral("number %1").arg(i);
            result.items.push_back(item);
        }
        return result;
    }

    void search(const QString &query)
    {
        m_view->setQuery(query);
        QTRY_VERIFY(m_queries.contains(query));
    }

private Q_SLOTS:
    void init()
    {
        m_queries.clear();
        prepare();
        m_about = m_gate->story.perform();
        m_gate->put(m_about, State::Done);
        m_view = std::make_unique<History>();
        sitDown();
        m_desk = std::make_unique<HistoryDesk>(*m_seat, *m_view);
        QTRY_VERIFY(m_seat->watch().trusted() && m_seat->feed().isLive());
    }

    void cleanup()
    {
        m_desk.reset();
        m_view.reset();
        end();
    }

    void shows()
    {
        const QAbstractItemModelTester tester(m_view->rows());
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 1);
        QCOMPARE(cell(m_view->rows(), 0, "holdId").toString(), m_about.id.toString());
        QVERIFY(m_view->found().startsWith(QStringLiteral("1 of 1")));
        QCOMPARE(m_view->timeBars()->rowCount(), 1);
        QVERIFY(!m_view->searching());
    }

    // The answer to an older query comes while a newer one stands in the field.
    void aLateAnswerIsNotShown()
    {
        std::deque<std::pair<QString, ScriptedGate::Reply>> asked;
        m_gate->gate.on(method::HistorySearch, [&](const Json &params, const ScriptedGate::Reply &reply) {
            m_queries.append(SearchParams::fromJson(params)->query);
            asked.emplace_back(m_queries.back(), reply);
        });
        search(QStringLiteral("old"));
        m_view->setQuery(QStringLiteral("new"));
        asked.front().second(page(0, 3).toJson());
        QTRY_VERIFY(!m_view->searching() || asked.size() == 2);
        QCOMPARE(m_view->count(), 0);
        QTRY_COMPARE(asked.size(), std::size_t{2}); // and the newer one is asked without another key
        QCOMPARE(asked.back().first, QStringLiteral("new"));
        asked.back().second(page(5, 1).toJson());
        QTRY_COMPARE(m_view->count(), 1);
        QCOMPARE(cell(m_view->rows(), 0, "sentence").toString(), QStringLiteral("number 5"));
    }

    // Quicker than it can be read, and approved by somebody.
    void quickApprovals_data()
    {
        QTest::addColumn<qint64>("decidedMs"); // -1: it was not decided
        QTest::addColumn<bool>("approved");
        QTest::addColumn<bool>("quick");
        QTest::newRow("at once") << qint64{900} << true << true;
        QTest::newRow("read") << qint64{60'000} << true << false;
        QTest::newRow("denied at once") << qint64{900} << false << false;
        QTest::newRow("never decided") << qint64{-1} << false << false;
    }
    void quickApprovals()
    {
        QFETCH(qint64, decidedMs);
        QFETCH(bool, approved);
        QFETCH(bool, quick);
        m_gate->gate.on(method::HistorySearch, [&](const Json &, const ScriptedGate::Reply &reply) {
            SearchResult result;
            HistoryItem item;
            item.head = m_gate->heads.at(m_about.id);
            item.head.approvals = approved ? QStringList{QStringLiteral("sam")} : QStringList();
            if (decidedMs >= 0)
                item.decidedMs = decidedMs;
            result.items.push_back(item);
            reply(result.toJson());
        });
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 1);
        QCOMPARE(cell(m_view->rows(), 0, "quick").toBool(), quick);
    }

    void tones_data()
    {
        QTest::addColumn<State>("state");
        QTest::addColumn<view::Tone>("tone");
        QTest::newRow("denied") << State::Denied << view::Tone::Bad;
        QTest::newRow("refused") << State::Refused << view::Tone::Bad;
        QTest::newRow("stopped") << State::Stopped << view::Tone::Caution;
        QTest::newRow("drifted") << State::Drifted << view::Tone::Caution;
        QTest::newRow("expired") << State::Expired << view::Tone::Plain;
    }
    void tones()
    {
        QFETCH(State, state);
        QFETCH(view::Tone, tone);
        auto about = m_gate->pending();
        if (state == State::Drifted) {
            m_gate->story.approve(about);
            m_gate->story.event(about, State::Approved);
        }
        if (state == State::Denied)
            m_gate->story.deny(about);
        else
            m_gate->story.event(about, state);
        m_gate->heads.clear();
        m_gate->put(about, state);
        m_seat->watch().follow();
        QTRY_COMPARE(m_seat->watch().proven(), written());
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 1);
        QCOMPARE(static_cast<view::Tone>(cell(m_view->rows(), 0, "tone").toInt()), tone);
        QVERIFY(cell(m_view->rows(), 0, "outcome").toString() != QStringLiteral("not in the ledger"));
    }

    // The gate tells a search what it likes. How it ended, and that there was such a hold, says the ledger.
    void theLedgerSaysHowItEnded()
    {
        const auto about = m_gate->pending();
        m_gate->story.deny(about);
        m_gate->put(about, State::Done);
        auto answer = page(0, 1);
        answer.items.front().head = m_gate->heads.at(about.id);
        answer.items.front().outcome = Outcome::Committed;
        auto madeUp = page(7, 1).items.front();
        madeUp.outcome = Outcome::Committed;
        answer.items.push_back(madeUp);
        m_gate->gate.on(method::HistorySearch, [answer](const Json &, const ScriptedGate::Reply &reply) { reply(answer.toJson()); });
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 2);
        m_seat->watch().follow();
        QTRY_COMPARE(m_seat->watch().proven(), written());
        QTRY_COMPARE(cell(m_view->rows(), 0, "outcome").toString(), QStringLiteral("denied"));
        QCOMPARE(static_cast<view::Tone>(cell(m_view->rows(), 0, "tone").toInt()), view::Tone::Bad);
        QCOMPARE(cell(m_view->rows(), 1, "outcome").toString(), QStringLiteral("not in the ledger"));
    }

    // While the ledger is not handed out, a hold is neither recorded nor missing.
    void whatIsNotVerifiedYet()
    {
        m_gate->gate.drop();
        QTRY_VERIFY(!m_seat->watch().follows() && !m_seat->feed().isLive());
        m_gate->gate.on(method::LedgerConsistency, [](const Json &, const ScriptedGate::Reply &reply) {
            reply(RpcError::of(ErrorCode::Unavailable, QStringLiteral("later")));
        });
        const auto about = m_gate->pending();
        m_gate->heads.clear();
        m_gate->put(about, State::Pending);
        m_gate->gate.listen();
        QTRY_VERIFY(m_seat->feed().isLive());
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 1);
        QCOMPARE(cell(m_view->rows(), 0, "outcome").toString(), QStringLiteral("not verified yet"));
        QCOMPARE(static_cast<view::Tone>(cell(m_view->rows(), 0, "tone").toInt()), view::Tone::Plain);
    }

    void aDocumentThatIsNotListedIsToldAllTheSame()
    {
        const auto about = m_gate->pending();
        m_gate->story.deny(about);
        m_gate->put(about, State::Denied);
        m_seat->watch().follow();
        QTRY_COMPARE(m_seat->watch().proven(), written());
        auto listed = m_gate->documentsOf(about.id);
        std::erase_if(listed.documents, [](const DocumentRow &row) { return row.kind == QStringLiteral("decision"); });
        m_gate->gate.on(method::HoldGet, [listed](const Json &, const ScriptedGate::Reply &reply) { reply(listed.toJson()); });
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 2);
        m_view->openTimeline(about.id.toString());
        QTRY_COMPARE(lines(), 3);
        QVERIFY2(line(2, "what").toString().startsWith(QStringLiteral("denied, which the gate")), qPrintable(line(2, "what").toString()));
        QVERIFY(line(2, "verified").toBool());
    }

    void oneQuestionInFlight()
    {
        int open = 0, most = 0;
        std::deque<ScriptedGate::Reply> asked;
        m_gate->gate.on(method::HistorySearch, [&](const Json &params, const ScriptedGate::Reply &reply) {
            m_queries.append(SearchParams::fromJson(params)->query);
            asked.push_back(reply);
            most = std::max(most, ++open);
        });
        const auto answer = [&] {
            --open;
            asked.front()(page(0, 1).toJson());
            asked.pop_front();
        };
        search(QStringLiteral("a"));
        for (const char *query : {"ab", "abc", "abcd"})
            m_view->setQuery(QString::fromLatin1(query));
        answer();
        QTRY_VERIFY(m_queries.contains(QStringLiteral("abcd")));
        answer();
        QTRY_COMPARE(m_view->count(), 1);
        QCOMPARE(most, 1);
    }

    void moreIsAppended()
    {
        m_gate->gate.on(method::HistorySearch, [this](const Json &params, const ScriptedGate::Reply &reply) {
            const auto asked = SearchParams::fromJson(params);
            auto answer = page(asked->after ? 2 : 0, 2);
            if (!asked->after)
                answer.after = QStringLiteral("2");
            reply(answer.toJson());
        });
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 2);
        m_view->more();
        QTRY_COMPARE(m_view->count(), 4);
        QCOMPARE(cell(m_view->rows(), 3, "sentence").toString(), QStringLiteral("number 3"));
        m_gate->gate.calls.clear();
        m_view->more(); // there is no more
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 2);
        QCOMPARE(m_gate->gate.calls.count(method::HistorySearch.toString()), 1);
    }

    void aRefusalIsToldAndTheRowsStay()
    {
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 1);
        m_gate->gate.on(method::HistorySearch, [](const Json &, const ScriptedGate::Reply &reply) { reply(RpcError::invalidParams(QStringLiteral("$.query"))); });
        m_view->setQuery(QStringLiteral("tier:"));
        QTRY_VERIFY(!m_view->problem().isEmpty());
        QCOMPARE(m_view->count(), 1);
        QVERIFY(!m_view->searching());
    }

    void aLossIsToldAndAskedAgainLater()
    {
        m_gate->holdBack(method::HistorySearch);
        m_desk->refresh();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{1});
        m_gate->gate.drop();
        QTRY_VERIFY(!m_view->problem().isEmpty());
        QVERIFY(!m_view->searching());
        m_gate->gate.listen();
        QTRY_VERIFY(m_seat->feed().isLive());
        m_desk->refresh();
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{2});
        m_gate->release(page(0, 3).toJson()); // of the connection that is gone
        m_gate->release(page(7, 1).toJson());
        QTRY_COMPARE(m_view->count(), 1);
        QCOMPARE(m_view->problem(), QString());
    }

    // Without the gate: from the documents that were kept, each verified; what the gate would have said is not needed.
    void tellsWhatWasKept()
    {
        const auto waiting = m_gate->pending();
        m_seat->watch().follow();
        QTRY_COMPARE(m_seat->watch().proven(), written());
        m_gate->gate.drop();
        QTRY_VERIFY(!m_seat->feed().isLive());
        m_desk->setKept(true);
        QTRY_COMPARE(m_view->count(), 2);
        QCOMPARE(cell(m_view->rows(), 0, "holdId").toString(), waiting.id.toString()); // newest first
        QCOMPARE(cell(m_view->rows(), 0, "outcome").toString(), QStringLiteral("waiting"));
        QCOMPARE(cell(m_view->rows(), 1, "holdId").toString(), m_about.id.toString());
        QCOMPARE(cell(m_view->rows(), 1, "sentence").toString(), m_about.current.measured.summaryText);
        QCOMPARE(cell(m_view->rows(), 1, "requester").toString(), m_about.current.requesterActor);
        QCOMPARE(cell(m_view->rows(), 1, "decidedBy").toString(), QStringLiteral("sam"));
        QCOMPARE(cell(m_view->rows(), 1, "outcome").toString(), QStringLiteral("committed"));
        QVERIFY(m_view->found().contains(QStringLiteral("kept on this computer")));
        QCOMPARE(m_view->problem(), QString());
        m_view->openTimeline(m_about.id.toString());
        QCOMPARE(m_view->timelineOf(), m_about.id.toString());
        QCOMPARE(lines(), static_cast<int>(m_gate->documentsOf(m_about.id).documents.size()));
        for (int i = 0; i < lines(); ++i)
            QVERIFY2(line(i, "verified").toBool(), qPrintable(line(i, "what").toString()));
        m_gate->gate.listen();
        QTRY_VERIFY(m_seat->feed().isLive());
        m_desk->setKept(false);
        QTRY_VERIFY(!m_view->found().contains(QStringLiteral("kept on this computer")));
    }

    void searchesWhatWasKept_data()
    {
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("found");
        QTest::addColumn<bool>("understood");
        QTest::newRow("a word of the sentence") << QStringLiteral("delete") << 3 << true;
        QTest::newRow("a state") << QStringLiteral("waiting") << 2 << true;
        QTest::newRow("a tier") << QStringLiteral("critical") << 1 << true;
        QTest::newRow("both words") << QStringLiteral("committed sam") << 1 << true;
        QTest::newRow("nothing") << QStringLiteral("no-such-word") << 0 << true;
        QTest::newRow("a filter of the gate") << QStringLiteral("tier:low") << 0 << false;
    }

    void searchesWhatWasKept()
    {
        QFETCH(QString, query);
        QFETCH(int, found);
        QFETCH(bool, understood);
        m_gate->pending();
        m_gate->pending(500);
        m_seat->watch().follow();
        QTRY_COMPARE(m_seat->watch().proven(), written());
        m_desk->setKept(true);
        QTRY_COMPARE(m_view->count(), 3);
        m_view->setQuery(query);
        QTRY_COMPARE(m_view->count(), found);
        QTRY_COMPARE(m_view->problem().isEmpty(), understood);
    }

    void aTimelineHasEveryDocument()
    {
        const QAbstractItemModelTester tester(m_view->timeline());
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 1);
        m_view->openTimeline(m_about.id.toString());
        QTRY_COMPARE(m_view->timelineOf(), m_about.id.toString());
        QCOMPARE(lines(), static_cast<int>(m_gate->documentsOf(m_about.id).documents.size()));
        QVERIFY(lines() > 5);
        for (int i = 0; i < lines(); ++i)
            QVERIFY2(line(i, "verified").toBool(), qPrintable(line(i, "what").toString()));
    }

    void whatIsNotGenuineIsNotVerified_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("another document than the one listed") << 0;
        QTest::newRow("signed by another key") << 1;
        QTest::newRow("of another hold") << 2;
        QTest::newRow("not handed out") << 3;
    }

    void whatIsNotGenuineIsNotVerified()
    {
        QFETCH(int, which);
        QTRY_COMPARE(m_seat->watch().proven(), written());
        auto other = m_gate->pending();
        m_gate->story.approve(other);
        const auto theirs = other.approvals.front();
        auto listed = m_gate->documentsOf(m_about.id);
        const auto at = std::ranges::find(listed.documents, QStringLiteral("decision"), &DocumentRow::kind) - listed.documents.begin();
        const auto mine = listed.documents[static_cast<std::size_t>(at)].idDigest;
        if (which == 2)
            listed.documents[static_cast<std::size_t>(at)].idDigest = theirs;
        m_gate->gate.on(method::HoldGet, [listed](const Json &, const ScriptedGate::Reply &reply) { reply(listed.toJson()); });
        m_gate->gate.on(method::DocumentGet, [this, which, mine, theirs](const Json &params, const ScriptedGate::Reply &reply) {
            const auto asked = DocumentParams::fromJson(params)->idDigest;
            if (asked == mine && which == 3)
                return reply(RpcError::of(ErrorCode::NotFound, QStringLiteral("gone")));
            auto answer = m_gate->document(asked == mine && which == 0 ? theirs : asked);
            if (asked == mine && which == 1)
                answer.envelope = Envelope::sign(m_gate->story.agent, payloadtype::Decision, answer.envelope.payload);
            reply(answer.toJson());
        });
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 2);
        m_view->openTimeline(m_about.id.toString());
        // In the place of the one that it named instead, the ledger's own is told beside it.
        QTRY_COMPARE(lines(), static_cast<int>(listed.documents.size()) + (which == 2 ? 1 : 0));
        for (int i = 0; i < lines(); ++i)
            QCOMPARE(line(i, "verified").toBool(), i != at);
    }

    // Another hold's timeline was opened meanwhile: neither answer nor refusal of the first is shown.
    void aLateTimelineIsNotShown_data()
    {
        QTest::addColumn<bool>("refused");
        QTest::newRow("answered") << false;
        QTest::newRow("refused") << true;
    }

    void aLateTimelineIsNotShown()
    {
        QFETCH(bool, refused);
        const auto other = m_gate->pending();
        m_desk->refresh();
        QTRY_COMPARE(m_view->count(), 2);
        m_gate->tell(other.id);
        QTRY_VERIFY(m_seat->book().find(other.id));
        m_gate->holdBack(method::HoldGet);
        m_view->openTimeline(m_about.id.toString());
        m_view->openTimeline(other.id.toString());
        QTRY_COMPARE(m_gate->heldBack(), std::size_t{2});
        if (refused)
            m_gate->release(RpcError::of(ErrorCode::NotFound, QStringLiteral("gone")));
        else
            m_gate->release(m_gate->documentsOf(m_about.id).toJson());
        m_gate->release(m_gate->documentsOf(other.id).toJson());
        QTRY_COMPARE(m_view->timelineOf(), other.id.toString());
        QCOMPARE(lines(), 2);
        QCOMPARE(m_view->problem(), QString());
    }
};

QTEST_GUILESS_MAIN(HistoryDeskTest)
#include "historydesk_test.moc"
