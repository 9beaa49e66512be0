#!/bin/sh
# The servers and clients that tests/live starts: installs those that are missing, and starts none of them.
# `install.sh drivers` installs only what the quick tests load: the ODBC manager and one driver.
set -eu

drivers="unixodbc libsqliteodbc"
packages="slapd slapd-contrib ldap-utils postgresql mariadb-server unixodbc odbc-postgresql odbc-mariadb libsqliteodbc
haproxy libsasl2-modules libldap-dev libsasl2-dev libssl-dev gcc libc6-dev python3-dev
apache2-bin nslcd libnss-ldapd libpam-ldapd sssd-common sssd-ldap pamtester dovecot-imapd dovecot-ldap postfix postfix-ldap
squid sasl2-bin freeradius freeradius-ldap freeradius-utils default-jdk-headless libtomcat9-java php-cli
php-ldap libnet-ldap-perl libio-socket-ssl-perl ruby ruby-net-ldap curl
samba samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules winbind python3-samba ldb-tools"
command -v npm >/dev/null || packages="$packages nodejs npm" # another Node.js than Debian's brings its own
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
# Packages of login clients enter themselves into how this machine looks people up and logs them in. That is undone:
# the tests give them files of their own.
names=/etc/nsswitch.conf
kept=$(mktemp)
[ ! -e "$names" ] || cat "$names" >"$kept"
apt update
# shellcheck disable=SC2086 # one word for each package
apt install --no-install-recommends $missing
[ ! -s "$kept" ] || $sudo cp "$kept" "$names"
for profile in sssd-common:sss libpam-ldapd:ldap; do
    case "$missing " in
    *" ${profile%:*} "*)
        $sudo env DEBIAN_FRONTEND=noninteractive pam-auth-update --package --remove "${profile#*:}" pwquality
        ;;
    esac
done
rm -f "$log" "$kept"
