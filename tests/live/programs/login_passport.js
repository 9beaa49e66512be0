// Logins by the recipe for passport-ldapauth. Arguments and lines as in login.php.
'use strict';

const path = require('path');
const Strategy = require('passport-ldapauth');

const [recipe, ...words] = process.argv.slice(2);
const options = require(path.resolve(recipe));

function login(username, password) {
  return new Promise((resolve) => {
    const strategy = new Strategy(options, (user, done) => done(null, user));
    strategy.success = (user) => {
      const groups = user._groups.map((group) => group.cn).sort();
      resolve([user.mail, groups.join(',')]);
    };
    strategy.fail = () => resolve(['refused', '']);
    strategy.error = (error) => resolve([`error ${error.code}`, '']);
    strategy.authenticate({ body: { username, password } });
  });
}

async function main() {
  for (let at = 0; at < words.length; at += 2) {
    console.log((await login(words[at], words[at + 1])).join('\t'));
  }
  process.exit(0);
}

main().catch((error) => { console.error(error); process.exit(1); });
