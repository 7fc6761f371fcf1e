// SPDX-License-Identifier: Apache-2.0
#include "gate/gate.h"

#include "config/policywriter.h"
#include "core/text/visible.h"
#include "gate/kinds.h"
#include "gate/store/pastholds.h"
#include "wire/gateaddress.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <spdlog/spdlog.h>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace holdfast {

namespace {

QString checkpointFile(const GateConfig &config)
{
    return config.local.store + QStringLiteral(".checkpoint");
}

/// Holds the payload digest of the first registry, as this gate's performer pinned it.
QString pinFile(const GateConfig &config)
{
    return config.local.performKey + QStringLiteral(".pin");
}

std::optional<Digest> readPin(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? Digest::fromString(QString::fromLatin1(file.read(200)).trimmed()) : std::nullopt;
}

void writePin(const QString &path, const Digest &pin)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner)) {
        file.write(pin.toString().toLatin1() + '\n');
        file.commit();
    }
}

/// Files that no measuring process may read or change.
QStringList withheldFrom(const GateLocal &local)
{
    return {local.key, local.ledgerKey, local.performKey, local.store, local.store + QStringLiteral("-wal"), local.store + QStringLiteral("-shm")};
}

QString measurerFile()
{
    return QCoreApplication::applicationDirPath() + QStringLiteral("/holdfast-measure");
}

/// True where somebody whom the file names could approve.
bool hasApprover(const PolicyDocument &policy)
{
    return std::any_of(policy.actors.begin(), policy.actors.end(), [](const Actor &actor) {
        return actor.kind == ActorKind::Human && actor.has(role::Approver) && actor.key(purpose::Decide) != nullptr;
    });
}

constexpr rlim_t ownFiles = 512; ///< store, workers, spawner, whatever they open

/// Sockets that this process can have: as many as it may have files, up to what the server asks for.
std::size_t socketsAllowed(std::size_t wanted)
{
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
        return wanted;
    files.rlim_cur = std::max(files.rlim_cur, std::min(files.rlim_max, static_cast<rlim_t>(wanted) + ownFiles));
    ::setrlimit(RLIMIT_NOFILE, &files);
    return std::min(wanted, static_cast<std::size_t>(files.rlim_cur > 2 * ownFiles ? files.rlim_cur - ownFiles : files.rlim_cur / 2));
}

constexpr std::size_t mostValues = 10'000; ///< of a large message: what is large in a call are strings

std::size_t valuesIn(const Json &value)
{
    std::size_t values = 1;
    if (const auto *array = value.asArray())
        for (const Json &each : *array)
            values += valuesIn(each);
    if (const auto *object = value.asObject())
        for (const auto &[name, each] : *object)
            values += valuesIn(each);
    return values;
}

/// On a thread that has time for it. What takes many times the room and the time of its bytes is not handed on.
Result<RpcMessage, RpcReply> readLarge(QByteArrayView message)
{
    auto read = parseRpc(message);
    if (!read)
        return read;
    const auto *call = std::get_if<RpcCall>(&*read);
    if (call == nullptr)
        return RpcMessage(RpcReply{}); // nobody here asked anything
    if (valuesIn(call->params) <= mostValues)
        return read;
    return Failure{RpcReply{call->id, RpcError::of(ErrorCode::TooLarge, QStringLiteral("$.params has more than %1 values").arg(mostValues))}};
}

void logInfo(const QString &text)
{
    spdlog::get("gate")->info("{}", text.toStdString());
}

} // namespace

Gate::Gate(GateConfig config, QByteArray ownerSecret) : m_config(std::move(config)), m_ownerSecret(std::move(ownerSecret)) {}

Gate::~Gate()
{
    stop();
}

Result<QString, NotStarted> Gate::start()
{
    // Before anything else: what is made at the first start must not be made twice.
    if (auto locked = lock(); !locked)
        return locked.failure();
    if (auto opened = open(); !opened)
        return Failure{NotStarted{false, opened.error()}};
    m_awaitsOwner = !m_engine->context().registries.current();
    const auto port = listen();
    if (!port)
        return Failure{NotStarted{false, port.error()}};
    const QString host = m_config.local.address.contains(QLatin1Char(':')) ? QStringLiteral("[%1]").arg(m_config.local.address) : m_config.local.address;
    const QString url = QStringLiteral("ws://%1:%2/v1").arg(host, QString::number(*port));
    {
        const std::lock_guard guard(m_fileMutex);
        m_url = url;
    }
    writeGateFile();
    return url;
}

Result<Done, NotStarted> Gate::lock()
{
    const QString &store = m_config.local.store;
    auto taken = StoreLock::take(store, m_clock.now());
    if (taken) {
        m_lock.emplace(std::move(*taken));
        return Done{};
    }
    const StoreTaken &by = taken.error();
    if (!by.held)
        return Failure{NotStarted{false, QStringLiteral("%1: %2").arg(StoreLock::pathOf(store), by.detail)}};
    QString who = by.pid > 0 ? QStringLiteral("process %1").arg(by.pid) : QStringLiteral("another process");
    if (by.since)
        who += QStringLiteral(", since %1").arg(formatInstant(*by.since));
    if (const auto file = GateFile::read(GateFile::beside(store)); file && file->pid == by.pid)
        who += QStringLiteral(", on %1").arg(file->address.url.toString());
    return Failure{NotStarted{true, QStringLiteral("a gate runs on %1 already: %2").arg(store, who)}};
}

Result<Done, QString> Gate::open()
{
    if (!QFileInfo(measurerFile()).isExecutable())
        return Failure{QStringLiteral("%1 is missing: without it nothing can be measured").arg(measurerFile())};
    auto identity = loadIdentity(m_config.local);
    if (!identity)
        return Failure{identity.error()};
    m_identity = std::move(*identity);
    auto store = Store::open(m_config.local.store);
    if (!store)
        return Failure{store.error().sentence()};
    m_store = std::move(*store);
    if (!m_store->registries.newest() && m_ownerSecret.isEmpty() && !hasApprover(m_config.policy))
        return Failure{QStringLiteral("%1: nobody could approve anything: start once with --owner-fd, or write a human [[actor]] with role approver and keys")
                           .arg(m_config.file)};
    const auto highest = Housekeeper::kept(checkpointFile(m_config));
    if (!highest)
        return Failure{QStringLiteral("%1 cannot be read").arg(checkpointFile(m_config))};
    m_housekeeper = std::make_unique<Housekeeper>(m_config.local.store, checkpointFile(m_config));
    m_store->onCommitted([this](int pages) { m_housekeeper->logGrew(pages); });

    build();
    if (auto started = m_engine->start(*highest); !started)
        return Failure{started.error().sentence()};
    return Done{};
}

void Gate::build()
{
    Workers::Options options;
    options.directory = QFileInfo(m_config.file).absolutePath();
    options.past = pastHoldsOf(m_config.local.store);
    options.withheld = withheldFrom(m_config.local) << pinFile(m_config) << checkpointFile(m_config);
    options.measurer.program = measurerFile();
    options.measurer.deadline = m_config.local.measureWithin;
    m_workers = std::make_unique<Workers>(allKinds(), identifyTarget, m_clock, options, [this](Input input) { m_thread->post(std::move(input)); });
    EngineOptions engine;
    engine.ownerSecret = m_ownerSecret;
    engine.measuredFirst = m_workers->measuredFirst();
    engine.turnTime = std::chrono::milliseconds{5};
    engine.bounds = options.performing;
    engine.queueLength = [this] { return m_workers->waiting(); };
    engine.pin = readPin(pinFile(m_config));
    m_engine = std::make_unique<Engine>(*m_store, m_clock, m_identity, m_config, static_cast<Outside &>(*this), std::move(engine));
    m_thread = std::make_unique<StoreThread>(*m_engine);
    m_thread->onTaken([this](ConnectionId id, std::size_t bytes) { m_server->taken(id, bytes); });

    ServerOptions sockets;
    sockets.address = m_config.local.address;
    sockets.port = m_config.local.port;
    sockets.connections = socketsAllowed(sockets.connections);
    sockets.beforeSession = std::min(sockets.beforeSession, sockets.connections / 4);
    sockets.hosts = m_config.local.hosts;
    sockets.origins = m_config.local.origins;
    m_server = std::make_unique<Server>(sockets, ServerEvents{
                                                     [this](ConnectionId id) { m_thread->post(Opened{id}); },
                                                     [this, readHere = sockets.asideBytes](ConnectionId id, QByteArray message) {
                                                         Received received{id, std::move(message)};
                                                         if (static_cast<std::size_t>(received.message.size()) > readHere)
                                                             received.parsed = std::make_shared<const Result<RpcMessage, RpcReply>>(readLarge(received.message));
                                                         m_thread->post(std::move(received));
                                                     },
                                                     [this](ConnectionId id) { m_thread->post(Closed{id}); },
                                                 });
}

Result<quint16, QString> Gate::listen()
{
    reportDifferences();
    auto port = m_server->start();
    if (port)
        m_thread->start();
    return port;
}

void Gate::stop()
{
    if (m_server)
        m_server->stop();
    if (m_engine)
        m_engine->beginNothing();
    if (m_workers)
        m_workers->stop();
    if (m_thread)
        m_thread->stop();
    m_housekeeper.reset();
    const std::lock_guard guard(m_fileMutex);
    if (!std::exchange(m_url, {}).isEmpty())
        QFile::remove(GateFile::beside(m_config.local.store));
}

void Gate::reportDifferences() const
{
    const auto &active = m_engine->context().registries.current();
    if (!active) {
        logInfo(QStringLiteral("no owner has enrolled yet: only actor.enrol is answered. Create your keys in the console, or enrol with the invite that was printed where this gate was started"));
        return;
    }
    if (active->toml == m_config.policyToml)
        return;
    spdlog::get("gate")->warn("the policy in {} is not the one in force: it is not applied; ask for it with a policy request", m_config.file.toStdString());
    const QStringList inForce = explain(*active->policy);
    const QStringList inFile = explain(m_config.policy);
    for (const QString &line : inForce)
        if (!inFile.contains(line))
            spdlog::get("gate")->warn("  in force only: {}", visible(line).toStdString());
    for (const QString &line : inFile)
        if (!inForce.contains(line))
            spdlog::get("gate")->warn("  in the file only: {}", visible(line).toStdString());
}

void Gate::writeGateFile()
{
    const std::lock_guard guard(m_fileMutex);
    if (m_url.isEmpty())
        return;
    const GateFile file{{QUrl(m_url), m_identity.key->key()}, m_identity.ledgerKey->key(), m_identity.performKey->key(), ::getpid(), m_awaitsOwner};
    if (!file.write(GateFile::beside(m_config.local.store)))
        spdlog::get("gate")->warn("gate.json cannot be written: hold needs --gate to find this gate");
}

void Gate::send(ConnectionId to, QByteArray message)
{
    m_server->send(to, std::move(message));
}

void Gate::broadcast(std::vector<ConnectionId> to, QByteArray message)
{
    m_server->broadcast(std::move(to), std::move(message));
}

void Gate::admit(ConnectionId connection)
{
    m_server->admit(connection);
}

void Gate::close(ConnectionId connection, std::uint16_t code, QString reason)
{
    m_server->close(connection, code, std::move(reason));
}

void Gate::start(MeasureJob job)
{
    m_workers->start(std::move(job));
}

void Gate::start(PerformJob job)
{
    m_workers->start(std::move(job));
}

void Gate::start(IdentifyJob job)
{
    m_workers->start(std::move(job));
}

void Gate::rewritePolicy(QByteArray toml)
{
    if (const auto written = holdfast::rewritePolicy(m_config.file, toml); !written) {
        spdlog::get("gate")->error("the policy is in force but not in the file: {}", written.error().sentence().toStdString());
        return;
    }
    m_engine->policyWritten();
}

void Gate::keepCheckpoint(QByteArray note)
{
    m_housekeeper->keep(std::move(note));
    if (!QFile::exists(pinFile(m_config)))
        if (const auto pin = m_engine->pin())
            writePin(pinFile(m_config), *pin);
    if (m_awaitsOwner && m_engine->context().registries.current()) {
        m_awaitsOwner = false;
        writeGateFile();
    }
}

} // namespace holdfast
