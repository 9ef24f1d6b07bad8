#!/usr/bin/env bash
# The tests of codec and core for 64-bit ARM, where the vector code is NEON's: under emulation, so what is checked are bits and
# not speed. Wants qemu-user, a cross compiler with its C library, and Rust's target; prints SKIPPED where one is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

target=aarch64-unknown-linux-gnu
gcc=aarch64-linux-gnu-gcc
qemu=qemu-aarch64

skip() {
    echo "SKIPPED: the tests for 64-bit ARM: $1"
    exit 0
}

[ "$(uname -m)" != aarch64 ] || skip 'this machine is one, and runs them as its own'
command -v "$qemu" > /dev/null || skip "$qemu is missing (Debian: qemu-user)"
command -v "$gcc" > /dev/null || skip "$gcc is missing (Debian: gcc-aarch64-linux-gnu)"
# The compiler answers with a path where it has the file, and with the bare name where not.
libc=$("$gcc" -print-file-name=libc.so.6)
[ "$libc" != libc.so.6 ] || skip 'no C library to link (Debian: libc6-dev-arm64-cross)'
[ -d "$(rustc --print target-libdir --target "$target")" ] || skip "no standard library (rustup target add $target)"

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="$qemu -L $(dirname "$(dirname "$(realpath "$libc")")")"
# Without debug information the first run, which compiles all, takes a fifth less.
export CARGO_PROFILE_DEV_DEBUG=0
cargo test -p aureole-codec -p aureole-core --target "$target" --no-fail-fast "$@"
