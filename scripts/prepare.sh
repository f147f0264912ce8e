#!/bin/sh
# Looks for what building and testing Clarion needs beside Rust, and installs what is missing with the system's package manager.
#
#   scripts/prepare.sh          what a build needs: a C compiler (SQLite, zstd, the cryptography under TLS and the allocator are C) and make
#   scripts/prepare.sh tests    that, and rustfmt and clippy
#   scripts/prepare.sh contract what a build needs, and Node and Python for `make contract`
#
# Says what it installs before it does. Where everything is there it says nothing and changes nothing.
set -eu

say() { echo "prepare: $*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly, or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        say "cannot run \`$*\`: neither root nor sudo; please have it run, then try again"
        exit 1
    fi
}

# Whether C can be compiled and linked: a compiler without the C library's headers is not enough.
c_works() {
    compiler=${CC:-cc}
    has "$compiler" || return 1
    folder=$(mktemp -d)
    echo '#include <stdlib.h>
int main(void) { return EXIT_SUCCESS; }' >"$folder/probe.c"
    works=0
    "$compiler" -o "$folder/probe" "$folder/probe.c" >/dev/null 2>&1 || works=1
    rm -rf "$folder"
    return "$works"
}

install_c_and_make() {
    say "a C compiler or make is missing; installing them"
    if has apt-get; then
        as_root apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev make
    elif has dnf; then
        as_root dnf install -y -q gcc glibc-devel make
    elif has yum; then
        as_root yum install -y -q gcc glibc-devel make
    elif has apk; then
        as_root apk add --quiet gcc musl-dev make
    elif has pacman; then
        as_root pacman -S --noconfirm --needed gcc make
    elif has zypper; then
        as_root zypper --non-interactive install gcc glibc-devel make
    elif has xcode-select; then
        xcode-select --install || true
        say "finish the installation of the command line tools in the window that opened, then run this again"
        exit 1
    else
        say "no package manager that this script knows; please install a C compiler and make"
        exit 1
    fi
}

if ! has cargo; then
    # A shell that was open while rustup ran does not have it on its PATH yet.
    if [ -x "$HOME/.cargo/bin/cargo" ]; then
        say "cargo is in ~/.cargo/bin, which is not on PATH; run \`. ~/.cargo/env\` first"
    else
        say "Rust is missing; see https://rustup.rs"
    fi
    exit 1
fi

if ! c_works || ! has make; then
    install_c_and_make
    if ! c_works; then
        say "there is still no C compiler that works; \`${CC:-cc}\` was tried"
        exit 1
    fi
fi

if [ "${1:-}" = tests ]; then
    for component in fmt:rustfmt clippy:clippy; do
        command=${component%%:*}
        name=${component##*:}
        if cargo "$command" --version >/dev/null 2>&1; then
            continue
        fi
        say "$name is missing; installing it"
        if has rustup; then
            rustup component add "$name"
        elif [ "$name" = rustfmt ] && has apt-get; then
            as_root apt-get install -y -qq --no-install-recommends rustfmt
        elif has apt-get; then
            as_root apt-get install -y -qq --no-install-recommends rust-clippy
        else
            say "without rustup this script does not know how; please install $name"
            exit 1
        fi
    done
fi

# Whether a Python is there that makes environments of its own, new enough for Okta's SDK.
python_works() {
    has python3 && python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1
}

# Whether a Node is there, new enough for Prism, and npm.
node_works() {
    has node && has npm && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' >/dev/null 2>&1
}

if [ "${1:-}" = contract ]; then
    wanted=
    node_works || wanted="Node 18 or newer with npm"
    python_works || wanted="${wanted:+$wanted, and }Python 3.10 or newer with venv"
    if [ -n "$wanted" ]; then
        say "missing: $wanted; installing"
        if has apt-get; then
            as_root apt-get update -qq
            as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm python3 python3-venv
        elif has dnf; then
            as_root dnf install -y -q nodejs npm python3
        elif has apk; then
            as_root apk add --quiet nodejs npm python3
        elif has pacman; then
            as_root pacman -S --noconfirm --needed nodejs npm python
        elif has zypper; then
            as_root zypper --non-interactive install nodejs npm python3
        elif has brew; then
            brew install --quiet node python
        else
            say "no package manager that this script knows; please install $wanted"
            exit 1
        fi
        if ! node_works || ! python_works; then
            say "what the package manager has is too old; please install $wanted from https://nodejs.org and https://www.python.org"
            exit 1
        fi
    fi
fi
