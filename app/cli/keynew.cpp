// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "core/username.h"
#include "keys/plainfilestore.h"
#include "link/enrolment.h"

#include <QSysInfo>

namespace holdfast {

namespace {

using namespace std::chrono_literals;

constexpr auto PatienceToEnrol = 10s;

QString defaultName()
{
    return plainName(userName() + u'-' + QSysInfo::machineHostName());
}

/// The gate's url may come from anywhere; the key is the invite's.
Expected<LinkOptions> addressFor(const Program &program, const Invite &invite)
{
    const auto gate = findGate(program.options);
    if (!gate)
        return gate.failure();
    if (gate->address.key != invite.gateKey)
        return Failure{Problem{ExitCode::Usage, QStringLiteral("the invite is for another gate than the one at %1; name its address with --gate <url>#<gate vkey>")
                                                    .arg(gate->address.url.toString())}};
    LinkOptions options;
    options.address = gate->address;
    options.clientName = QStringLiteral("hold");
    return options;
}

Expected<Done> enrol(const Program &program, const Invite &invite, const Signer &signer)
{
    const auto options = addressFor(program, invite);
    if (!options)
        return options.failure();
    BlockingLink link(*options, nullptr);
    const auto challenge = link.challenge(PatienceToEnrol);
    if (!challenge)
        return Failure{problemOf(challenge.error())};
    const QString request = purpose::Request.toString();
    const auto answer = link.enrol(enrolment(invite, *challenge, {{request, &signer}}));
    if (!answer)
        return Failure{problemOf(answer.error())};
    const auto registry = enrolledRegistry(answer->envelope, invite.gateKey, {{request, signer.key()}});
    if (!registry)
        return Failure{Problem{ExitCode::BadProof, QStringLiteral("the gate's answer does not show this key in a registry that it signed")}};
    const Actor *actor = registry->actorByKey(signer.key().bytes, purpose::Request);
    program.output.note(QStringLiteral("enrolled at %1 as %2").arg(registry->gate, actor->name));
    return Done{};
}

/// A new key; with an invite also one that is there already, so that an enrolment that failed can be tried again.
Result<SeedSigner, KeyStoreError> keyFor(const Program &program, const KeyNewOptions &options, bool toEnrol)
{
    if (toEnrol) {
        auto known = PlainFileStore::read(program.keyPath());
        if (known || known.error().state != KeyState::Absent)
            return known;
    }
    auto made = PlainFileStore::create(program.keyPath(), options.name.isEmpty() ? defaultName() : options.name);
    if (made)
        program.output.note(QStringLiteral("a new key lies in %1").arg(program.keyPath()));
    return made;
}

} // namespace

ExitCode runKeyNew(const Program &program, const KeyNewOptions &options)
{
    const auto invite = Invite::parse(options.invite);
    if (!options.invite.isEmpty() && !invite)
        return program.output.problem({ExitCode::Usage, QStringLiteral("--invite: <gate vkey>#<base64 of 16 bytes> was expected")});
    if (invite) {
        if (const auto address = addressFor(program, *invite); !address)
            return program.output.problem(address.error());
    }
    const auto signer = keyFor(program, options, invite.has_value());
    if (!signer)
        return program.output.problem({ExitCode::Usage, signer.error().detail});
    program.output.print(signer->key().toString());
    program.output.result(JsonBuilder().add(QStringLiteral("key"), signer->key().toString()).add(QStringLiteral("file"), program.keyPath()).build());
    if (!invite)
        return ExitCode::Done;
    const auto enrolled = enrol(program, *invite, *signer);
    if (!enrolled)
        return program.output.problem(enrolled.error());
    return ExitCode::Done;
}

} // namespace holdfast
