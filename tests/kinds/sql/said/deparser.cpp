// SPDX-License-Identifier: Apache-2.0
#include "deparser.h"

#include <pg_query.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace holdfast::said {

namespace {

bool sendAll(int to, const char *bytes, std::size_t size)
{
    while (size > 0) {
        const ssize_t sent = send(to, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool receiveAll(int from, char *bytes, std::size_t size)
{
    while (size > 0) {
        const ssize_t got = recv(from, bytes, size, 0);
        if (got <= 0)
            return false;
        bytes += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

/// A message is its length and its bytes.
bool sendMessage(int to, const char *bytes, std::size_t size)
{
    return sendAll(to, reinterpret_cast<const char *>(&size), sizeof size) && sendAll(to, bytes, size);
}

std::optional<std::string> receiveMessage(int from)
{
    std::size_t size = 0;
    if (!receiveAll(from, reinterpret_cast<char *>(&size), sizeof size))
        return std::nullopt;
    std::string bytes(size, '\0');
    return receiveAll(from, bytes.data(), size) ? std::optional(bytes) : std::nullopt;
}

[[noreturn]] void serve(int channel)
{
    // A crash is an answer here, and nobody else's business.
    for (const int number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE})
        signal(number, SIG_DFL);
    while (auto tree = receiveMessage(channel)) {
        const PgQueryDeparseResult made = pg_query_deparse_protobuf({tree->size(), tree->data()});
        const std::string text = made.error || !made.query ? std::string() : std::string(made.query);
        pg_query_free_deparse_result(made);
        if (!sendMessage(channel, text.data(), text.size()))
            break;
    }
    _exit(0);
}

} // namespace

bool Deparser::start()
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    m_child = fork();
    if (m_child == 0) {
        close(ends[0]);
        serve(ends[1]);
    }
    close(ends[1]);
    m_channel = ends[0];
    return m_child > 0;
}

void Deparser::stop()
{
    if (m_child <= 0)
        return;
    close(m_channel);
    waitpid(m_child, nullptr, 0);
    m_child = -1;
}

std::optional<QByteArray> Deparser::write(const std::string &tree)
{
    if (m_child <= 0 && !start())
        return std::nullopt;
    const auto text = sendMessage(m_channel, tree.data(), tree.size()) ? receiveMessage(m_channel) : std::nullopt;
    if (!text) {
        stop();
        return std::nullopt;
    }
    return text->empty() ? std::nullopt : std::optional(QByteArray::fromStdString(*text));
}

} // namespace holdfast::said
