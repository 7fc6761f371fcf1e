// SPDX-License-Identifier: Apache-2.0
#include "keys/keyindex.h"

#include "core/reader.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStandardPaths>

#include <algorithm>

namespace holdfast {

namespace {

KeyRecord readRecord(ObjectReader &reader)
{
    KeyRecord record;
    record.gate = reader.text(u"gate");
    record.actor = reader.text(u"actor");
    record.purpose = reader.textOneOf(u"purpose", {QStringLiteral("session"), QStringLiteral("decide"), QStringLiteral("cosign")});
    record.key = reader.key(u"key");
    record.id = reader.text(u"id");
    const QString place = reader.textOneOf(u"place", {toString(KeyPlace::Keychain), toString(KeyPlace::SealedFile)});
    record.place = place == toString(KeyPlace::SealedFile) ? KeyPlace::SealedFile : KeyPlace::Keychain;
    record.madeAt = reader.instant(u"made_at");
    reader.optionalObject(u"store", [&record](ObjectReader &store) {
        record.store = {store.text(u"program"), store.text(u"label"), store.text(u"collection"), store.integer(u"created_at", 0, StoreIdentity::latest)};
    });
    return record;
}

Json writeRecord(const KeyRecord &record)
{
    std::optional<Json> store;
    if (record.store.isKnown()) {
        store = JsonBuilder()
                    .add(QStringLiteral("program"), record.store.program)
                    .add(QStringLiteral("label"), record.store.label)
                    .add(QStringLiteral("collection"), record.store.collection)
                    .add(QStringLiteral("created_at"), record.store.createdAt)
                    .build();
    }
    return JsonBuilder()
        .add(QStringLiteral("gate"), record.gate)
        .add(QStringLiteral("actor"), record.actor)
        .add(QStringLiteral("purpose"), record.purpose)
        .add(QStringLiteral("key"), record.key.toString())
        .add(QStringLiteral("id"), record.id)
        .add(QStringLiteral("place"), toString(record.place))
        .add(QStringLiteral("made_at"), formatInstant(record.madeAt))
        .addIf(QStringLiteral("store"), store)
        .build();
}

} // namespace

QString toString(KeyPlace place)
{
    return place == KeyPlace::Keychain ? QStringLiteral("keychain") : QStringLiteral("sealed-file");
}

QString KeyIndex::defaultPath()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + QStringLiteral("/holdfast/keys.json");
}

Result<KeyIndex, DocumentError> KeyIndex::load(const QString &path)
{
    KeyIndex index(path);
    if (!QFileInfo::exists(path))
        return index;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Failure{DocumentError{DocumentError::Kind::NotJson, path, file.errorString()}};
    const auto json = parseJson(file.readAll());
    if (!json)
        return Failure{DocumentError{DocumentError::Kind::NotJson, path, json.error().sentence()}};
    ObjectReader reader(*json);
    if (reader.integer(u"version", 1, 1) != 1)
        reader.fail(DocumentError::Kind::InvalidValue, u"version", QStringLiteral("1 was expected"));
    reader.each(u"keys", [&index](ObjectReader &key) { index.m_records.push_back(readRecord(key)); });
    if (auto error = reader.finish())
        return Failure{DocumentError{error->kind, path + QStringLiteral(": ") + error->path, error->detail}};
    return index;
}

const KeyRecord *KeyIndex::find(QStringView gate, QStringView purpose) const
{
    const KeyRecord *newest = nullptr;
    for (const KeyRecord &record : m_records) {
        if (record.gate == gate && record.purpose == purpose && (newest == nullptr || record.madeAt >= newest->madeAt))
            newest = &record;
    }
    return newest;
}

bool KeyIndex::add(KeyRecord record)
{
    auto records = m_records;
    std::erase_if(records, [&record](const KeyRecord &other) { return other.key == record.key; });
    records.push_back(std::move(record));
    if (!save(records))
        return false;
    m_records = std::move(records);
    return true;
}

bool KeyIndex::remove(const VerifierKey &key)
{
    auto records = m_records;
    std::erase_if(records, [&key](const KeyRecord &other) { return other.key == key; });
    if (!save(records))
        return false;
    m_records = std::move(records);
    return true;
}

bool KeyIndex::save(const std::vector<KeyRecord> &records) const
{
    JsonArray keys;
    for (const KeyRecord &record : records)
        keys.push_back(writeRecord(record));
    const QByteArray bytes = JsonBuilder().add(QStringLiteral("version"), 1).add(QStringLiteral("keys"), std::move(keys)).build().toBytes();
    QDir().mkpath(QFileInfo(m_path).absolutePath());
    QSaveFile file(m_path);
    return file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) && file.write(bytes) == bytes.size()
        && file.commit();
}

} // namespace holdfast
