# Passwords changed by net-ldap. Arguments and lines as in passwords.php.
require 'net/ldap'
require 'uri'

URL = URI(ENV['LDAPS'])
TLS = { method: :simple_tls, tls_options: { ca_file: ENV['CA'], verify_mode: OpenSSL::SSL::VERIFY_PEER } }

def connected(dn, password)
  auth = { method: :simple, username: dn, password: password }
  Net::LDAP.new(host: URL.host, port: URL.port, encryption: TLS, auth: auth)
end

def bind_code(dn, password)
  ldap = connected(dn, password)
  ldap.bind
  ldap.get_operation_result.code
end

ARGV.each_slice(4) do |way, dn, old, new|
  ldap = connected(dn, old)
  auth = { method: :simple, username: dn, password: old }
  made = nil
  case way
  when 'exop' then ldap.password_modify(dn: dn, auth: auth, old_password: old, new_password: new)
  when 'exop-generated'
    ldap.password_modify(dn: dn, auth: auth, old_password: old)
    made = ldap.get_operation_result.extended_response[0][0]
  when 'replace' then ldap.replace_attribute(dn, :userPassword, new)
  when 'delete-add'
    ldap.modify(dn: dn, operations: [[:delete, :userPassword, old], [:add, :userPassword, new]])
  when 'wrong-old' then ldap.password_modify(dn: dn, auth: auth, old_password: 'wrong', new_password: new)
  end
  code = ldap.get_operation_result.code
  password = made || new
  puts [way, code, bind_code(dn, password), bind_code(dn, old), password].join("\t")
end
