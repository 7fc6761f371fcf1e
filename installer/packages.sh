# SPDX-License-Identifier: Apache-2.0
# Debian 12 packages by purpose, and the one function that installs what is missing. Sourced by installer/run, tests/run and tests/bench/run.

PACKAGES_BUILD="g++ lld cmake ninja-build ccache pkg-config git
 qt6-base-dev qt6-declarative-dev qt6-declarative-dev-tools qt6-websockets-dev qt6-tools-dev qt6-tools-dev-tools
 qt6-l10n-tools linguist-qt6 libgl-dev qtkeychain-qt6-dev libspdlog-dev libfmt-dev libtomlplusplus-dev libcli11-dev
 libpg-query-dev libsodium-dev libssl-dev libboost1.81-dev libpq-dev libsqlite3-dev libseccomp-dev libre2-dev"
PACKAGES_RUN="libqt6sql6-sqlite libqt6svg6 libsecret-1-0 qt6-qpa-plugins fonts-inter fonts-hack dbus
 qml6-module-qtquick qml6-module-qtquick-controls qml6-module-qtquick-layouts qml6-module-qtquick-templates
 qml6-module-qtquick-window qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript
 postgresql-15 postgresql-client-15 git"
PACKAGES_TEST="libprotobuf-dev libprotoc-dev xvfb xauth xdotool x11-utils dbus-x11 gnome-keyring keepassxc libsecret-tools at-spi2-core python3 python3-pyatspi python3-gi
 python3-cryptography python3-nacl dunst imagemagick qml6-module-qttest libglib2.0-bin procps util-linux patch unicode-data xz-utils bzip2"
# What tests/bench/run measures with; node and npm only where neither is here.
PACKAGES_BENCH_GATE="libx11-dev libxext-dev libxtst-dev python3" # all that its form `hostile` wants
PACKAGES_BENCH="$PACKAGES_BENCH_GATE chromium xvfb dbus dbus-bin gnome-keyring python3-gi procps"
PACKAGES_BENCH_NODE="nodejs npm libnode-dev"
PACKAGES_LINT="clang-tidy"
PACKAGES_FRESHROOT="debootstrap git mount util-linux" # tests/freshroot alone

# install_missing WHY PACKAGE…: nothing is asked of apt when all of them are there.
install_missing() {
    local why=$1 missing=() package
    shift
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing ${#missing[@]} Debian packages $why: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "They need root, and sudo is not here. As root: apt-get install ${missing[*]}" >&2; return 1; }
        as_root=(sudo)
        [ -t 0 ] || as_root=(sudo -n)
    fi
    # The package's own cluster is not wanted: Holdfast makes its own, by unix socket only.
    if [ ! -e /etc/postgresql-common/createcluster.conf ] && printf '%s\n' "${missing[@]}" | grep -qx postgresql-15; then
        "${as_root[@]}" mkdir -p /etc/postgresql-common
        echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
