// SPDX-License-Identifier: Apache-2.0
#include "console/desk/auditfile.h"

#include "ledger/archivedocuments.h"

#include <QFile>
#include <QSaveFile>

namespace holdfast {

namespace {

const QByteArray magic = QByteArrayLiteral("holdfast-audit-v1\n");
constexpr qsizetype signatureSize = std::tuple_size_v<SignatureBytes>;
constexpr qint64 largest = 1024LL * 1024 * 1024;

} // namespace

AuditFile::AuditFile(QString path, VerifierKey gateKey, const Signer &session)
    : m_path(std::move(path))
    , m_gateKey(std::move(gateKey))
    , m_session(session)
{
}

QByteArray AuditFile::signedBytes(const QByteArray &body) const
{
    return magic + m_gateKey.toString().toUtf8() + '\n' + sha256(body).hex().toLatin1();
}

std::optional<AuditFile::Start> AuditFile::load() const
{
    QFile file(m_path);
    if (!file.open(QIODevice::ReadOnly) || file.size() > largest || file.read(magic.size()) != magic)
        return std::nullopt;
    const QByteArray signature = file.read(signatureSize);
    const QByteArray body = file.readAll();
    // Verified first, then read.
    if (!verifySignature(m_session.key().bytes, signedBytes(body), signature))
        return std::nullopt;
    ArchiveReader archive(body);
    std::int64_t size = 0;
    std::vector<Digest> edge;
    Start start;
    archive & size & edge & start.auditor;
    auto tree = archive.atEnd() ? MerkleTree::fromEdge(size, std::move(edge)) : std::nullopt;
    if (!tree)
        return std::nullopt;
    start.tree = std::move(*tree);
    return start;
}

bool AuditFile::save(const MerkleTree &tree, const QByteArray &auditor) const
{
    QByteArray body;
    ArchiveWriter archive(&body);
    archive & tree.size() & tree.edge() & auditor;
    const auto signature = m_session.sign(signedBytes(body));
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
