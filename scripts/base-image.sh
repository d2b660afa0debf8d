#!/usr/bin/env bash
# Sees to it that the Docker engine has public.ecr.aws/lambda/python:3.13, the base image of this repository's functions.
#
# The real image is pulled where it can be. Where public.ecr.aws is out of reach, a stand-in of the same name is made from
# Debian's packages and AWS's runtime interface client (PyPI's awslambdaric), with the real image's entry-point contract.
# It has no boto3 and no runtime interface emulator, and is good for the local AWS and tests; deploy to AWS from the real one.
#
# An image of that name, real or stand-in, is kept as it is. To start afresh: docker rmi public.ecr.aws/lambda/python:3.13
# Settings: DEBIAN_MIRROR (default: this machine's own, else deb.debian.org); pip's own (PIP_INDEX_URL, pip config).
set -euo pipefail

readonly IMAGE=public.ecr.aws/lambda/python:3.13
readonly SUITE=trixie # its Python is 3.13
readonly RUNTIME=(awslambdaric==4.2.2 simplejson==3.20.2 snapshot-restore-py==1.0.0)
readonly SECONDS_TO_FIRST_ANSWER=30

# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

present() { docker image inspect "$IMAGE" >/dev/null 2>&1; }

# The registry must begin to answer soon; the download itself may take its time.
pull() {
  local log=$1/pull.log pid
  docker pull "$IMAGE" >"$log" 2>&1 &
  pid=$!
  for _ in $(seq "$SECONDS_TO_FIRST_ANSWER"); do
    grep -q "Pulling from" "$log" && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 1
  done
  grep -q "Pulling from" "$log" || kill "$pid" 2>/dev/null || true
  wait "$pid" || { say "cannot pull $IMAGE: $(tail -n 1 "$log")"; return 1; }
}

need_debian() {
  command -v apt-get >/dev/null ||
    fail "a stand-in can be made on Debian or Ubuntu only. Here, let Docker reach public.ecr.aws (docker pull $IMAGE)," \
      "or make the stand-in on such a machine and bring it over: docker save $IMAGE | docker load"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail "debootstrap needs root: run this as root, or install sudo"
  if ! command -v debootstrap >/dev/null || [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ]; then
    apt_install debootstrap debian-archive-keyring ca-certificates
  fi
}

mirror() {
  local own
  # shellcheck disable=SC2016 # apt-get fills these in
  own=$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | awk '$1 == "Debian" {print $2; exit}')
  echo "${DEBIAN_MIRROR:-${own:-http://deb.debian.org/debian}}"
}

# A setting of this machine's pip, from its environment or its files; empty where it has none.
pip_setting() {
  local variable=PIP_${1^^}
  variable=${variable//-/_}
  echo "${!variable:-$(python3 -m pip config get "global.$1" 2>/dev/null || true)}"
}

# What this machine needs to reach a package index, builds in containers need too.
write_pip_conf() {
  local setting value lines=
  for setting in index-url extra-index-url trusted-host cert; do
    value=$(pip_setting "$setting")
    case $value in
      "") continue ;;
      *://*@*) fail "pip's $setting holds a password, which must not go into an image: give pip one without it" ;;
    esac
    [ "$setting" != cert ] || value=/etc/ssl/certs/ca-certificates.crt
    lines+="$setting = ${value//$'\n'/ }"$'\n'
  done
  [ -z "$lines" ] || printf '[global]\n%s' "$lines" | as_root tee "$1/etc/pip.conf" >/dev/null
}

# The bundle that this machine's pip trusts, which may know a proxy's authority.
write_ca_certificates() {
  local bundle
  bundle=$(pip_setting cert)
  bundle=${bundle:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}
  [ ! -s "$bundle" ] || as_root install -m 644 "$bundle" "$1/etc/ssl/certs/ca-certificates.crt"
}

in_rootfs() {
  local rootfs=$1
  shift
  as_root chroot "$rootfs" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    https_proxy="${https_proxy:-${HTTPS_PROXY:-}}" http_proxy="${http_proxy:-${HTTP_PROXY:-}}" "$@"
}

install_debian() {
  say "installing Debian $SUITE with Python 3.13 into a folder, as root (one or two minutes)"
  as_root debootstrap --variant=minbase --include=python3,python3-pip,ca-certificates \
    "$SUITE" "$1" "$(mirror)" >"$2" 2>&1 ||
    { tail -n 20 "$2" >&2; fail "debootstrap failed in $1 (TMPDIR may name a better place)"; }
  as_root chmod 755 "$1"
}

install_runtime() {
  say "installing ${RUNTIME[0]}"
  in_rootfs "$1" pip install --quiet --no-cache-dir --root-user-action=ignore --target /var/runtime "${RUNTIME[@]}"
  as_root tee "$1/var/runtime/bootstrap" >/dev/null <<'BOOTSTRAP'
#!/bin/sh
export PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}$LAMBDA_RUNTIME_DIR"
exec /var/lang/bin/python3.13 -m awslambdaric "$_HANDLER"
BOOTSTRAP
  as_root tee "$1/lambda-entrypoint.sh" >/dev/null <<'ENTRYPOINT'
#!/bin/sh
if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" >&2
  exit 142
fi
if [ -z "$AWS_LAMBDA_RUNTIME_API" ]; then
  echo "AWS_LAMBDA_RUNTIME_API is not set, and this stand-in for AWS's image has no runtime interface emulator" >&2
  exit 1
fi
export _HANDLER="$1"
exec "$LAMBDA_RUNTIME_DIR/bootstrap"
ENTRYPOINT
  as_root chmod 755 "$1/var/runtime/bootstrap" "$1/lambda-entrypoint.sh"
}

# The real image has its Python in /var/lang, an installation that pip may write to, with pip and nothing else in it, and the locale
# en_US.UTF-8.
arrange_as_aws_does() {
  local name
  as_root mkdir -p "$1/var/lang/bin" "$1/var/task" "$1/opt"
  for name in python:python3.13 python3:python3.13 python3.13:python3.13 pip:pip pip3:pip; do
    as_root ln -s "/usr/bin/${name#*:}" "$1/var/lang/bin/${name%%:*}"
  done
  as_root rm -rf "$1/usr/lib/python3.13/EXTERNALLY-MANAGED" "$1"/usr/lib/python3/dist-packages/{packaging,wheel}*
  as_root ln -s C.utf8 "$1/usr/lib/locale/en_US.utf8"
}

strip() {
  (
    cd "$1"
    as_root rm -rf var/cache/apt var/lib/apt/lists var/log var/cache/debconf root/.cache tmp \
      usr/share/doc usr/share/man usr/share/info usr/share/locale usr/share/i18n usr/share/lintian \
      usr/lib/python3.13/test etc/hostname etc/resolv.conf
    as_root mkdir -p var/cache/apt/archives/partial var/lib/apt/lists/partial var/log/apt var/cache/debconf
    as_root mkdir -m 1777 tmp
  )
}

import() {
  as_root tar --create --numeric-owner --one-file-system --directory "$1" . | docker import \
    --change 'ENTRYPOINT ["/lambda-entrypoint.sh"]' \
    --change 'WORKDIR /var/task' \
    --change 'ENV LANG=en_US.UTF-8' \
    --change 'ENV TZ=:/etc/localtime' \
    --change 'ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin' \
    --change 'ENV LD_LIBRARY_PATH=/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib' \
    --change 'ENV LAMBDA_TASK_ROOT=/var/task' \
    --change 'ENV LAMBDA_RUNTIME_DIR=/var/runtime' \
    --change 'LABEL lambdeploy.stand-in=true' \
    --message "stand-in for $IMAGE" - "$IMAGE" >/dev/null
}

make_stand_in() {
  local rootfs=$1/rootfs
  install_debian "$rootfs" "$1/debootstrap.log"
  write_ca_certificates "$rootfs"
  write_pip_conf "$rootfs"
  install_runtime "$rootfs"
  arrange_as_aws_does "$rootfs"
  strip "$rootfs"
  import "$rootfs"
}

main() {
  need_docker
  if present; then say "$IMAGE is here"; return; fi
  work=$(mktemp -d "${TMPDIR:-/var/tmp}/base-image.XXXXXX")
  trap 'as_root rm -rf --one-file-system "$work"' EXIT
  if pull "$work"; then say "$IMAGE is pulled"; return; fi
  need_debian
  make_stand_in "$work"
  say "a stand-in for $IMAGE is made ($(docker image inspect --format '{{.Size}}' "$IMAGE" | awk '{printf "%d MB", $1 / 1e6}'))"
}

main
