// What an application in Node.js does with ldapts (package ldapts): one JSON object with what came of it.
'use strict';

const fs = require('fs');
const { Client } = require('ldapts');
const e = process.env;

async function main() {
  const facts = {};
  const client = new Client({ url: e.URI, timeout: 10000, connectTimeout: 10000 });
  await client.startTLS({ ca: [fs.readFileSync(e.CA)] });
  await client.bind(e.DN, e.PASSWORD);
  const options = { scope: 'sub', filter: `(&(objectClass=inetOrgPerson)(uid=${e.NAME}))`, explicitBufferAttributes: ['jpegPhoto'] };
  const { searchEntries, searchReferences } = await client.search(e.PEOPLE, options);
  const [entry] = searchEntries;
  facts.found = searchEntries.length;
  facts.references = searchReferences.length;
  facts.dn = entry.dn;
  facts.cn = entry.cn;
  facts.photo = entry.jpegPhoto.toString('base64');
  facts.wrong = await code(() => client.bind(entry.dn, 'wrong'));
  facts.right = await code(() => client.bind(entry.dn, e.RIGHT));
  await client.bind(e.DN, e.PASSWORD);
  facts.compare = await client.compare(entry.dn, 'mail', `${e.NAME.toUpperCase()}@corp.example`);
  const paged = await client.search(e.PEOPLE, { scope: 'one', filter: '(uid=p*)', attributes: ['uid'], paged: { pageSize: 25 } });
  const names = paged.searchEntries.map((one) => one.uid);
  facts.paged = [names.length, new Set(names).size];
  const limited = await client.search(e.PEOPLE, { filter: '(uid=p*)', sizeLimit: 5, attributes: ['uid'] });
  facts.limited = limited.searchEntries.length;
  await client.unbind();
  console.log(JSON.stringify(facts));
}

async function code(attempt) {
  try {
    await attempt();
    return 0;
  } catch (error) {
    if (error.code === undefined) throw error;
    return error.code;
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
