# GitLab 15 to 17, Linux package: /etc/gitlab/gitlab.rb, then gitlab-ctl reconfigure.
# Checked by replaying its requests, not with the product itself.
gitlab_rails['ldap_enabled'] = true
gitlab_rails['ldap_servers'] = {
  'main' => {
    'label' => 'Corp',
    'host' => 'ldap.example.com',
    'port' => 636,
    'encryption' => 'simple_tls',
    'verify_certificates' => true,
    'tls_options' => { 'ca_file' => '/etc/gitlab/trusted-certs/corp-ca.pem' },
    'uid' => 'uid',
    'bind_dn' => 'cn=application,ou=Applications,dc=corp,dc=example',
    'password' => 'application-password',
    'active_directory' => false,
    'allow_username_or_email_login' => false,
    'base' => 'ou=People,dc=corp,dc=example',
    'user_filter' => '(objectClass=inetOrgPerson)',
    # Group synchronisation, of the paid editions.
    'group_base' => 'ou=Groups,dc=corp,dc=example',
    'admin_group' => 'admins'
  }
}
