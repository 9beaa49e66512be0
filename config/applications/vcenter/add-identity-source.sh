#!/bin/sh
# vCenter Server 7 and 8: an identity source of type OpenLDAP, on the appliance as root. The same fields are in the
# vSphere Client under Administration, Single Sign On, Configuration, Identity Provider.
# Checked by replaying its requests, not with the product itself.
#
# The old server's identity source can stay as it is where the gateway takes over its host name. If it must be made anew,
# keep domain and alias: they are part of every name that permissions are given to.
/opt/vmware/bin/sso-config.sh -add_identity_source -type openldap \
    -baseUserDN "ou=People,dc=corp,dc=example" \
    -baseGroupDN "ou=Groups,dc=corp,dc=example" \
    -domain corp.example -alias CORP \
    -username "cn=application,ou=Applications,dc=corp,dc=example" -password "application-password" \
    -primaryURL "ldaps://ldap.example.com:636" \
    -useSSL true -sslCert /root/corp-ca.pem
