// Passwords changed by ldapjs. Arguments and lines as in passwords.php.
'use strict';

const fs = require('fs');
const { promisify } = require('util');
const ldap = require('ldapjs');

const MODIFY = '1.3.6.1.4.1.4203.1.11.1';

function connected() {
  const client = ldap.createClient({
    url: [process.env.LDAPS], tlsOptions: { ca: [fs.readFileSync(process.env.CA)] }, timeout: 10000,
  });
  client.on('error', (error) => { console.error(error); process.exit(1); });
  return client;
}

async function code(attempt) {
  try {
    await attempt();
    return 0;
  } catch (error) {
    if (typeof error.code !== 'number') throw error;
    return error.code;
  }
}

async function bindCode(dn, password) {
  const client = connected();
  const done = await code(() => promisify(client.bind).bind(client)(dn, password));
  client.unbind();
  return done;
}

function change(operation, password) {
  return new ldap.Change({ operation, modification: { type: 'userPassword', values: [password] } });
}

const modify = (client, dn, changes) => promisify(client.modify).bind(client)(dn, changes);
const exop = (client, wish) => promisify(client.exop).bind(client)(MODIFY, wish);
const WAYS = {
  replace: (client, dn, old, fresh) => modify(client, dn, [change('replace', fresh)]),
  'delete-add': (client, dn, old, fresh) => modify(client, dn, [change('delete', old), change('add', fresh)]),
  exop: (client, dn, old, fresh) => exop(client, { userIdentity: dn, oldPassword: old, newPassword: fresh }),
  'wrong-delete': (client, dn, old, fresh) => modify(client, dn, [change('delete', 'wrong'), change('add', fresh)]),
};

async function main() {
  const words = process.argv.slice(2);
  for (let at = 0; at < words.length; at += 4) {
    const [way, dn, old, fresh] = words.slice(at, at + 4);
    const client = connected();
    await promisify(client.bind).bind(client)(dn, old);
    const done = await code(() => WAYS[way](client, dn, old, fresh));
    client.unbind();
    console.log([way, done, await bindCode(dn, fresh), await bindCode(dn, old), fresh].join('\t'));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
