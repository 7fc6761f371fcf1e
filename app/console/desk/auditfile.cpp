// SPDX-License-Identifier: Apache-2.0
#include "console/desk/auditfile.h"

#include "ledger/archivedocuments.h"

#include <QFile>
#include <QSaveFile>

namespace holdfast {

namespace {

const QByteArray magic = QByteArrayLiteral("holdfast-audit-v2\n");
const QByteArray magicBefore = QByteArrayLiteral("holdfast-audit-v1\n");
constexpr qsizetype signatureSize = std::tuple_size_v<SignatureBytes>;
constexpr qint64 largest = 1024LL * 1024 * 1024;

std::optional<AuditFile::State> stateOf(const QByteArray &body)
{
    ArchiveReader archive(body);
    AuditFile::State state;
    std::int64_t size = 0;
    std::vector<Digest> edge;
    std::vector<std::pair<QByteArray, QByteArray>> kept;
    archive & state.asOf & size & edge & kept & state.checkpoint & state.auditor;
    auto before = archive.atEnd() ? MerkleTree::fromEdge(size, std::move(edge)) : std::nullopt;
    if (!before)
        return std::nullopt;
    state.recent = RecentLedger::of(std::move(*before), kept);
    return state;
}

} // namespace

AuditFile::AuditFile(QString path, VerifierKey gateKey, VerifierKey session)
    : m_path(std::move(path))
    , m_gateKey(std::move(gateKey))
    , m_session(std::move(session))
{
}

QByteArray AuditFile::signedBytes(const QByteArray &body) const
{
    return magic + m_gateKey.toString().toUtf8() + '\n' + sha256(body).hex().toLatin1();
}

Result<AuditFile::State, AuditFile::Problem> AuditFile::load() const
{
    QFile file(m_path);
    if (!file.exists())
        return Failure{Problem::None};
    const auto begin = file.open(QIODevice::ReadOnly) && file.size() <= largest ? file.read(magic.size()) : QByteArray();
    if (begin != magic)
        return Failure{begin == magicBefore ? Problem::None : Problem::Changed};
    const QByteArray signature = file.read(signatureSize);
    const QByteArray body = file.readAll();
    // Verified first, then read.
    if (!verifySignature(m_session.bytes, signedBytes(body), signature))
        return Failure{Problem::Changed};
    if (auto state = stateOf(body))
        return *std::move(state);
    return Failure{Problem::Changed};
}

bool AuditFile::save(const State &state, const Signer &session) const
{
    QByteArray body;
    ArchiveWriter archive(&body);
    std::vector<std::pair<QByteArray, QByteArray>> kept;
    for (const auto &one : state.recent.entries())
        kept.emplace_back(one.entry, one.payload);
    const auto &before = state.recent.before();
    archive & state.asOf & before.size() & before.edge() & kept & state.checkpoint & state.auditor;
    const auto signature = session.sign(signedBytes(body));
    QSaveFile file(m_path);
    if (!file.open(QIODevice::WriteOnly))
        return false;
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    file.write(magic);
    file.write(reinterpret_cast<const char *>(signature.data()), signatureSize);
    file.write(body);
    return file.commit();
}

} // namespace holdfast
