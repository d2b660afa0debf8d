# What the shell scripts here share. To be sourced: . "$(dirname "$0")/common.sh"
# shellcheck shell=bash

# Every message names the script that says it.
say() { echo "$(basename "$0" .sh): $*" >&2; }
fail() { say "$*"; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

need_rust() {
  command -v cargo >/dev/null || fail "Rust is missing: https://rustup.rs"
}

need_docker() {
  docker version >/dev/null 2>&1 || fail "no Docker engine answers: start one (docker version must work)"
}

# Installs Debian packages, after saying which.
apt_install() {
  [ $# != 0 ] || return 0
  command -v apt-get >/dev/null || fail "please install $*: this machine has no apt-get"
  say "to be installed by apt-get, as root: $*"
  agree
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# Asks whoever sits at the terminal. Where there is none, as in CI, the command itself was the consent.
agree() {
  local answer
  [ -t 0 ] || return 0
  read -r -p "Go on? [y/N] " answer
  [[ $answer = [yY]* ]] || fail "nothing was installed; install it yourself and run this again"
}
