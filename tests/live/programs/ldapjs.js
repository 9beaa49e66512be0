// What an application in Node.js does with ldapjs, which is no longer kept but still everywhere: one JSON object.
'use strict';

const fs = require('fs');
const { promisify } = require('util');
const ldap = require('ldapjs');
const e = process.env;

const client = ldap.createClient({ url: [e.LDAPS], tlsOptions: { ca: [fs.readFileSync(e.CA)] }, timeout: 10000 });
const bind = promisify(client.bind).bind(client);
const compare = promisify(client.compare).bind(client);

function search(base, options) {
  return new Promise((resolve, reject) => {
    client.search(base, options, (error, response) => {
      if (error) return reject(error);
      const found = [];
      let pages = 0;
      response.on('searchEntry', (entry) => found.push(entry));
      response.on('page', () => { pages += 1; });
      response.on('error', reject);
      response.on('end', (result) => resolve({ found, pages, status: result === null ? 0 : result.status }));
    });
  });
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

async function main() {
  const facts = {};
  await bind(e.DN, e.PASSWORD);
  const { found } = await search(e.PEOPLE, { scope: 'sub', filter: `(&(objectClass=inetOrgPerson)(uid=${e.NAME}))` });
  facts.found = found.length;
  facts.dn = found[0].objectName.toString();
  const values = Object.fromEntries(found[0].attributes.map((one) => [one.type, one]));
  facts.cn = values.cn.values[0];
  facts.photo = values.jpegPhoto.buffers[0].toString('base64');
  facts.wrong = await code(() => bind(facts.dn, 'wrong'));
  facts.right = await code(() => bind(facts.dn, e.RIGHT));
  await bind(e.DN, e.PASSWORD);
  facts.compare = await compare(facts.dn, 'mail', `${e.NAME.toUpperCase()}@corp.example`);
  const paged = await search(e.PEOPLE, { scope: 'one', filter: '(uid=p*)', attributes: ['uid'], paged: { pageSize: 25 } });
  const names = paged.found.map((one) => one.attributes[0].values[0]);
  facts.paged = [names.length, new Set(names).size];
  client.unbind();
  console.log(JSON.stringify(facts));
}

client.on('error', (error) => { console.error(error); process.exit(1); });
main().catch((error) => { console.error(error); process.exit(1); });
