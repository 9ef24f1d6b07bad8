// The live page in a real browser, without a head.
//
// usage: node page.mjs AUREOLE CHROMIUM [--shots FOLDER] [CHECK...]
// PYTHON names the Python that has h5py (for a stack that grows); playwright-core is found by NODE_PATH.

import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(path.join(process.env.NODE_PATH, 'x.js'));
const { chromium } = require('playwright-core');

const [aureole, browserPath, ...rest] = process.argv.slice(2);
const shots = rest[0] === '--shots' ? rest.splice(0, 2)[1] : null;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'page-'));
const at = (name) => path.join(folder, name);
const children = [];

function run(words, code = 0) {
  try {
    execFileSync(aureole, words, { cwd: folder, stdio: 'pipe' });
  } catch (error) {
    if (error.status !== code) throw new Error(`${words.join(' ')}: exit ${error.status}: ${error.stderr}`);
  }
}

function start(program, words) {
  const child = spawn(program, words, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

// The address that a command prints.
function address(child) {
  return new Promise((found, failed) => {
    let text = '';
    const read = (bytes) => {
      text += bytes;
      const url = /http:\/\/\S+/.exec(text);
      if (url) found(url[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => failed(new Error(`it ended: ${text}`)));
    setTimeout(() => failed(new Error(`no address: ${text}`)), 20000).unref();
  });
}

function assert(condition, what) {
  if (!condition) throw new Error(what);
}

async function until(what, ask, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try { last = await ask(); } catch (error) { last = error.message; }
    if (last === true) return;
    await new Promise((done) => setTimeout(done, 40));
  }
  throw new Error(`${what}: ${JSON.stringify(last)}`);
}

// ---- The stacks and results that are looked at

function prepare() {
  fs.mkdirSync(at('folder'));
  run(['simulate', 'stack.h5', '--detector', 'Pilatus100k', '--frames', '120']);
  // Cut short, so that the last frames fail.
  fs.copyFileSync(at('stack.h5'), at('cut.h5'));
  fs.truncateSync(at('cut.h5'), Math.floor(fs.statSync(at('cut.h5')).size * 0.97));
  const integrate = (input, output, ...more) => ['integrate', input, '--poni', 'stack.poni', '-o', output, ...more];
  run(integrate('cut.h5', 'folder/scan.h5', '--bins', '500', '--error-model', 'poisson'), 3);
  run(integrate('stack.h5', 'folder/cakes.h5', '--bins', '200', '--azimuthal-bins', '90', '--frames', ':20'));
  run(integrate('stack.h5', 'folder/map.h5', '--bins', '300', '--map', '10x12', '--map-snake'));
  run(['export', 'folder/scan.h5', '-o', 'texts', '--form', 'xye', '--frames', '0:100']);
  spike();
  run(['integrate', 'spike.npy', '--poni', 'spike.poni', '--bins', '64', '-o', 'folder/spike.h5']);
  fs.copyFileSync(at('folder/map.h5'), at('folder/<img src=x onerror=alert(1)>.h5'));
}

// 5000 frames of 20 x 20 points, all 3 but for one point of one frame.
const SPIKE = 3171;
function spike() {
  const [frames, size] = [5000, 20];
  const header = `{'descr': '<u2', 'fortran_order': False, 'shape': (${frames}, ${size}, ${size}), }`;
  const start = Buffer.alloc(128, ' ');
  start.write('\x93NUMPY\x01\x00', 0, 'latin1');
  start.writeUInt16LE(118, 8);
  start.write(header, 10);
  start.write('\n', 127);
  const values = new Uint16Array(frames * size * size).fill(3);
  values[SPIKE * size * size + 7 * size + 11] = 60000;
  fs.writeFileSync(at('spike.npy'), Buffer.concat([start, Buffer.from(values.buffer)]));
  const detector = `{"pixel1": 1e-3, "pixel2": 1e-3, "max_shape": [${size}, ${size}], "orientation": 3}`;
  fs.writeFileSync(at('spike.poni'), `poni_version: 2.1\nDetector: Detector\nDetector_config: ${detector}\nDistance: 0.1\nPoni1: 0\nPoni2: 0\nRot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n`);
}

// x, I and its error of a frame, as `aureole export` writes them.
function exported(frame) {
  const file = fs.readdirSync(at('texts')).find((name) => name.endsWith(`_${String(frame).padStart(6, '0')}.xye`));
  return fs.readFileSync(at(path.join('texts', file)), 'utf8').trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
}

// ---- What a check has: a page of its own

class Room {
  constructor(browser, url) {
    this.browser = browser;
    this.url = url;
    this.errors = [];
    this.alien = [];
  }

  async open(name, options = {}) {
    await this.context?.close();
    this.context = await this.browser.newContext({ viewport: { width: 1360, height: 900 }, ...options });
    this.page = await this.context.newPage();
    this.page.on('console', (message) => { if (message.type() === 'error') this.errors.push(message.text()); });
    this.page.on('pageerror', (error) => this.errors.push(String(error)));
    this.page.on('dialog', (dialog) => { this.errors.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
    this.page.on('request', (request) => { if (!/^(http:\/\/127\.0\.0\.1:|data:|blob:)/.test(request.url())) this.alien.push(request.url()); });
    await this.page.goto(options.url ?? this.url);
    if (name) {
      await until('the list', async () => (await this.page.locator('#result option').count()) > 1);
      await this.page.selectOption('#result', { label: name });
    }
    if (name) await until('its name', async () => (await this.page.locator('#picture').getAttribute('data-of')) === name);
    await this.drawn(options.wait);
    return this.page;
  }

  // Until the picture is there, of all frames.
  async drawn(least = 40) {
    await until('the picture', async () => (await this.colours()) >= least);
    await until('the note', () => this.page.locator('#note').isHidden());
  }

  // Different colours in the image.
  colours() {
    return this.page.evaluate(() => {
      const canvas = document.getElementById('canvas');
      const { width, height } = canvas;
      const scale = width / canvas.clientWidth;
      const [x, y] = [Math.round(80 * scale), Math.round(10 * scale)];
      const { data } = canvas.getContext('2d').getImageData(x, y, width - x - Math.round(90 * scale), height - y - Math.round(50 * scale));
      const seen = new Set();
      for (let nth = 0; nth < data.length; nth += 4) seen.add(data[nth] << 16 | data[nth + 1] << 8 | data[nth + 2]);
      return seen.size;
    });
  }

  picture() {
    return this.page.evaluate(() => document.getElementById('canvas').toDataURL().length + document.getElementById('canvas').toDataURL().slice(-4000));
  }

  // The cursor's card: what it says by name.
  readout() {
    return this.page.evaluate(() => {
      const parts = [...document.getElementById('readout').children].map((of) => of.textContent);
      return Object.fromEntries(parts.filter((_, nth) => nth % 2 === 0).map((name, nth) => [name, parts[2 * nth + 1]]));
    });
  }

  async press(key, times = 1) {
    for (let nth = 0; nth < times; nth++) await this.page.keyboard.press(key);
  }

  async shot(name) {
    if (shots) await this.page.screenshot({ path: path.join(shots, `${name}.png`) });
  }
}

function number(text) {
  const power = /^(.*)×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/.exec(text);
  if (power) return number(power[1]) * 10 ** Number([...power[2]].map((c) => (c === '⁻' ? '-' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(c))).join(''));
  return Number.parseFloat(text.replace('−', '-').replace(/,/g, ''));
}

function near(got, wanted, what) {
  assert(Math.abs(got - wanted) <= Math.abs(wanted) * 6e-5 + 1e-9, `${what}: ${got}, ${wanted} expected`);
}

// ---- The checks

const checks = {
  async opens_and_draws(room) {
    const page = await room.open('scan.h5');
    assert((await room.colours()) > 100, 'the picture is blank');
    const pattern = await page.evaluate(() => {
      const canvas = document.querySelector('#pattern canvas');
      return new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
    });
    assert(pattern > 10, 'the pattern is blank');
    assert((await page.locator('#counts').textContent()).includes('frames'), 'no counts');
    const text = await page.locator('#settings-card').textContent();
    assert(text.includes('SHA-256') && text.includes('stack.poni') && text.includes('poisson'), `settings: ${text}`);
    await room.shot('light');
  },

  async the_cursor_reads_what_the_file_has(room) {
    const page = await room.open('scan.h5');
    await room.press('n');
    await until('a failed frame', async () => (await room.readout()).I === 'failed');
    const first = number((await room.readout()).Frame);
    await room.press('ArrowUp', 1);
    await room.press('ArrowDown', 2);
    const frame = first - 1;
    await until('the frame before', async () => number((await room.readout()).Frame) === frame && (await room.readout()).I !== 'failed');
    // From the left end 137 bins to the right.
    await room.press('Shift+ArrowLeft', 60);
    await room.press('Shift+ArrowRight', 13);
    await room.press('ArrowRight', 7);
    // Frames up to 99 are exported.
    await room.press('Shift+ArrowDown', 3);
    const row = frame - 30;
    await until('a value', async () => number((await room.readout()).Frame) === row && /\d/.test((await room.readout()).I));
    const readout = await room.readout();
    const [x, value, error] = exported(row)[137];
    near(number(readout.q), x, 'q');
    near(number(readout.I), value, 'I');
    assert(Math.abs(number(readout.I.split('±')[1]) - error) <= error * 0.06, `error: ${readout.I}, ${error}`);
    const poni = fs.readFileSync(at('stack.poni'), 'utf8');
    const wavelength = Number(/Wavelength: *(\S+)/.exec(poni)[1]) * 1e9;
    near(number(readout['2θ']), 2 * Math.asin(x * wavelength / (4 * Math.PI)) * 180 / Math.PI, '2theta');
    near(number(readout.d), 20 * Math.PI / x, 'd');
  },

  async the_pointer_reads_the_place_under_it(room) {
    const page = await room.open('scan.h5');
    const box = await page.locator('#picture').boundingBox();
    const area = { x: box.x + 78, y: box.y + 8, w: box.width - 162, h: box.height - 52 };
    const [u, v] = [0.31, 0.42];
    await page.mouse.move(area.x + u * area.w, area.y + (1 - v) * area.h);
    const frames = 120;
    const row = Math.floor(v * frames);
    await until('the frame', async () => number((await room.readout()).Frame) === row && /\d/.test((await room.readout()).I));
    const lines = exported(row);
    const [first, last] = [lines[0][0], lines[lines.length - 1][0]];
    const step = (last - first) / (lines.length - 1);
    const bin = Math.floor((u * (last - first + step)) / step);
    const readout = await room.readout();
    const found = [bin - 1, bin, bin + 1].find((nth) => Math.abs(number(readout.q) / lines[nth][0] - 1) < 6e-5);
    assert(found !== undefined, `q ${readout.q}, ${lines[bin][0]} expected`);
    near(number(readout.I), lines[found][1], 'I');
  },

  async scales_and_colours_change_the_picture(room) {
    const page = await room.open('scan.h5');
    const linear = await room.picture();
    await room.press('l');
    await until('log', async () => (await page.inputValue('#scale')) === 'log' && (await room.picture()) !== linear);
    await room.drawn();
    const log = await room.picture();
    await page.selectOption('#scale', 'sqrt');
    await until('sqrt', async () => ![linear, log].includes(await room.picture()));
    const sqrt = await room.picture();
    await page.selectOption('#colours', 'cividis');
    await until('cividis', async () => (await room.picture()) !== sqrt);
    const auto = await room.picture();
    await page.fill('#high', '90');
    await page.press('#high', 'Enter');
    await until('the range', async () => (await room.picture()) !== auto);
    await page.fill('#high', '');
    await page.press('#high', 'Enter');
    await until('the range as the values are', async () => (await room.picture()) === auto);
  },

  async it_is_dark_where_that_is_wanted_and_by_a_switch(room) {
    const page = await room.open('scan.h5', { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const dark = await ground();
    assert(dark === 'rgb(18, 22, 29)', `ground ${dark}`);
    await room.press('l');
    await room.drawn();
    await room.shot('dark');
    await page.click('#theme');
    assert((await ground()) !== dark, 'the switch does nothing');
    await room.press('t');
    assert((await ground()) === dark, 'the key does nothing');
  },

  async keys_move_zoom_keep_and_subtract(room) {
    const page = await room.open('scan.h5');
    const whole = await room.picture();
    await room.press('+', 3);
    await until('zoom', async () => (await room.picture()) !== whole);
    await room.press('0');
    await until('all', async () => (await room.picture()) === whole);
    await room.press('Shift+ArrowDown', 3);
    await until('a pattern', async () => /\d/.test((await room.readout()).I));
    await page.waitForTimeout(100);
    await room.press('p');
    await until('kept', async () => (await page.locator('#kept li').count()) === 1);
    await room.press('Shift+ArrowDown', 3);
    await page.waitForTimeout(150);
    await room.press('p');
    await until('kept', async () => (await page.locator('#kept li').count()) === 2);
    await room.press('d');
    await until('subtracted', async () => (await page.locator('#pattern-title').textContent()).includes('−'));
    await room.shot('kept');
    await page.locator('#kept button', { hasText: '×' }).first().click();
    await until('dropped', async () => (await page.locator('#kept li').count()) === 1);
    await room.press('?');
    assert(await page.locator('#keys').isVisible(), 'no table of keys');
    await room.press('Escape');
    assert(await page.locator('#keys').isHidden(), 'the table stays');
    await room.press('k');
    await until('said', async () => (await page.locator('#said').textContent()).startsWith('Frame'));
  },

  async the_wheel_and_the_hand_zoom_and_move(room) {
    const page = await room.open('scan.h5');
    const box = await page.locator('#picture').boundingBox();
    const whole = await room.picture();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.wheel(0, -600);
    await until('zoom', async () => (await room.picture()) !== whole);
    await room.drawn();
    const near = await room.picture();
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 + 60, { steps: 4 });
    await page.mouse.up();
    await until('move', async () => (await room.picture()) !== near);
    await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    await until('all', async () => (await room.picture()) === whole);
  },

  async a_spike_is_in_the_picture_at_every_zoom(room) {
    const page = await room.open('spike.h5', { wait: 1 });
    const highest = () => page.evaluate(async () => {
      const { picture } = await import('/page/draw.js');
      return picture.values.reduce((most, value) => (value > most ? value : most), 0);
    });
    await page.evaluate(async (row) => (await import('/page/state.js')).change({ cursor: { row, bin: 30 } }), SPIKE);
    const whole = await highest();
    assert(whole > 1000, `the highest value is ${whole}`);
    for (let zoom = 0; zoom < 20; zoom++) {
      await room.press('+');
      await until(`zoom ${zoom}`, async () => Math.abs(await highest() / whole - 1) < 0.01);
    }
    await until('few frames', () => page.evaluate(async () => { const { view } = (await import('/page/state.js')).state; return view.y1 - view.y0 < 8; }));
  },

  async failed_frames_are_shown_with_the_reason(room) {
    const page = await room.open('scan.h5');
    await until('the list', async () => (await page.locator('#failed li').count()) > 0);
    const first = page.locator('#failed li').first();
    const text = await first.textContent();
    assert(/Frame \d+/.test(text) && text.includes('cut off'), text);
    await first.locator('button').click();
    await until('the cursor', async () => (await room.readout()).I === 'failed');
    assert((await page.locator('#pattern-title').textContent()).includes('failed'), 'the pattern does not say so');
    const box = await page.locator('#picture').boundingBox();
    await page.mouse.move(box.x + 73, box.y + 10);
    await until('the tip', async () => (await page.locator('#tip').textContent()).includes('cut off'));
    await room.shot('failed');
  },

  async cakes_have_a_view_of_their_own(room) {
    const page = await room.open('cakes.h5');
    await page.click('#tab-cake');
    await room.drawn();
    await until('the label', async () => (await page.locator('#canvas').getAttribute('aria-label')).startsWith('Cake'));
    await room.shot('cake');
  },

  async maps_have_a_view_of_their_own(room) {
    const page = await room.open('map.h5');
    await page.click('#tab-map');
    await until('the label', async () => (await page.locator('#canvas').getAttribute('aria-label')).startsWith('Map'));
    await room.drawn(15);
    const box = await page.locator('#picture').boundingBox();
    const area = { x: box.x + 78, y: box.y + 8, w: box.width - 162, h: box.height - 52 };
    // The second row of the snake runs backwards: its second column is frame 22.
    await page.mouse.move(area.x + area.w * 1.5 / 12, area.y + area.h * 8.5 / 10);
    await until('the point', async () => number((await room.readout()).Frame) === 22);
    await room.shot('map');
  },

  async a_phone_is_wide_enough(room) {
    const page = await room.open('scan.h5', { viewport: { width: 380, height: 800 }, hasTouch: true, isMobile: true });
    const wide = await page.evaluate(() => [document.documentElement.scrollWidth, ...[...document.querySelectorAll('main *, header *')].map((of) => Math.round(of.getBoundingClientRect().right))]);
    const out = wide.filter((right) => right > 381);
    assert(out.length === 0, `beyond the edge: ${out}`);
    const box = await page.locator('#picture').boundingBox();
    await page.touchscreen.tap(box.x + 150, box.y + 100);
    await until('a tap', async () => /\d/.test((await room.readout()).I));
    if (shots) await page.screenshot({ path: path.join(shots, 'phone.png'), fullPage: true });
  },

  async everything_has_a_name_for_those_who_do_not_see(room) {
    const page = await room.open('scan.h5');
    const nameless = await page.evaluate(() => {
      const named = (of) => of.getAttribute('aria-label') || of.labels?.length || of.textContent.trim() || of.title;
      return [...document.querySelectorAll('button, select, input, canvas[role], [role="tab"]')].filter((of) => !named(of)).map((of) => of.outerHTML);
    });
    assert(nameless.length === 0, nameless.join());
    assert((await page.evaluate(() => document.documentElement.lang)) === 'en', 'no language');
  },

  async names_of_files_are_text_and_nothing_else(room) {
    const page = await room.open('<img src=x onerror=alert(1)>.h5');
    assert((await page.locator('img').count()) === 0, 'a name became an element');
  },

  async a_run_is_shown_while_it_goes(room) {
    const frames = 90;
    const follower = start(aureole, ['integrate', 'live.h5', '--poni', 'stack.poni', '--bins', '400', '--error-model', 'poisson', '--follow', '--serve', '--stay', '-o', 'out.h5', '--timeout', '30', '--frames', `:${frames}`]);
    const url = await address(follower);
    await room.context?.close();
    room.context = await room.browser.newContext({ viewport: { width: 1360, height: 900 } });
    const page = await room.context.newPage();
    room.page = page;
    page.on('pageerror', (error) => room.errors.push(String(error)));
    await page.goto(url);
    await until('waiting', async () => (await page.locator('#state-text').textContent()).includes('waiting'));
    await page.check('#follow');
    const writer = start(process.env.PYTHON ?? 'python3', [path.join(root, 'bench/follow_writer.py'), 'stack.h5', 'live.h5', '--as', 'swmr', '--frames', String(frames), '--rate', '30']);
    const seen = new Set();
    await until('all frames', async () => {
      const text = await page.locator('#counts').textContent();
      seen.add(text);
      if (seen.size === 12) await room.shot('live');
      return text.startsWith(`${frames} `);
    }, 30);
    assert(seen.size > 8, `updates: ${[...seen]}`);
    await room.drawn();
    await until('the latest frame', async () => number((await room.readout()).Frame) === frames - 1);
    await until('the end', async () => (await page.locator('#state-text').textContent()) === 'ended');
    await until('stages', async () => /decode \d+ %/.test(await page.locator('#stages').textContent()));
    await room.shot('ended');
    follower.kill('SIGINT');
    writer.kill();
  },

  async nothing_comes_from_elsewhere_and_nothing_goes_wrong(room) {
    assert(room.alien.length === 0, `asked elsewhere: ${room.alien}`);
    assert(room.errors.length === 0, `errors: ${room.errors.join('\n')}`);
  },
};

async function main() {
  let [passed, failed] = [0, 0];
  const chosen = Object.entries(checks).filter(([name]) => rest.length === 0 || rest.includes(name));
  prepare();
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'] });
  const server = start(aureole, ['serve', 'folder']);
  const room = new Room(browser, await address(server));
  for (const [name, check] of chosen) {
    const begun = Date.now();
    try {
      await check(room);
      passed += 1;
      console.log(`ok: ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED: ${name}: ${error.message}`);
      await room.shot(`failed-${name}`).catch(() => {});
    }
  }
  await browser.close();
  console.log(`page: ${passed} passed, ${failed} failed`);
  return failed;
}

main()
  .catch((error) => { console.log(`FAILED: ${error.stack}`); console.log('page: 0 passed, 1 failed'); return 1; })
  .then((failed) => {
    for (const child of children) child.kill('SIGKILL');
    fs.rmSync(folder, { recursive: true, force: true });
    process.exit(failed ? 1 : 0);
  });
