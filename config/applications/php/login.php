<?php
// PHP 8 with ext-ldap: a login as most applications written in PHP do it. Where yours has settings instead of code, they
// are the same: host, StartTLS, service account, base, filter, and the group filter.

const LDAP_HOST = 'ldap://ldap.example.com';
const LDAP_AUTHORITY = '/etc/ssl/certs/corp-ca.pem';
const LDAP_SERVICE = 'cn=application,ou=Applications,dc=corp,dc=example';
const LDAP_SERVICE_PASSWORD = 'application-password';
const LDAP_PEOPLE = 'ou=People,dc=corp,dc=example';
const LDAP_GROUPS = 'ou=Groups,dc=corp,dc=example';

/** The person's attributes and groups; null if name or password is wrong. RuntimeException if that cannot be told now. */
function ldap_login(string $name, string $password): ?array
{
    ldap_set_option(null, LDAP_OPT_X_TLS_CACERTFILE, LDAP_AUTHORITY);
    ldap_set_option(null, LDAP_OPT_X_TLS_REQUIRE_CERT, LDAP_OPT_X_TLS_DEMAND);
    $link = ldap_connect(LDAP_HOST);
    ldap_set_option($link, LDAP_OPT_PROTOCOL_VERSION, 3);
    ldap_set_option($link, LDAP_OPT_REFERRALS, 0);
    ldap_set_option($link, LDAP_OPT_NETWORK_TIMEOUT, 10);
    if (!@ldap_start_tls($link) || !@ldap_bind($link, LDAP_SERVICE, LDAP_SERVICE_PASSWORD)) {
        throw new RuntimeException(ldap_error($link), ldap_errno($link));
    }
    $safe = ldap_escape($name, '', LDAP_ESCAPE_FILTER);
    $found = entries($link, @ldap_search($link, LDAP_PEOPLE, "(&(objectClass=inetOrgPerson)(uid=$safe))", ['cn', 'mail']));
    if (count($found) !== 1) {
        return null;
    }
    $dn = $found[0]['dn'];
    $safe = ldap_escape($dn, '', LDAP_ESCAPE_FILTER);
    $groups = entries($link, @ldap_search($link, LDAP_GROUPS, "(&(objectClass=groupOfNames)(member=$safe))", ['cn']));
    // The gateway answers 49 to a wrong password, 53 to none, and 52 or 51 where an old store does not answer: try later.
    if (!@ldap_bind($link, $dn, $password)) {
        if (in_array(ldap_errno($link), [49, 53], true)) {
            return null;
        }
        throw new RuntimeException(ldap_error($link), ldap_errno($link));
    }
    return [
        'dn' => $dn,
        'mail' => $found[0]['mail'][0] ?? null,
        'groups' => array_map(fn (array $group): string => $group['cn'][0], $groups),
    ];
}

/** All of an answer. One that ended with an error may lack some, and must not be taken for whole. */
function entries(LDAP\Connection $link, LDAP\Result|false $result): array
{
    if ($result === false || ldap_errno($link) !== 0) {
        throw new RuntimeException(ldap_error($link), ldap_errno($link));
    }
    return array_values(array_filter(ldap_get_entries($link, $result), 'is_array'));
}
