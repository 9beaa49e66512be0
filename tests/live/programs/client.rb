# What GitLab and other Ruby applications do with net-ldap: one JSON object with what came of it.
require 'base64'
require 'json'
require 'net/ldap'
require 'uri'

uri = URI(ENV['LDAPS'])
facts = {}
service = { method: :simple, username: ENV['DN'], password: ENV['PASSWORD'] }
encryption = { method: :simple_tls, tls_options: { ca_file: ENV['CA'], verify_mode: OpenSSL::SSL::VERIFY_PEER } }
ldap = Net::LDAP.new(host: uri.host, port: uri.port, encryption: encryption, auth: service, base: ENV['PEOPLE'])

# omniauth-ldap: search and bind as what was found, on one connection.
filter = Net::LDAP::Filter.eq('uid', ENV['NAME'])
%w[right wrong].each do |kind|
  found = ldap.bind_as(base: ENV['PEOPLE'], filter: filter, password: kind == 'right' ? ENV['RIGHT'] : 'wrong')
  facts[kind] = found ? found.first.dn : ldap.get_operation_result.code
end
entries = ldap.search(filter: filter, size: 1, attributes: %w[cn jpegPhoto])
facts['found'] = entries.size
facts['photo'] = Base64.strict_encode64(entries.first[:jpegphoto].first)
# net-ldap asks by pages of its own accord where the root DSE says that there are any.
names = ldap.search(filter: Net::LDAP::Filter.begins('uid', 'p'), attributes: %w[uid]).map { |one| one[:uid].first }
facts['all'] = [names.size, names.uniq.size]
facts['root'] = ldap.search_root_dse[:supportedldapversion]
puts JSON.generate(facts)
