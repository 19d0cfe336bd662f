#!/bin/sh
# Install, upgrade or remove Schoolbell as a systemd service. Debian 12+, Ubuntu 24.04+, Raspberry Pi OS 12+, 64-bit.
# Safe to run again: what is in place already is left as it is.
set -eu
# The system's own Python only: one in somebody's home is out of the service's sight (ProtectHome).
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

usage() {
    cat <<'TEXT'
usage: deploy/install.sh install|upgrade|uninstall [options]

  install      put the program into /opt/schoolbell, ask for the token, start the service
  upgrade      back up the databases, install beside the old version, change over; back again if it does not start
  uninstall    stop the service, remove the program; the token and the data stay

  --dry-run            say what would be done, do nothing (needs no root)
  --token-file FILE    take the token from FILE instead of asking for it
  --instance NAME      one of several bots: schoolbell@NAME, with a token and data of its own (upgrade takes all of them)
  --purge              with uninstall: remove the token and the data as well
TEXT
}

say() { printf '%s\n' "$*"; }
die() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

# Everything that changes the machine goes through here.
run() {
    if [ "$dry_run" = 1 ]; then
        printf '+'
        printf ' %s' "$@"
        printf '\n'
    else
        "$@"
    fi
}

action=${1:-}
case $action in
    install | upgrade | uninstall) shift ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac
dry_run=0 purge=0 token_file='' instance=''
while [ $# -gt 0 ]; do
    case $1 in
        --dry-run) dry_run=1 ;;
        --purge) purge=1 ;;
        --token-file) [ $# -gt 1 ] || die "--token-file needs a file"; token_file=$2; shift ;;
        --instance) [ $# -gt 1 ] || die "--instance needs a name"; instance=$2; shift ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
case $instance in
    *[!a-z0-9-]* | -*) die "--instance: lower-case letters, digits and hyphens only" ;;
esac

source_dir=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
home=/opt/schoolbell
config=/etc/schoolbell
units=/etc/systemd/system
if [ -n "$instance" ]; then
    unit=schoolbell@$instance.service token=$config/$instance.token environment=$config/$instance.environment
    state=/var/lib/schoolbell-$instance private=/var/lib/private/schoolbell-$instance
else
    unit=schoolbell.service token=$config/token environment=$config/environment
    state=/var/lib/schoolbell private=/var/lib/private/schoolbell
fi

check_machine() {
    [ "$dry_run" = 1 ] || [ "$(id -u)" = 0 ] || die "run it as root (sudo deploy/install.sh $action), or with --dry-run"
    command -v systemctl >/dev/null || [ "$dry_run" = 1 ] || die "there is no systemd here; see deploy/compose.yaml"
    command -v apt-get >/dev/null || die "Debian, Ubuntu or Raspberry Pi OS is needed; elsewhere see deploy/compose.yaml"
    # Not uname: a 32-bit Raspberry Pi OS runs on a 64-bit kernel.
    case $(dpkg --print-architecture) in
        amd64 | arm64) ;;
        *) die "a 64-bit system is needed (amd64 or arm64), this is $(dpkg --print-architecture)" ;;
    esac
}

find_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if python=$(command -v "$name") && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            return
        fi
    done
    die "Python 3.11 or newer is needed; this release of the system is too old"
}

install_packages() {
    "$python" -c 'import ensurepip' 2>/dev/null && return
    version=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    run apt-get update
    run apt-get install -y --no-install-recommends "$version"
}

# The name of a release says what is in it: the same content is never installed twice.
release_name() {
    content=$(cd "$source_dir" && {
        find bot -type f ! -name '*.pyc' -exec sha256sum {} + | LC_ALL=C sort -k 2
        sha256sum requirements/runtime.txt
        "$python" -c 'import sys; print(sys.version, sys.executable)'
    } | sha256sum | cut -c 1-12)
    version=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$source_dir/bot/__init__.py")
    release=$home/releases/$version-$content
}

# A clean environment: only what is locked, by its hashes; no pip afterwards; byte-compiled, which saves 8 MiB at run time.
build_release() {
    if [ -e "$release/complete" ]; then
        say "$release is installed already"
        return
    fi
    run rm -rf "$release"
    run mkdir -p "$home/releases"
    run env -i PATH="$PATH" HOME=/root LANG=C.UTF-8 "$python" -m venv "$release"
    run env -i PATH="$PATH" HOME=/root LANG=C.UTF-8 "$release/bin/python" -m pip install --quiet \
        --disable-pip-version-check --no-cache-dir --only-binary :all: --require-hashes \
        -r "$source_dir/requirements/runtime.txt"
    if [ "$dry_run" = 1 ]; then
        packages=$release/lib/python3/site-packages
    else
        packages=$("$release/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    fi
    run cp -R "$source_dir/bot" "$packages/bot"
    run find "$packages/bot" -name __pycache__ -prune -exec rm -rf {} +
    run "$release/bin/python" -m pip uninstall --quiet -y --disable-pip-version-check setuptools pip
    run "$release/bin/python" -m compileall -q -o 0 -o 2 "$packages"
    run touch "$release/complete"
}

switch_to() { # release
    run ln -sfn "$1" "$home/venv.new"
    run mv -T "$home/venv.new" "$home/venv"
}

put_files() {
    run mkdir -p "$home/doc"
    run install -m 644 "$source_dir/README.md" "$source_dir/LICENSE" "$home/doc/"
    run install -m 644 "$source_dir/deploy/schoolbell.service" "$source_dir/deploy/schoolbell@.service" "$units/"
    run install -m 755 "$source_dir/deploy/schoolbell" /usr/local/bin/schoolbell
    run install -d -m 700 "$config"
    if [ ! -e "$environment" ]; then
        run install -m 600 "$source_dir/deploy/environment" "$environment"
    fi
}

put_token() {
    if [ -n "$token_file" ]; then
        run install -m 600 "$token_file" "$token"
    elif [ ! -s "$token" ]; then
        if [ "$dry_run" = 1 ]; then
            say "+ ask for the token, write it to $token (mode 600)"
            return
        fi
        [ -t 0 ] || die "no token yet: give it with --token-file FILE"
        printf 'Token from @BotFather (not shown): '
        trap 'stty echo; exit 130' INT TERM
        stty -echo
        read -r answer || answer=''
        stty echo
        trap - INT TERM
        printf '\n'
        [ -n "$answer" ] || die "no token, nothing was started; run it again"
        (umask 077 && printf '%s\n' "$answer" >"$token")
    fi
}

# Started, or still waiting for Telegram (which counts: that is not the version's fault).
restart() { # unit
    run timeout 120 systemctl restart "$1" || true
    [ "$dry_run" = 1 ] && return
    case $(systemctl show --property=SubState --value "$1") in
        running) ;;
        start) say "$1 waits for Telegram to be reachable" ;;
        *) return 1 ;;
    esac
}

# The bots of this machine: all of them run the one program.
bots() {
    for link in "$units"/multi-user.target.wants/schoolbell.service "$units"/multi-user.target.wants/schoolbell@*.service; do
        [ ! -L "$link" ] || basename "$link"
    done
}

state_of() { # unit
    case $1 in
        *@*) name=${1#*@} && printf '/var/lib/schoolbell-%s' "${name%.service}" ;;
        *) printf '/var/lib/schoolbell' ;;
    esac
}

# From the version before to $release, with a copy of each database; back again if a bot does not start.
change_over() {
    all=$(bots)
    for bot in $all; do
        data=$(state_of "$bot")
        if [ -e "$data/bot.sqlite3" ]; then
            run rm -f "$data/before-upgrade.sqlite3"
            run env SCHOOLBELL_DATA="$data" "$home/venv/bin/python" -m bot backup "$data/before-upgrade.sqlite3"
        fi
    done
    put_files
    switch_to "$release"
    run systemctl daemon-reload
    failed=''
    for bot in $all; do
        restart "$bot" || failed="$failed $bot"
    done
    if [ -n "$failed" ]; then
        say "the new version does not start:$failed; going back to $before" >&2
        switch_to "$before"
        for bot in $all; do
            restart "$bot" || true
        done
        die "not upgraded; see journalctl -u NAME for$failed. If the old version refuses the database (DATA is its folder in
  /var/lib): systemctl stop NAME; SCHOOLBELL_DATA=DATA schoolbell restore DATA/before-upgrade.sqlite3"
    fi
    for old in "$home"/releases/*; do
        case $old in
            "$release" | "$before" | "$home/releases/*") ;;
            *) run rm -rf "$old" ;;
        esac
    done
    say "upgraded to $release; the one before stays in $before"
}

do_install() {
    check_machine
    find_python
    install_packages
    release_name
    build_release
    before=$(readlink "$home/venv" 2>/dev/null || true)
    if [ -n "$before" ] && [ "$before" != "$release" ]; then
        change_over
    fi
    put_files
    put_token
    [ -n "$before" ] || switch_to "$release"
    run systemctl daemon-reload
    run systemctl enable "$unit"
    restart "$unit" || die "the service does not start: journalctl -u $unit"
    say "$unit runs. Until somebody owns it, its log shows the link for that: journalctl -u $unit | grep claim"
}

do_upgrade() {
    check_machine
    before=$(readlink "$home/venv" 2>/dev/null || true)
    [ -n "$before" ] || [ "$dry_run" = 1 ] || die "nothing is installed yet: deploy/install.sh install"
    find_python
    install_packages
    release_name
    build_release
    if [ "$before" = "$release" ]; then
        say "nothing to upgrade"
        return
    fi
    change_over
}

do_uninstall() {
    check_machine
    if [ -z "$instance" ]; then
        for other in "$units"/multi-user.target.wants/schoolbell@*.service; do
            [ ! -e "$other" ] || die "$(basename "$other") uses the program: uninstall it first, with --instance"
        done
    fi
    if [ "$dry_run" = 1 ] || systemctl cat "$unit" >/dev/null 2>&1; then
        run systemctl disable --now "$unit" || true
    fi
    if [ "$purge" = 1 ]; then
        run rm -rf "$token" "$environment" "$private" "$state"
    else
        say "kept: $config and $state (--purge removes them)"
    fi
    if [ -n "$instance" ]; then
        say "the program stays: other instances may use it"
        return
    fi
    run rm -rf "$home" /usr/local/bin/schoolbell "$units/schoolbell.service" "$units/schoolbell@.service"
    run systemctl daemon-reload
}

"do_$action"
