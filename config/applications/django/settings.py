# Django with django-auth-ldap 5 (python-ldap): the part of settings.py.
import ldap
from django_auth_ldap.config import LDAPSearch, NestedGroupOfNamesType

AUTHENTICATION_BACKENDS = ["django_auth_ldap.backend.LDAPBackend"]

AUTH_LDAP_SERVER_URI = "ldap://ldap.example.com"
AUTH_LDAP_START_TLS = True
AUTH_LDAP_CONNECTION_OPTIONS = {
    ldap.OPT_X_TLS_CACERTFILE: "/etc/ssl/certs/corp-ca.pem",
    ldap.OPT_X_TLS_REQUIRE_CERT: ldap.OPT_X_TLS_DEMAND,
    ldap.OPT_X_TLS_NEWCTX: 0,  # the last of the TLS options: they hold from here on
    ldap.OPT_NETWORK_TIMEOUT: 5,
    ldap.OPT_TIMEOUT: 10,
    ldap.OPT_REFERRALS: 0,
}
AUTH_LDAP_BIND_DN = "cn=application,ou=Applications,dc=corp,dc=example"
AUTH_LDAP_BIND_PASSWORD = "application-password"
AUTH_LDAP_USER_SEARCH = LDAPSearch(
    "ou=People,dc=corp,dc=example", ldap.SCOPE_SUBTREE, "(&(objectClass=inetOrgPerson)(uid=%(user)s))"
)
AUTH_LDAP_USER_ATTR_MAP = {"first_name": "givenName", "last_name": "sn", "email": "mail"}

# Groups, and groups in groups. It asks for them at each login (AUTH_LDAP_CACHE_TIMEOUT keeps them longer).
AUTH_LDAP_GROUP_SEARCH = LDAPSearch("ou=Groups,dc=corp,dc=example", ldap.SCOPE_SUBTREE, "(objectClass=groupOfNames)")
AUTH_LDAP_GROUP_TYPE = NestedGroupOfNamesType()
AUTH_LDAP_MIRROR_GROUPS = True
AUTH_LDAP_USER_FLAGS_BY_GROUP = {"is_staff": "cn=admins,ou=Groups,dc=corp,dc=example"}

# It takes an LDAP server that cannot answer (52, 51) for a refusal, and logs the difference under "django_auth_ldap".
