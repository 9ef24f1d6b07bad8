// What was asked of the server for what is shown now: the row under the cursor, states of frames, a cake, a map.

import * as data from './data.js';
import { change, recipe, shownRows, state, touch } from './state.js';

// The latest answers, null while there is none; and the points of the screen along the strip of states.
export const got = { strip: null, cake: null, mapped: null, points: 400 };

export function forget() {
  Object.assign(got, { strip: null, cake: null, mapped: null });
}

// Moves the cursor to a row or a bin that there is.
export function move({ row, bin }) {
  const most = Math.max(0, shownRows() - 1);
  const cursor = {
    row: Math.min(most, Math.max(0, row ?? state.cursor.row)),
    bin: Math.min(recipe().radial.centres.length - 1, Math.max(0, bin ?? state.cursor.bin)),
  };
  if (cursor.row !== state.cursor.row || cursor.bin !== state.cursor.bin) change({ cursor });
}

// At most one question is under way for each kind; the last one wins.
function latest(ask, then) {
  let [running, again] = [false, false];
  return async function question() {
    if (running) { again = true; return; }
    running = true;
    try { then(await ask()); } catch { /* asked again with the next change */ }
    running = false;
    if (again) { again = false; question(); }
  };
}

const rowsKept = new Map();

export const fetchRow = latest(async () => {
  const { id, recipe: nth, cursor, about } = state;
  const key = `${id}/${about.generation}/${nth}/${cursor.row}`;
  let found = rowsKept.get(key);
  if (!found || found.status === 0) {
    found = await data.row(id, nth, cursor.row);
    rowsKept.set(key, found);
    if (rowsKept.size > 300) rowsKept.delete(rowsKept.keys().next().value);
  }
  return { key, found };
}, ({ key, found }) => {
  if (key.startsWith(`${state.id}/${state.about?.generation}/${state.recipe}/`)) change({ pattern: found });
});

export const fetchStrip = latest(async () => {
  const { id, view } = state;
  const from = Math.max(0, Math.floor(view.y0));
  const to = Math.max(from + 1, Math.ceil(view.y1));
  const parts = Math.max(1, Math.min(to - from, got.points));
  return { id, states: await data.strip(id, from, to, parts) };
}, ({ id, states }) => {
  if (id === state.id) { got.strip = states; touch('tiles'); }
});

export const fetchCake = latest(() => data.cake(state.id, state.recipe, state.cursor.row), (found) => { got.cake = found; touch('tiles'); });

export const fetchMap = latest(async () => {
  const { id, recipe: nth, mapBins: [from, to] } = state;
  return { id, values: await data.map(id, nth, from, to) };
}, ({ id, values }) => { if (id === state.id) { got.mapped = values; touch('tiles'); } });
