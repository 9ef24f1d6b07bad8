// The keyboard.

import { make, $ } from './side.js';

const KEYS = [
  ['← →', 'one bin; with Shift ten'],
  ['↑ ↓', 'one frame; with Shift ten'],
  ['Page Up, Page Down', 'a tenth of the frames shown'],
  ['+ −', 'zoom along the frames'],
  ['[ ]', 'zoom along the axis'],
  ['0', 'show everything'],
  ['l', 'linear or logarithmic'],
  ['s', 'square root'],
  ['c', 'next colours'],
  ['p', 'keep the pattern'],
  ['d', 'subtract the last pattern kept, or not'],
  ['k', 'to the peak nearby'],
  ['f', 'stay at the latest frame'],
  ['n', 'to the next failed frame'],
  ['v', 'waterfall, cake or map'],
  ['t', 'light or dark'],
  ['?', 'this table'],
];

export function keys(actions) {
  $('keys-table').replaceChildren(...KEYS.map(([names, does]) => {
    const caps = names.split(/,? /).flatMap((name, nth, all) => (name === 'Page' ? [] : [make('kbd', all[nth - 1] === 'Page' ? `Page ${name}` : name), ' ']));
    return make('tr', [make('td', caps), make('td', does)]);
  }));
  document.addEventListener('keydown', (event) => {
    const writes = event.target.closest('input[type="text"], select, textarea, dialog');
    if (writes || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('[role="tab"], #job') && event.key.startsWith('Arrow')) return;
    const times = event.shiftKey ? 10 : 1;
    const does = {
      ArrowLeft: () => actions.move(-times, 0), ArrowRight: () => actions.move(times, 0),
      ArrowUp: () => actions.move(0, times), ArrowDown: () => actions.move(0, -times),
      PageUp: () => actions.page(1), PageDown: () => actions.page(-1),
      '+': () => actions.zoom('y', 0.7), '=': () => actions.zoom('y', 0.7), '-': () => actions.zoom('y', 1 / 0.7), '_': () => actions.zoom('y', 1 / 0.7),
      ']': () => actions.zoom('x', 0.7), '[': () => actions.zoom('x', 1 / 0.7),
      0: actions.all, Home: actions.all, l: actions.log, s: actions.sqrt, c: actions.colours, p: actions.keep, d: actions.subtract,
      k: actions.peak, f: actions.follow, n: actions.failed, v: actions.tab, t: actions.theme, '?': actions.help,
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
}
