// SPDX-License-Identifier: Apache-2.0
#include "cli/exitcode.h"

namespace holdfast {

namespace {

ExitCode ofLink(LinkError::Kind kind)
{
    switch (kind) {
    case LinkError::Kind::BadAddress: return ExitCode::Usage;
    case LinkError::Kind::WrongGate:
    case LinkError::Kind::BadSignature: return ExitCode::BadProof;
    case LinkError::Kind::Refused: return ExitCode::Refused;
    case LinkError::Kind::Interrupted: return ExitCode::Waiting;
    case LinkError::Kind::Unreachable:
    case LinkError::Kind::Timeout:
    case LinkError::Kind::BadMessage: break;
    }
    return ExitCode::Unreachable;
}

ExitCode ofCode(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Unauthenticated:
    case ErrorCode::Forbidden:
    case ErrorCode::SelfApproval:
    case ErrorCode::RefusedByPolicy:
    case ErrorCode::DeniedBefore:
    case ErrorCode::Frozen: return ExitCode::Refused;
    case ErrorCode::Expired: return ExitCode::Expired;
    case ErrorCode::InvalidSignature: return ExitCode::BadProof;
    case ErrorCode::RateLimited:
    case ErrorCode::Unavailable: return ExitCode::Unreachable;
    case ErrorCode::NotFound:
    case ErrorCode::Conflict:
    case ErrorCode::StaleRevision:
    case ErrorCode::InvalidDocument:
    case ErrorCode::UnknownTarget:
    case ErrorCode::TooLarge: break;
    }
    return ExitCode::Usage;
}

} // namespace

ExitCode exitCodeOf(const CallError &error)
{
    if (const auto *link = std::get_if<LinkError>(&error))
        return ofLink(link->kind);
    const auto &refused = std::get<RpcError>(error);
    if (refused.code)
        return ofCode(*refused.code);
    constexpr int invalidParams = -32602;
    return refused.rpcCode == invalidParams ? ExitCode::Usage : ExitCode::Unreachable;
}

ExitCode exitCodeOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Committed: return ExitCode::Done;
    case Outcome::Unknown: return ExitCode::Unknown;
    case Outcome::Failed:
    case Outcome::Partial:
    case Outcome::NotStarted: break;
    }
    return ExitCode::Failed;
}

ExitCode exitCodeOf(State state)
{
    switch (state) {
    case State::Expired:
    case State::Lapsed: return ExitCode::Expired;
    case State::Withdrawn:
    case State::Stopped: return ExitCode::Withdrawn;
    default: return ExitCode::Refused;
    }
}

Problem problemOf(const CallError &error)
{
    return {exitCodeOf(error), sentence(error)};
}

} // namespace holdfast
