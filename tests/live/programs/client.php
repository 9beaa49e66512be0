<?php
// What a PHP application does with ext-ldap: one JSON object with what came of it. Arguments in the environment.

$e = getenv();
$facts = [];
ldap_set_option(null, LDAP_OPT_X_TLS_CACERTFILE, $e['CA']);

function connect(string $uri) {
    $link = ldap_connect($uri);
    ldap_set_option($link, LDAP_OPT_PROTOCOL_VERSION, 3);
    ldap_set_option($link, LDAP_OPT_REFERRALS, 0);
    ldap_set_option($link, LDAP_OPT_NETWORK_TIMEOUT, 10);
    return $link;
}

$link = connect($e['URI']);
$facts['starttls'] = ldap_start_tls($link);
$facts['service'] = @ldap_bind($link, $e['DN'], $e['PASSWORD']);
$facts['whoami'] = ldap_exop_whoami($link);

// One person, then a bind as that person on the same connection, and the service account again.
$found = ldap_get_entries($link, ldap_search($link, $e['PEOPLE'], "(uid={$e['NAME']})", ['cn', 'mail', 'jpegPhoto']));
$facts['found'] = $found['count'];
$facts['dn'] = $found[0]['dn'] ?? null;
$facts['cn'] = $found[0]['cn'][0] ?? null;
$facts['photo'] = isset($found[0]['jpegphoto']) ? base64_encode($found[0]['jpegphoto'][0]) : null;
@ldap_bind($link, $facts['dn'], 'wrong');
$facts['wrong'] = ldap_errno($link);
@ldap_bind($link, $facts['dn'], $e['RIGHT']);
$facts['right'] = ldap_errno($link);
ldap_bind($link, $e['DN'], $e['PASSWORD']);
$facts['compare'] = ldap_compare($link, $facts['dn'], 'mail', strtoupper($e['NAME']) . '@corp.example');
$facts['read'] = ldap_count_entries($link, ldap_read($link, $facts['dn'], '(objectClass=posixAccount)', ['*', '+']));

// Pages, as Nextcloud and phpLDAPadmin ask for them.
$cookie = '';
$names = [];
$pages = 0;
do {
    $control = [['oid' => LDAP_CONTROL_PAGEDRESULTS, 'iscritical' => true, 'value' => ['size' => 25, 'cookie' => $cookie]]];
    $result = ldap_search($link, $e['PEOPLE'], '(uid=p*)', ['uid'], 0, 0, 0, LDAP_DEREF_NEVER, $control);
    ldap_parse_result($link, $result, $code, $matched, $message, $referrals, $controls);
    foreach (ldap_get_entries($link, $result) as $entry) {
        if (is_array($entry)) {
            $names[] = $entry['uid'][0];
        }
    }
    $pages++;
    $cookie = $controls[LDAP_CONTROL_PAGEDRESULTS]['value']['cookie'] ?? '';
} while ($cookie !== '' && $pages < 20);
$facts['pages'] = [$pages, count($names), count(array_unique($names))];

echo json_encode($facts), "\n";
