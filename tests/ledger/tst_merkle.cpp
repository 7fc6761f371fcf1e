// SPDX-License-Identifier: Apache-2.0
#include "core/base64.h"
#include "ledger/merkle.h"

#include <QDirIterator>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <bit>

using namespace holdfast;

namespace {

QString vectors()
{
    return qEnvironmentVariable("HOLDFAST_SHARED") + QStringLiteral("/vectors/merkle");
}

QJsonObject readObject(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

/// A hash that is not 32 bytes long has no value of ours. Some cases write a few words in the place of a root that is only
/// compared: their digest stands for them, so that equal stays equal and different stays different.
std::optional<Digest> hash(const QJsonValue &value)
{
    if (value.toString().isEmpty())
        return std::nullopt;
    const auto raw = fromBase64(value.toString());
    if (raw && raw->size() != 32)
        return sha256(*raw);
    return raw ? Digest::fromBytes(*raw) : std::nullopt;
}

std::optional<std::vector<Digest>> hashes(const QJsonValue &value)
{
    std::vector<Digest> found;
    for (const auto &each : value.toArray()) {
        const auto one = hash(each);
        if (!one)
            return std::nullopt;
        found.push_back(*one);
    }
    return found;
}

bool inclusionHolds(const QJsonObject &test)
{
    const auto leaf = hash(test[QStringLiteral("leafHash")]);
    const auto root = hash(test[QStringLiteral("root")]);
    const auto proof = hashes(test[QStringLiteral("proof")]);
    return leaf && root && proof && verifyInclusion(test[QStringLiteral("leafIdx")].toInteger(-1), test[QStringLiteral("treeSize")].toInteger(-1), *leaf, *proof, *root);
}

bool consistencyHolds(const QJsonObject &test)
{
    const auto root1 = hash(test[QStringLiteral("root1")]);
    const auto root2 = hash(test[QStringLiteral("root2")]);
    const auto proof = hashes(test[QStringLiteral("proof")]);
    return root1 && root2 && proof && verifyConsistency(test[QStringLiteral("size1")].toInteger(-1), test[QStringLiteral("size2")].toInteger(-1), *root1, *root2, *proof);
}

MerkleNodes treeOf(int from, int to)
{
    MerkleNodes nodes;
    for (int i = from; i < to; ++i) {
        const char data = static_cast<char>(i);
        nodes.append(leafHash({&data, 1}));
    }
    return nodes;
}

bool isSubtree(int from, int to)
{
    return from == to || from % static_cast<int>(std::bit_ceil(static_cast<unsigned>(to - from))) == 0;
}

} // namespace

class TestMerkle : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void foreignProofs_data();
    void foreignProofs();
    void smallTrees();
    void rollingHashes();
    void everyProofUpTo130();
    void resumeIsTheSameTree();
    void missingNodesYieldNothing();
    void theProtocolsCheck();
};

void TestMerkle::foreignProofs_data()
{
    QTest::addColumn<QString>("folder");
    QTest::newRow("inclusion") << QStringLiteral("inclusion");
    QTest::newRow("consistency") << QStringLiteral("consistency");
}

void TestMerkle::foreignProofs()
{
    QFETCH(QString, folder);
    if (!QFile::exists(vectors()))
        QSKIP("the shared vectors are not beside the checkout");
    int count = 0;
    int good = 0;
    QDirIterator files(vectors() + QStringLiteral("/testdata/") + folder, {QStringLiteral("*.json")}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QJsonObject test = readObject(files.next());
        const bool wanted = !test[QStringLiteral("wantErr")].toBool();
        const bool holds = folder == QStringLiteral("inclusion") ? inclusionHolds(test) : consistencyHolds(test);
        QVERIFY2(holds == wanted, qPrintable(files.filePath()));
        ++count;
        good += wanted;
    }
    QCOMPARE(count, 98);
    QCOMPARE(good, 6);
}

void TestMerkle::smallTrees()
{
    if (!QFile::exists(vectors()))
        QSKIP("the shared vectors are not beside the checkout");
    const QJsonObject wanted = readObject(vectors() + QStringLiteral("/rfc6962_small_vectors.json"));
    const QJsonArray roots = wanted[QStringLiteral("root_hashes_size_0_to_8")].toArray();
    const QJsonArray nodes = wanted[QStringLiteral("node_hashes")].toArray();
    MerkleNodes tree;
    QCOMPARE(tree.root().hex(), roots[0].toString());
    for (const auto &leaf : wanted[QStringLiteral("leaf_inputs_hex")].toArray()) {
        tree.append(leafHash(QByteArray::fromHex(leaf.toString().toLatin1())));
        QCOMPARE(tree.root().hex(), roots[static_cast<qsizetype>(tree.size())].toString());
    }
    QCOMPARE(tree.size(), 8);
    for (int level = 0; level < nodes.size(); ++level) {
        for (int i = 0; i < nodes[level].toArray().size(); ++i)
            QCOMPARE(tree.node(level, i)->hex(), nodes[level][i].toString());
    }
    QCOMPARE(leafHash("L123456").hex(), wanted[QStringLiteral("hash_leaf_L123456")].toString());
}

void TestMerkle::rollingHashes()
{
    if (!QFile::exists(vectors()))
        QSKIP("the shared vectors are not beside the checkout");
    const QJsonObject wanted = readObject(vectors() + QStringLiteral("/rfc6962_small_vectors.json"))[QStringLiteral("accumulated_sha256_trees_up_to_130_leaves_d_i_eq_byte_i")].toObject();
    Sha256 rootLines;
    Sha256 proofLines;
    for (int to = 0; to <= 130; ++to) {
        for (int from = 0; from <= to; ++from) {
            if (!isSubtree(from, to))
                continue;
            // A subtree on its own is a plain RFC 6962 tree of its leaves.
            const MerkleNodes tree = treeOf(from, to);
            const QByteArray range = QStringLiteral("[%1, %2)").arg(from).arg(to).toLatin1();
            rootLines.add(range + ' ' + tree.root().hex().toLatin1() + '\n');
            for (int i = from; i < to; ++i) {
                QByteArray line = QByteArray::number(i) + ' ' + range;
                const auto proof = inclusionProof(i - from, to - from, tree.reader());
                QVERIFY(proof);
                for (const Digest &each : *proof)
                    line += ' ' + each.hex().toLatin1();
                proofLines.add(line + '\n');
            }
        }
    }
    const auto find = [&](const QString &prefix) {
        for (const QString &name : wanted.keys()) {
            if (name.startsWith(prefix))
                return wanted[name].toString();
        }
        return QString();
    };
    QCOMPARE(rootLines.finish().hex(), find(QStringLiteral("subtree_hash_lines")));
    QCOMPARE(proofLines.finish().hex(), find(QStringLiteral("subtree_inclusion_lines")));
}

void TestMerkle::everyProofUpTo130()
{
    const MerkleNodes nodes = treeOf(0, 130);
    const NodeReader read = nodes.reader();
    for (std::int64_t size = 1; size <= 130; ++size) {
        const Digest root = *rootAt(size, read);
        QCOMPARE(root, treeOf(0, static_cast<int>(size)).root());
        for (std::int64_t i = 0; i < size; ++i) {
            auto proof = *inclusionProof(i, size, read);
            QVERIFY(verifyInclusion(i, size, *nodes.node(0, i), proof, root));
            QVERIFY(size == 1 || !verifyInclusion(i ^ 1, size, *nodes.node(0, i), proof, root));
            proof.push_back(root);
            QVERIFY(!verifyInclusion(i, size, *nodes.node(0, i), proof, root));
        }
        for (std::int64_t from = 1; from <= size; ++from) {
            auto proof = *consistencyProof(from, size, read);
            const Digest old = *rootAt(from, read);
            QVERIFY(verifyConsistency(from, size, old, root, proof));
            QVERIFY(from == size || !verifyConsistency(from, size, root, root, proof));
            proof.push_back(root);
            QVERIFY(!verifyConsistency(from, size, old, root, proof));
        }
    }
}

void TestMerkle::resumeIsTheSameTree()
{
    const MerkleNodes nodes = treeOf(0, 130);
    for (std::int64_t size = 0; size <= 130; ++size) {
        auto tree = MerkleTree::resume(size, nodes.reader());
        QVERIFY(tree);
        for (std::int64_t i = size; i < 130; ++i) {
            for (const MerkleNode &made : tree->append(*nodes.node(0, i)))
                QCOMPARE(made.hash, nodes.node(made.level, made.index).value());
        }
        QCOMPARE(tree->root(), nodes.root());
    }
}

void TestMerkle::missingNodesYieldNothing()
{
    const MerkleNodes nodes = treeOf(0, 11);
    int asked = 0;
    const NodeReader count = [&](int level, std::int64_t index) {
        ++asked;
        return nodes.node(level, index);
    };
    QVERIFY(inclusionProof(5, 11, count) && consistencyProof(6, 11, count));
    const int all = asked;
    QVERIFY(all < 16);
    for (int lost = 1; lost <= all; ++lost) {
        asked = 0;
        const NodeReader failing = [&](int level, std::int64_t index) { return ++asked == lost ? std::nullopt : nodes.node(level, index); };
        QVERIFY(!(inclusionProof(5, 11, failing) && consistencyProof(6, 11, failing)));
    }
    QVERIFY(!inclusionProof(11, 11, nodes.reader()) && !inclusionProof(-1, 11, nodes.reader()) && !inclusionProof(0, 12, nodes.reader()));
    QVERIFY(!consistencyProof(0, 11, nodes.reader()) && !consistencyProof(12, 11, nodes.reader()) && !MerkleTree::resume(-1, nodes.reader()));
}

void TestMerkle::theProtocolsCheck()
{
    const QJsonObject leaf = readObject(qEnvironmentVariable("HOLDFAST_SHARED") + QStringLiteral("/vectors/holdfast/request.json"))[QStringLiteral("ledger_leaf")].toObject();
    if (!leaf.isEmpty())
        QCOMPARE(leafHash(leaf[QStringLiteral("entry")].toString().toUtf8()).hex(), leaf[QStringLiteral("leaf")].toString());
    const auto digest = [](const char *text) { return *Digest::fromBytes(*fromBase64(QString::fromLatin1(text))); };
    const Digest from = digest("+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=");
    const Digest to = digest("Tju7H3tHjc/nH7YxYxUZo7yhLJrvyhYSv85ME6hiZNQ=");
    const std::vector<Digest> proof{digest("Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4="), digest("vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=")};
    QVERIFY(verifyConsistency(2, 5, from, to, proof));
    QVERIFY(!verifyConsistency(2, 4, from, to, proof));
    QVERIFY(!verifyConsistency(5, 2, to, from, proof));
}

QTEST_GUILESS_MAIN(TestMerkle)
#include "tst_merkle.moc"
