<?php
// Passwords changed by ext-ldap. Arguments: for each job a way, a DN, the old and the new password. For each job a line:
// way, result of the change, of a bind with the new password, of a bind with the old one, and what the password is now.

function connect() {
    ldap_set_option(null, LDAP_OPT_X_TLS_CACERTFILE, getenv('CA'));
    $link = ldap_connect(getenv('URI'));
    ldap_set_option($link, LDAP_OPT_PROTOCOL_VERSION, 3);
    ldap_set_option($link, LDAP_OPT_REFERRALS, 0);
    ldap_set_option($link, LDAP_OPT_NETWORK_TIMEOUT, 10);
    ldap_start_tls($link);
    return $link;
}

function bind_code(string $dn, string $password): int {
    $link = connect();
    @ldap_bind($link, $dn, $password);
    return ldap_errno($link);
}

function change($link, string $way, string $dn, string $old, string $new) {
    switch ($way) {
        case 'exop':
            return @ldap_exop_passwd($link, $dn, $old, $new);
        case 'exop-own':
            return @ldap_exop_passwd($link, '', '', $new);
        case 'exop-generated':
            return @ldap_exop_passwd($link, $dn, $old, '');
        case 'replace':
            return @ldap_mod_replace($link, $dn, ['userPassword' => $new]);
        case 'batch':
            return @ldap_modify_batch($link, $dn, [
                ['attrib' => 'userPassword', 'modtype' => LDAP_MODIFY_BATCH_REMOVE, 'values' => [$old]],
                ['attrib' => 'userPassword', 'modtype' => LDAP_MODIFY_BATCH_ADD, 'values' => [$new]],
            ]);
        case 'wrong-old':
            return @ldap_exop_passwd($link, $dn, 'wrong', $new);
        case 'somebody-else':
            return @ldap_mod_replace($link, getenv('DN'), ['userPassword' => $new]);
    }
}

foreach (array_chunk(array_slice($argv, 1), 4) as [$way, $dn, $old, $new]) {
    $link = connect();
    @ldap_bind($link, $dn, $old);
    $made = change($link, $way, $dn, $old, $new);
    $code = ldap_errno($link);
    $password = is_string($made) ? $made : $new;
    echo implode("\t", [$way, $code, bind_code($dn, $password), bind_code($dn, $old), $password]), "\n";
}
