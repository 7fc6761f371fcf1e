// SPDX-License-Identifier: Apache-2.0
#include "link/blobs.h"

#include "wire/messagesledger.h"

#include <memory>

namespace holdfast {

namespace {

LinkError badBlob(const QString &detail)
{
    return {LinkError::Kind::BadMessage, detail};
}

struct Upload final
{
    GateLink *link;
    QPointer<QObject> context;
    QByteArray bytes;
    Digest digest;
    std::function<void(Called<Digest>)> handler;
    int elsewhere = 0; ///< how often the gate wanted another part than the next one
};

constexpr int mostElsewhere = 8; ///< a gate that has all of it already, or gave up a part for others; not one that never has enough

void sendFrom(const std::shared_ptr<Upload> &upload, std::int64_t offset)
{
    const BlobWriteParams chunk{upload->digest, offset, upload->bytes.mid(offset, limit::BlobChunk), upload->bytes.size()};
    const std::int64_t next = offset + chunk.data.size();
    upload->link->call<BlobWriteResult>(method::BlobWrite, chunk.toJson(), upload->context, [upload, next](Called<BlobWriteResult> answer) {
        if (!answer)
            return upload->handler(answer.failure());
        if (answer->have == upload->bytes.size())
            return upload->handler(upload->digest);
        if (answer->have != next && (answer->have < 0 || answer->have > upload->bytes.size() || ++upload->elsewhere > mostElsewhere))
            return upload->handler(Failure{CallError{badBlob(QStringLiteral("the gate counts other bytes of the blob than were sent"))}});
        sendFrom(upload, answer->have);
    });
}

struct Download final
{
    GateLink *link;
    QPointer<QObject> context;
    BlobRef blob;
    QByteArray bytes;
    std::function<void(Called<QByteArray>)> handler;
};

void fetchFrom(const std::shared_ptr<Download> &download);

void take(const std::shared_ptr<Download> &download, const BlobReadResult &part)
{
    if (download->blob.size == AnySize && part.size >= 0 && part.size <= LargestBlob)
        download->blob.size = part.size;
    if (download->blob.size == UnknownSize)
        download->blob.size = std::min(part.size, LargestBlob);
    const std::int64_t left = download->blob.size - download->bytes.size();
    if (part.size != download->blob.size || part.data.size() > left || (part.data.isEmpty() && left > 0))
        return download->handler(Failure{CallError{LinkError{LinkError::Kind::BadSignature, QStringLiteral("the blob is not of the size that was signed")}}});
    download->bytes += part.data;
    if (download->bytes.size() < download->blob.size)
        return fetchFrom(download);
    if (sha256(download->bytes) != download->blob.digest)
        return download->handler(Failure{CallError{LinkError{LinkError::Kind::BadSignature, QStringLiteral("the blob's digest is not the one that was signed")}}});
    download->handler(std::move(download->bytes));
}

void fetchFrom(const std::shared_ptr<Download> &download)
{
    const BlobReadParams range{download->blob.digest, download->bytes.size(), limit::BlobChunk};
    download->link->ask<BlobReadResult>(method::BlobRead, range.toJson(), download->context, [download](Called<BlobReadResult> part) {
        if (!part)
            return download->handler(part.failure());
        take(download, *part);
    });
}

} // namespace

void sendBlob(GateLink *link, const QByteArray &bytes, QObject *context, std::function<void(Called<Digest>)> handler)
{
    sendFrom(std::make_shared<Upload>(Upload{link, context, bytes, sha256(bytes), std::move(handler)}), 0);
}

void fetchBlob(GateLink *link, const BlobRef &blob, QObject *context, std::function<void(Called<QByteArray>)> handler)
{
    if (blob.size < UnknownSize || blob.size > LargestBlob) {
        QTimer::singleShot(0, context, [handler = std::move(handler)] {
            handler(Failure{CallError{badBlob(QStringLiteral("the blob is larger than 64 MiB"))}});
        });
        return;
    }
    fetchFrom(std::make_shared<Download>(Download{link, context, blob, {}, std::move(handler)}));
}

} // namespace holdfast
