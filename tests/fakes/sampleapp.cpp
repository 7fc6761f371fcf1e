// SPDX-License-Identifier: Apache-2.0
#include "fakes/sampleapp.h"

using namespace Qt::StringLiterals;

namespace holdfast::fakes {

using view::Link;
using view::Tone;

namespace {
const auto longName = u"prod_eu_central_1_customer_bookings_reservation_line_items_with_tax_and_discount_history_partition_2026_11_22_shadow_copy_for_the_quarterly_reconciliation_of_payments_and_refunds_in_all_regions_v2_0O1lI"_s;
}

SampleApp::SampleApp()
    : m_hold(sampleHold())
    , m_lists(sampleLists())
{
    m_app.settings()->setPlaces(u"0.1.0"_s, u"/home/ines/.local/share/holdfast"_s, u"/home/ines/.local/state/holdfast/log"_s);
    m_app.settings()->setSurroundings({false, false, true});
    m_app.keys()->setKeychain(Keys::Present, {});
    m_app.practice()->advance(Practice::Ready);
    m_app.inbox()->setLastDecision(u"Last decision 14 min ago."_s);
    QObject::connect(m_app.inbox(), &Inbox::openWanted, m_app.inbox(), &Inbox::setCurrent);
    QObject::connect(m_app.review(), &Review::diffWanted, m_app.review(), [this] { fillDiff(); });
    setGate();
}

void SampleApp::setGate()
{
    GateStatus::Standing standing;
    standing.name = u"pocketos gate"_s;
    standing.link = Link::Live;
    standing.linkText = u"live"_s;
    standing.proven = u"48 213 entries proven"_s;
    m_app.gate()->show(standing);
}

void SampleApp::fillInbox()
{
    const auto rows = sampleInbox();
    m_app.inbox()->show(rows, static_cast<int>(rows.size()));
    m_app.inbox()->setCurrent(rows[0].key);
}

void SampleApp::fillDiff()
{
    m_diff = std::make_unique<RowsModel<DiffRow>>();
    m_diff->replace(sampleDiff());
    m_app.review()->setDiffLines(u"schema"_s, m_diff.get(), 88);
}

void SampleApp::showHold()
{
    m_app.review()->show(Review::Shown, m_hold, m_lists);
    auto terms = sampleTerms();
    terms.revision = m_hold.revision;
    m_app.decision()->open(terms);
}

void SampleApp::unlock()
{
    for (const auto &[id, words] : sampleTerms().sections)
        m_app.decision()->reach(id);
    m_app.decision()->setTypedTarget(u"bookings-prod"_s);
}

void SampleApp::setLongNames()
{
    auto rows = sampleInbox();
    rows[0].sentence = u"Drop table %1 and all that hangs on it"_s.arg(longName);
    rows[0].requester = longName;
    rows[1].environment = longName;
    m_app.inbox()->show(rows, static_cast<int>(rows.size()));
    m_hold.sentence = u"Drop table %1 in bookings-prod, with 11 dependent tables"_s.arg(longName);
    m_hold.origin = u"%1 asked 3 minutes ago, for sam"_s.arg(longName);
    m_lists.dependents[1].name = longName;
    m_lists.dependents[2].name = longName;
    m_lists.facts[0].figure = u"9 007 199 254 740 991"_s;
    m_lists.recovery[0].value = longName;
    showHold();
}

void SampleApp::setMany()
{
    QList<InboxRow> rows;
    const auto some = sampleInbox();
    for (int i = 0; i < 200; ++i) {
        auto row = some[i % some.size()];
        row.key += QString::number(i);
        rows.append(row);
    }
    m_app.inbox()->show(rows, 200);
    m_app.inbox()->setCurrent(rows[3].key);
}

void SampleApp::setOffline()
{
    GateStatus::Standing standing;
    standing.name = u"pocketos gate"_s;
    standing.link = Link::Offline;
    standing.linkText = u"offline, trying again in 4 s"_s;
    standing.staleText = u"Stale since 10:41. Nothing can be signed."_s;
    m_app.gate()->show(standing);
    m_app.decision()->block(u"link"_s, u"Reach the gate again"_s);
}

// The longest that the desk says of a gate: the session key is in another keyring than the one that answers.
void SampleApp::setNoSeat(const QString &headline)
{
    const auto keyring = u"the keyring “Login of the workstation in the machine room on the second floor, second seat” of gnome-keyring-d, made 2026-%1"_s;
    GateStatus::Standing standing;
    standing.name = u"pocketos gate"_s;
    standing.link = Link::Offline;
    standing.linkText = u"offline"_s;
    standing.staleText = headline;
    standing.staleWhy = u"The session key 530d903a for pocketos.example/gate was kept in %1; %2 answers now: the keyring has no such key. Start the desktop session that has it, or restore it; nothing was made in its place. Until then another approver, or you with another key, can deny, stop and freeze."_s
                             .arg(keyring.arg(u"11-01 08:12"), keyring.arg(u"11-27 23:40"));
    m_app.gate()->show(standing);
    m_app.decision()->block(u"keys"_s, u"Restore your session key"_s);
}

void SampleApp::setDelta()
{
    m_hold.revision = 2;
    m_lists.contradictions.clear();
    m_lists.delta = {{u"rows"_s, u"rows destroyed"_s, u"1 284 003 → 1 301 442, tolerance 0"_s, Tone::Caution, false}, {u"live"_s, u"live connections"_s, u"38 → 41"_s, Tone::Plain, false}};
    showHold();
}

// Counts with limits, each wider than a plain one, and one diff alone.
void SampleApp::setBounds()
{
    m_lists.dependents[1].count = u"748 311 to 1 284 003"_s;
    m_lists.dependents[2].count = u"at least 98 220"_s;
    m_lists.dependents[4].count = u"up to 25 466"_s;
    m_lists.diffs.resize(1);
    showHold();
}

void SampleApp::setElsewhere()
{
    fillKeys(u"missing"_s, Tone::Bad);
    m_app.keys()->setKeychain(Keys::Absent, u"Your keys are in the keyring “Login” of gnome-keyring-d, made 2026-11-01 08:12. The keyring “Default keyring” of gnome-keyring-d, made 2026-11-27 23:40 answers now, and nothing was made in it. Start the session that has them, or restore them."_s);
}

void SampleApp::fillRunning()
{
    m_app.running()->show(sampleRunning());
}

void SampleApp::fillHistory()
{
    const QList<double> time{1, 0.9, 0.95, 0.7, 0.68, 0.78, 0.6, 0.58, 0.48, 0.5, 0.45, 0.43};
    History::Charts charts;
    for (const auto value : time) {
        const auto name = u"week %1"_s.arg(charts.time.size() + 1);
        const bool out = charts.time.size() == 7;
        charts.time.append({name, value, false});
        charts.share.append({name, 0.2 + value / 5, false});
        charts.quick.append({name, out ? 0.9 : 0.08, out});
    }
    charts.timeText = u"median 3 min 40, last 12 weeks"_s;
    charts.shareText = u"critical 31 %, high 58 %, elevated 84 %"_s;
    charts.quickText = u"9 of 312, week 8 stands out"_s;
    m_app.history()->setCharts(charts);
    m_app.history()->setQuery(u"env:production tier:>=high after:2026-09-01 bookings"_s);
    m_app.history()->show(sampleHistory(), u"312 of 1 048 117, 6 ms"_s);
}

void SampleApp::fillKeys(const QString &standing, view::Tone tone)
{
    m_app.keys()->show({{u"ines+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"_s, u"Signs your decisions"_s, u"ines"_s, u"pocketos.example/gate"_s, u"keychain"_s, standing, tone},
                           {u"ines+8a1f02bc+AX0rrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2kQe"_s, u"Opens your sessions"_s, u"ines"_s, u"pocketos.example/gate"_s, u"keychain"_s, standing, tone}},
        {{u"pocketos.example/gate"_s, u"ws://127.0.0.1:41207/v1"_s, u"pocketos.example/gate+1fd0c2aa+AcG9x2Tq5c7yQR4ZCbV54Id2LKaANYcrnKv3U2kQeQ0="_s, u"live"_s, Tone::Good, u"48 213 entries proven"_s, true}});
}

bool SampleApp::set(const QString &scene)
{
    if (scene == u"nothing")
        return true;
    fillInbox();
    fillRunning();
    fillHistory();
    fillKeys(u"ready"_s, Tone::Good);
    showHold();
    if (scene == u"review-open") {
        unlock();
    } else if (scene == u"review-delta") {
        setDelta();
    } else if (scene == u"bounds") {
        setBounds();
    } else if (scene == u"no-seat-full") {
        setNoSeat(u"As it stood today 23:40. Nothing can be signed now."_s);
    } else if (scene == u"long-names") {
        setLongNames();
    } else if (scene == u"empty" || scene == u"empty-offline" || scene == u"no-seat") {
        if (scene == u"empty-offline")
            setOffline();
        else if (scene == u"no-seat")
            setNoSeat(u"Nothing can be signed now."_s);
        m_app.inbox()->show({}, 0);
        m_app.review()->show(Review::Nothing, {}, {});
        m_app.decision()->close();
    } else if (scene == u"many") {
        setMany();
    } else if (scene == u"offline") {
        setOffline();
    } else if (scene == u"running") {
        m_app.setPage(App::RunningPage);
    } else if (scene == u"history" || scene == u"timeline" || scene == u"history-kept") {
        m_app.setPage(App::HistoryPage);
        if (scene == u"history-kept")
            setNoSeat(u"As it stood today 23:40. Nothing can be signed now."_s);
        if (scene == u"timeline")
            m_app.history()->showTimeline(u"hkz3qhbt5xw2m7ad4cn6yjvre"_s, sampleHold().sentence, sampleTimeline());
    } else if (scene == u"keys" || scene == u"keychain-locked" || scene == u"keyring-other") {
        m_app.setPage(App::KeysPage);
        if (scene == u"keychain-locked")
            m_app.keys()->setKeychain(Keys::Locked, u"Unlock it to decide. Nothing is created meanwhile."_s);
        else if (scene == u"keyring-other")
            setElsewhere();
    } else if (scene == u"settings") {
        m_app.setPage(App::SettingsPage);
    } else if (scene == u"first-run") {
        m_app.setFirstRun(true);
    } else if (scene == u"passphrase") {
        m_app.passphrase()->ask(u"To approve: Drop table bookings in bookings-prod, with 11 dependent tables"_s, u"That passphrase does not open the key."_s);
    } else if (scene == u"changed") {
        m_app.passphrase()->ask(u"To approve: Drop table bookings in bookings-prod, with 11 dependent tables"_s);
        m_app.passphrase()->withdraw(u"The hold changed while you decided. Nothing was signed."_s);
    } else {
        return scene == u"review";
    }
    return true;
}

} // namespace holdfast::fakes
