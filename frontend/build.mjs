// Builds everything the browser needs into dist/, which Django serves as static files.
//
//   app.css     Bootstrap and our own styles, one stylesheet
//   app.js      our behaviour for every page (an ES module, no dependencies but htmx's global)
//   theme.js    runs before the first paint: light or dark
//   viewer.js   the live diagram; loaded only where a diagram is shown
//   editor.js, editor.css   the page on which a process is drawn
//   public.css  pages for people outside, who may come with an old browser
//   clauses.js  the page on which a contract template is written
//   vendor/     htmx and Bootstrap's script, as they are published
//   fonts/      Inter for Latin letters and digits; Chinese comes from the reader's system
//   icons.svg   the icons named in src/icons.txt, one symbol each
//   THIRD_PARTY.txt  the licences of all that is shipped
import { build } from 'esbuild';
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, 'node_modules');
const dist = join(here, 'dist');

const VENDOR = {
  'vendor/htmx.min.js': 'htmx.org/dist/htmx.min.js',
  'vendor/bootstrap.bundle.min.js': 'bootstrap/dist/js/bootstrap.bundle.min.js',
  'fonts/inter-latin.woff2': '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2',
  'favicon.svg': '../src/favicon.svg',
};

async function copyVendor() {
  for (const [target, source] of Object.entries(VENDOR)) {
    await mkdir(dirname(join(dist, target)), { recursive: true });
    await copyFile(join(modules, source), join(dist, target));
    if (target.endsWith('.js')) await dropSourceMap(join(dist, target));
  }
}

// Maps are not shipped, and Django refuses to collect a script that names a file which is not there.
async function dropSourceMap(path) {
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n'));
}

async function bundle() {
  const common = {
    absWorkingDir: here,
    bundle: true,
    minify: true,
    legalComments: 'none', // the licences stand whole in THIRD_PARTY.txt
    target: ['chrome120', 'firefox121', 'safari17'],
    logLevel: 'warning',
  };
  await build({ ...common, entryPoints: { app: 'src/app/index.js', viewer: 'src/viewer/index.js', editor: 'src/editor/index.js', clauses: 'src/clauses/index.js' }, format: 'esm', outdir: 'dist' });
  await build({ ...common, entryPoints: { editor: 'src/editor/editor.css' }, outdir: 'dist' });
  await build({ ...common, entryPoints: { theme: 'src/app/theme-early.js' }, format: 'iife', outdir: 'dist' });
  await build({ ...common, entryPoints: { public: 'src/styles/public.css' }, outdir: 'dist', target: ['chrome60', 'safari11'] });
  await build({
    ...common,
    entryPoints: { app: 'src/styles/index.css' },
    outdir: 'dist',
    external: ['*.woff2'], // fonts/ is copied as it is, so that the page can preload it by a known name
  });
}

async function sprite() {
  const names = (await readFile(join(here, 'src/icons.txt'), 'utf8')).split(/\s+/).filter(Boolean);
  const symbols = await Promise.all([...new Set(names)].sort().map(async (name) => {
    const svg = await readFile(join(modules, 'lucide-static/icons', `${name}.svg`), 'utf8');
    const shapes = svg.match(/<svg[^>]*>(.*)<\/svg>/s)[1].replace(/\s+/g, ' ').trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`;
  }));
  await writeFile(join(dist, 'icons.svg'), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`);
}

/** Every package of the lock that is not for development only, with the licence text it carries. */
async function notices() {
  const lock = JSON.parse(await readFile(join(here, 'package-lock.json'), 'utf8'));
  const parts = [];
  for (const [path, info] of Object.entries(lock.packages)) {
    if (!path || info.dev) continue;
    const files = await readdir(join(here, path));
    const licence = files.find((name) => /^licen[cs]e/i.test(name));
    const text = licence ? await readFile(join(here, path, licence), 'utf8') : `Licence: ${info.license ?? 'not stated'}`;
    parts.push(`${path.replace(/^.*node_modules\//, '')} ${info.version}\n\n${text.trim()}`);
  }
  await writeFile(join(dist, 'THIRD_PARTY.txt'), `${parts.join(`\n\n${'-'.repeat(72)}\n\n`)}\n`);
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all([copyVendor(), bundle(), sprite(), notices()]);
