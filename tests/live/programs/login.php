<?php
// Logins by the recipe for PHP. Arguments: the recipe, then names and passwords in turn. A line for each: what came of it,
// and the groups.

require $argv[1];

foreach (array_chunk(array_slice($argv, 2), 2) as [$name, $password]) {
    try {
        $person = ldap_login($name, $password);
        $groups = $person['groups'] ?? [];
        sort($groups);
        echo $person === null ? 'refused' : "$person[mail]", "\t", implode(',', $groups), "\n";
    } catch (RuntimeException $error) {
        echo "error {$error->getCode()}\t\n";
    }
}
