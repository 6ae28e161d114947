// Builds web/dist: the widget as one file, the page, and the notices of what is in it. Same input, same bytes.
import {build} from 'esbuild';
import {createHash} from 'node:crypto';
import {copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {fileURLToPath} from 'node:url';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));
mkdirSync('dist', {recursive: true});

// What the file was made from, so that a test without Node can tell whether it is up to date.
const sources = [...readdirSync('src').sort().map(name => `src/${name}`), 'build.mjs', 'package-lock.json'];
const digest = createHash('sha256');
for (const name of sources) digest.update(name + '\0').update(readFileSync(name)).update('\0');

const result = await build({
  entryPoints: ['src/widget.js'],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  loader: {'.css': 'text'},
  outfile: 'dist/widget.js',
  metafile: true,
  banner: {js: `/* Backtalk chat widget. Third-party notices: web/THIRD-PARTY.txt. Sources: ${digest.digest('hex')} */`},
});

for (const name of ['index.html', 'page.css', 'icon.svg']) copyFileSync(`src/${name}`, `dist/${name}`);

// Every package that has a byte in the file, with its licence text.
const packages = [...new Set(Object.entries(result.metafile.outputs['dist/widget.js'].inputs)
  .filter(([path, {bytesInOutput}]) => bytesInOutput && path.startsWith('node_modules/'))
  .map(([path]) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)[1]))].sort();
const notices = packages.map(name => {
  const folder = `node_modules/${name}`, {version, license} = JSON.parse(readFileSync(`${folder}/package.json`));
  const file = readdirSync(folder).filter(f => /^(licen[cs]e|copying)/i.test(f)).sort()[0];
  return `${name} ${version}\nLicence: ${license}\n\n${(file ? readFileSync(`${folder}/${file}`, 'utf8') : '').trim()}\n`;
});
writeFileSync('THIRD-PARTY.txt', 'The built widget (web/dist/widget.js) contains these packages.\n\n'
  + notices.join('\n' + '-'.repeat(80) + '\n\n').replaceAll('\r', ''));

// The accessibility checker of the tests, so that they run without Node.
const vendor = '../tests/channels/web/vendor';
if (existsSync('node_modules/axe-core')) {
  mkdirSync(vendor, {recursive: true});
  copyFileSync('node_modules/axe-core/axe.min.js', `${vendor}/axe.min.js`);
  copyFileSync('node_modules/axe-core/LICENSE', `${vendor}/axe.LICENSE`);
}

const bytes = readFileSync('dist/widget.js');
const packed = gzipSync(bytes, {level: 9}).length;
console.log(`widget.js: ${bytes.length} bytes, ${packed} gzipped`);
if (packed > 90_000) throw new Error('The widget is larger than 90 KB gzipped.');
