#!/bin/sh
# The servers and clients that tests/live starts: installs those that are missing, and starts none of them.
# `install.sh drivers` installs only what the quick tests load: the ODBC manager and one driver.
set -eu

drivers="unixodbc libsqliteodbc"
packages="slapd slapd-contrib ldap-utils postgresql mariadb-server unixodbc odbc-postgresql odbc-mariadb libsqliteodbc
libldap-dev libsasl2-dev gcc python3-dev"
[ "${1:-}" != drivers ] || packages=$drivers
policy=/usr/sbin/policy-rc.d

fail() {
    echo "bindferry: $*" >&2
    exit 1
}

command -v dpkg-query >/dev/null || fail "this is no Debian: install what these packages hold, and run pytest: $packages"

missing=
for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || fail "the tests need these packages; as root: apt-get install$missing"
    sudo="sudo -n"
fi

# Debian starts a service when its package is installed, unless this file says no. The tests start their own.
if [ ! -e "$policy" ]; then
    trap '$sudo rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null
    $sudo chmod 755 "$policy"
fi

echo "installing$missing"
log=$(mktemp)
apt() {
    if ! $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        rm -f "$log"
        fail "apt-get $1 failed; what it said is above"
    fi
}
apt update
# shellcheck disable=SC2086 # one word for each package
apt install --no-install-recommends $missing
rm -f "$log"
