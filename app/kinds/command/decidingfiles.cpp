// SPDX-License-Identifier: Apache-2.0
#include "kinds/command/decidingfiles.h"

#include <QRegularExpression>

#include <algorithm>

namespace holdfast {

namespace {

constexpr std::int64_t largestFile = 16LL * 1024 * 1024;

struct Reader final
{
    QStringList programs;
    QStringList files;
    bool database = false; ///< they say which database it reaches
};

QStringList names(const char *words)
{
    return QString::fromLatin1(words).split(u' ', Qt::SkipEmptyParts);
}

/// From the manuals of these programs. A program that is not here reads what it likes, and is not understood anyway.
const std::vector<Reader> &readers()
{
    static const std::vector<Reader> all{
        {names("prisma"), names(".env prisma/.env prisma/schema.prisma schema.prisma prisma.config.ts prisma.config.js prisma.config.mjs package.json"), true},
        {names("drizzle-kit"), names(".env drizzle.config.ts drizzle.config.js drizzle.config.json"), true},
        {names("typeorm"), names(".env ormconfig.json ormconfig.js ormconfig.env data-source.ts"), true},
        {names("sequelize sequelize-cli"), names(".env .sequelizerc config/config.json config/config.js"), true},
        {names("knex"), names(".env knexfile.js knexfile.ts"), true},
        {names("rails rake"), names(".env Rakefile config/database.yml config/application.rb"), true},
        {names("artisan"), names(".env config/database.php"), true},
        {names("manage.py"), names(".env"), true},
        {names("alembic"), names("alembic.ini .env"), true},
        {names("flyway"), names("flyway.conf flyway.toml conf/flyway.conf conf/flyway.toml"), true},
        {names("liquibase"), names("liquibase.properties"), true},
        {names("supabase"), names(".env supabase/config.toml supabase/.env"), true},
        {names("npm npx pnpm pnpx yarn bun bunx node"), names("package.json .npmrc .yarnrc .yarnrc.yml .env")},
        {names("docker docker-compose podman podman-compose"), names("compose.yaml compose.yml docker-compose.yml docker-compose.yaml compose.override.yaml compose.override.yml docker-compose.override.yml docker-compose.override.yaml .env")},
        {names("make gmake"), names("GNUmakefile makefile Makefile")},
        {names("just"), names("justfile Justfile .justfile .env")},
        {names("terraform tofu"), names("main.tf variables.tf providers.tf backend.tf terraform.tf terraform.tfvars terraform.tfvars.json terraform.tfstate .terraform/terraform.tfstate .terraform/environment .terraform.lock.hcl")},
        {names("pulumi"), names("Pulumi.yaml Pulumi.yml")},
        {names("ansible ansible-playbook"), names("ansible.cfg hosts inventory")},
        {names("helm"), names("Chart.yaml values.yaml")},
        {names("kustomize"), names("kustomization.yaml kustomization.yml Kustomization")},
        {names("firebase"), names("firebase.json .firebaserc")},
        {names("wrangler"), names("wrangler.toml wrangler.json wrangler.jsonc .dev.vars")},
        {names("fly flyctl"), names("fly.toml")},
        {names("vercel"), names("vercel.json .vercel/project.json")},
        {names("serverless sls"), names("serverless.yml serverless.yaml .env")},
        {names("cargo"), names("Cargo.toml .cargo/config.toml")}};
    return all;
}

/// Every word that may be the name of a program: of a shell's text, too, and without a version (`prisma@5`).
QStringList wordsOf(const QStringList &argv)
{
    static const QRegularExpression between(QStringLiteral("[\\s;&|()`'\"]+"));
    QStringList words;
    for (const auto &argument : argv) {
        for (const auto &word : argument.split(between, Qt::SkipEmptyParts))
            words.append(word.mid(word.lastIndexOf(u'/') + 1).section(u'@', 0, 0));
    }
    return words;
}

std::vector<const Reader *> readersIn(const QStringList &argv)
{
    const QStringList words = wordsOf(argv);
    std::vector<const Reader *> found;
    for (const auto &reader : readers()) {
        if (std::any_of(reader.programs.begin(), reader.programs.end(), [&](const QString &program) { return words.contains(program); }))
            found.push_back(&reader);
    }
    return found;
}

} // namespace

void addDecidingFiles(CommandPlan &plan)
{
    for (const Reader *reader : readersIn(plan.argv)) {
        for (const auto &name : reader->files) {
            auto file = hashFile(plan.directory.get(), name.toUtf8(), largestFile);
            if (file) {
                file->readBy = reader->programs.front();
                plan.addFile(std::move(*file));
            } else {
                plan.absent.append(name);
            }
        }
    }
    plan.absent.removeDuplicates();
}

bool keepsSecrets(const QString &path)
{
    static const QStringList kept{QStringLiteral("credentials"), QStringLiteral(".pgpass"), QStringLiteral(".npmrc"), QStringLiteral(".yarnrc"), QStringLiteral(".yarnrc.yml"), QStringLiteral(".netrc"), QStringLiteral("kubeconfig"),
                                  QStringLiteral("database.yml"), QStringLiteral("alembic.ini"), QStringLiteral("ormconfig.json"), QStringLiteral("ormconfig.env"), QStringLiteral("terraform.tfvars"),
                                  QStringLiteral("terraform.tfvars.json"), QStringLiteral("terraform.tfstate"), QStringLiteral("liquibase.properties"), QStringLiteral("flyway.conf"), QStringLiteral("flyway.toml"), QStringLiteral(".dev.vars")};
    const QString name = path.mid(path.lastIndexOf(u'/') + 1);
    return name.startsWith(u".env") || name.endsWith(u".env") || kept.contains(name);
}

bool reachesADatabase(const QStringList &argv)
{
    const auto found = readersIn(argv);
    return std::any_of(found.begin(), found.end(), [](const Reader *reader) { return reader->database; });
}

} // namespace holdfast
