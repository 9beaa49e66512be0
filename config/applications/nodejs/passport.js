// Node.js with passport-ldapauth 3 (ldapauth-fork, ldapjs 2): new LdapStrategy(options).
'use strict';

const fs = require('fs');

module.exports = {
  server: {
    url: 'ldaps://ldap.example.com',
    tlsOptions: { ca: [fs.readFileSync('/etc/ssl/certs/corp-ca.pem')] },
    timeout: 10000,
    connectTimeout: 5000,
    bindDN: 'cn=application,ou=Applications,dc=corp,dc=example',
    bindCredentials: 'application-password',
    searchBase: 'ou=People,dc=corp,dc=example',
    searchFilter: '(&(objectClass=inetOrgPerson)(uid={{username}}))',
    searchAttributes: ['uid', 'cn', 'mail'],
    groupSearchBase: 'ou=Groups,dc=corp,dc=example',
    groupSearchFilter: '(&(objectClass=groupOfNames)(member={{dn}}))',
    groupSearchAttributes: ['cn'],
  },
  // Without this, a gateway that cannot tell (52) is an error 500, which is right: a browser would ask for another
  // password at 401. With `handleErrorsAsFailures: true` it would be 401.
  handleErrorsAsFailures: false,
};
