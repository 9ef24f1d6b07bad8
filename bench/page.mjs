// How fast the page of `aureole serve` is in a browser: the first picture of a result, zooms and moves until their last tile is drawn.
//
// usage: NODE_PATH=target/page/node_modules node bench/page.mjs AUREOLE CHROMIUM RESULT
//
// playwright-core is what tests/page.sh has installed; bench/serve.py --keep FILE makes a large result. Times are told from the hand's move
// (the wheel, a key) to the picture behind the answer to the last question, as the page itself sees it. A picture of what was there
// before, coarser or moved, is on the screen within a frame.

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(path.join(process.env.NODE_PATH, 'x.js'));
const { chromium } = require('playwright-core');
const [aureole, browserPath, result] = process.argv.slice(2);

const server = spawn(aureole, ['serve', result], { stdio: ['ignore', 'pipe', 'inherit'] });
const url = await new Promise((found) => server.stdout.on('data', (bytes) => {
  const address = /http:\/\/\S+/.exec(String(bytes));
  if (address) found(address[0]);
}));
const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });

// Counts the questions that are under way, before the page's own script runs.
await page.addInitScript(() => {
  const ask = window.fetch.bind(window);
  window.underWay = 0;
  window.fetch = async (...words) => {
    window.underWay++;
    try {
      const answer = await ask(...words);
      // The body is on its way, too, until the page has read it.
      const whole = await answer.clone().arrayBuffer().catch(() => null);
      return whole === null ? answer : new Response(whole, answer);
    } finally {
      window.underWay--;
    }
  };
  // Milliseconds from now until no question is left for three pictures.
  window.settled = (begun) => new Promise((done) => {
    let [still, last] = [0, performance.now()];
    const look = () => {
      if (window.underWay > 0) still = 0;
      else if (still++ === 0) last = performance.now();
      if (still > 3) done(last - begun);
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
});

const begun = Date.now();
await page.goto(url);
await page.waitForFunction(() => document.getElementById('picture').dataset.of !== undefined && window.underWay === 0);
console.log(`first picture in the browser: ${Date.now() - begun} ms after its address was typed`);
await page.waitForFunction(() => document.getElementById('note').hidden);

const times = [];
for (let step = 0; step < 24; step++) {
  const taken = await page.evaluate((step) => {
    const canvas = document.getElementById('canvas');
    const box = canvas.getBoundingClientRect();
    const at = { clientX: box.left + box.width * (0.3 + 0.02 * step), clientY: box.top + box.height * 0.4, bubbles: true, cancelable: true };
    const now = performance.now();
    if (step % 3 === 2) document.dispatchEvent(new KeyboardEvent('keydown', { key: step % 2 ? 'ArrowUp' : 'ArrowDown', shiftKey: true, bubbles: true }));
    else canvas.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: step < 16 ? -240 : 240 }));
    return window.settled(now);
  }, step);
  times.push(taken);
}
times.sort((a, b) => a - b);
console.log(`${times.length} zooms and moves: median ${times[times.length >> 1].toFixed(0)} ms, longest ${times[times.length - 1].toFixed(0)} ms`);
await browser.close();
server.kill();
