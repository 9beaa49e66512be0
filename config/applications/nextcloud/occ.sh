#!/bin/sh
# Nextcloud 28 to 31, as the user of the web server in Nextcloud's folder. The same fields are in Administration, LDAP.
# Checked by replaying its requests, not with the product itself.
set -e
set_to() { php occ ldap:set-config s01 "$1" "$2"; }

php occ app:enable user_ldap
php occ ldap:create-empty-config
set_to ldapHost ldaps://ldap.example.com
set_to ldapPort 636
set_to ldapAgentName "cn=application,ou=Applications,dc=corp,dc=example"
set_to ldapAgentPassword application-password
set_to ldapBase dc=corp,dc=example
set_to ldapBaseUsers ou=People,dc=corp,dc=example
set_to ldapBaseGroups ou=Groups,dc=corp,dc=example
# Two filters, and both decide: the first is who exists, the second who may sign in. Let them say the same.
set_to ldapUserFilter "(&(objectClass=inetOrgPerson)(memberOf=cn=admins,ou=Groups,dc=corp,dc=example))"
set_to ldapLoginFilter "(&(objectClass=inetOrgPerson)(memberOf=cn=admins,ou=Groups,dc=corp,dc=example)(|(uid=%uid)(mail=%uid)))"
set_to ldapGroupFilter "(objectClass=groupOfNames)"
set_to ldapGroupMemberAssocAttr member
set_to ldapUserDisplayName displayName
set_to ldapEmailAttribute mail
set_to ldapExpertUsernameAttr uid
set_to ldapExpertUUIDUserAttr entryUUID
set_to ldapExpertUUIDGroupAttr entryUUID
set_to ldapPagingSize 500
set_to ldapConfigurationActive 1
php occ ldap:test-config s01
