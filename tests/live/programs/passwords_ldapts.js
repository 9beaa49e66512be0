// Passwords changed by ldapts. Arguments and lines as in passwords.php.
'use strict';

const fs = require('fs');
const { BerWriter } = require('asn1');
const { Attribute, Change, Client } = require('ldapts');

async function connected() {
  const client = new Client({ url: process.env.URI, timeout: 10000, connectTimeout: 10000 });
  await client.startTLS({ ca: [fs.readFileSync(process.env.CA)] });
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
  const client = await connected();
  try {
    return await code(() => client.bind(dn, password));
  } finally {
    await client.unbind();
  }
}

function change(operation, password) {
  return new Change({ operation, modification: new Attribute({ type: 'userPassword', values: [password] }) });
}

// RFC 3062 2: userIdentity [0], oldPasswd [1], newPasswd [2].
function passwordModify(client, ...parts) {
  const writer = new BerWriter();
  writer.startSequence();
  parts.forEach((part, number) => writer.writeString(part, 0x80 + number));
  writer.endSequence();
  return client.exop('1.3.6.1.4.1.4203.1.11.1', writer.buffer);
}

const WAYS = {
  replace: (client, dn, old, fresh) => client.modify(dn, change('replace', fresh)),
  'delete-add': (client, dn, old, fresh) => client.modify(dn, [change('delete', old), change('add', fresh)]),
  exop: passwordModify,
  'wrong-old': (client, dn, old, fresh) => passwordModify(client, dn, 'wrong', fresh),
  'wrong-delete': (client, dn, old, fresh) => client.modify(dn, [change('delete', 'wrong'), change('add', fresh)]),
  'somebody-else': (client, dn, old, fresh) => client.modify(process.env.DN, change('replace', fresh)),
};

async function main() {
  const words = process.argv.slice(2);
  for (let at = 0; at < words.length; at += 4) {
    const [way, dn, old, fresh] = words.slice(at, at + 4);
    const client = await connected();
    await client.bind(dn, old);
    const done = await code(() => WAYS[way](client, dn, old, fresh));
    await client.unbind();
    console.log([way, done, await bindCode(dn, fresh), await bindCode(dn, old), fresh].join('\t'));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
