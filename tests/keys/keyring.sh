# SPDX-License-Identifier: Apache-2.0
# Shared by the keychain scripts: a home and a bus of one's own, and the real gnome-keyring on it. Sourced with the probe's path.
set -euo pipefail
PROBE=$1
if [ -z "${KEYRING_HOME:-}" ]; then
    KEYRING_HOME=$(mktemp -d)
    export KEYRING_HOME
    trap 'rm -rf "$KEYRING_HOME"' EXIT
fi
export HOME=$KEYRING_HOME XDG_DATA_HOME=$KEYRING_HOME/data XDG_CONFIG_HOME=$KEYRING_HOME/config XDG_RUNTIME_DIR=$KEYRING_HOME/run
mkdir -p "$XDG_DATA_HOME" "$XDG_CONFIG_HOME" "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR"
unset DISPLAY WAYLAND_DISPLAY GNOME_KEYRING_CONTROL KDE_SESSION_VERSION XDG_CURRENT_DESKTOP

# A bus without service files: nothing is started behind our back, no prompt can appear. $1: extra policy.
new_bus() {
    cat >"$KEYRING_HOME/bus.conf" <<CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:dir=$KEYRING_HOME</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>${1:-}</busconfig>
CONF
    exec {BUS}< <(dbus-daemon --config-file="$KEYRING_HOME/bus.conf" --nofork --print-address=1 --print-pid=1)
    read -r DBUS_SESSION_BUS_ADDRESS <&"$BUS"
    read -r BUS_PID <&"$BUS"
    export DBUS_SESSION_BUS_ADDRESS
    trap 'kill ${DAEMON:-} $BUS_PID 2>/dev/null || true; rm -rf "$KEYRING_HOME"' EXIT
}
owned() { dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q "boolean $1"; }
wait_for() { for _ in $(seq 200); do "$@" 2>/dev/null && return 0; sleep 0.05; done; echo "never: $*" >&2; exit 1; }
# start_daemon unlocked|locked
start_daemon() {
    if [ "$1" = unlocked ]; then
        gnome-keyring-daemon --foreground --unlock --components=secrets < <(printf secret) >/dev/null 2>&1 &
    else
        gnome-keyring-daemon --foreground --components=secrets </dev/null >/dev/null 2>&1 &
    fi
    DAEMON=$!
    wait_for owned true
}
stop_daemon() {
    kill -CONT "$DAEMON" 2>/dev/null || true
    kill "$DAEMON" && wait "$DAEMON" 2>/dev/null || true
    wait_for owned false
}
# start_prompter silent|dismiss: in the place of the desktop's own
start_prompter() {
    /usr/bin/python3 "$(dirname "$0")/prompter" "$1" &
    PROMPTER=$!
    trap 'kill ${PROMPTER} ${DAEMON:-} $BUS_PID 2>/dev/null || true; rm -rf "$KEYRING_HOME"' EXIT
    wait_for prompts
}
prompts() { dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.gnome.keyring.SystemPrompter | grep -q "boolean true"; }
# expect PATTERN COMMAND…: the last line that the probe prints matches the shell pattern.
expect() {
    local pattern=$1 line status=0
    shift
    OUT=$("$PROBE" "$@") || status=$?
    line=${OUT##*$'\n'}
    [ "$status" -eq 0 ] || { echo "probe $* ended with $status: $OUT" >&2; exit 1; }
    # shellcheck disable=SC2254
    case $line in $pattern) echo "ok: $* -> $line" ;; *) echo "probe $*: expected $pattern, got: $OUT" >&2; exit 1 ;; esac
}
for needed in dbus-daemon dbus-send gnome-keyring-daemon; do
    command -v "$needed" >/dev/null || { echo "$needed is missing" >&2; exit 1; }
done
