<?php
// Binds by SASL PLAIN. Arguments: names and passwords in turn. A line for each: result code, whom the connection speaks for.

foreach (array_chunk(array_slice($argv, 1), 2) as [$name, $password]) {
    $link = ldap_connect(getenv('URI'));
    ldap_set_option($link, LDAP_OPT_PROTOCOL_VERSION, 3);
    ldap_set_option($link, LDAP_OPT_X_SASL_MECH, 'PLAIN');
    @ldap_sasl_bind($link, null, $password, 'PLAIN', null, $name, null, 'none');
    $code = ldap_errno($link);
    echo $code, $code ? '' : ' ' . ldap_exop_whoami($link), "\n";
}
