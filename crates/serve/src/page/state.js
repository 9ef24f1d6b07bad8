// What the page shows, and who wants to know when it changes.

export const state = {
  id: null, // number of the result
  about: null, // what the server says of it
  recipe: 0,
  news: null,
  tab: 'stack',
  view: null, // { x0, x1, y0, y1 } of the waterfall: axis values and frames
  fitted: true, // all frames are shown, also those to come
  cursor: { row: 0, bin: 0 },
  follow: false,
  scale: 'linear',
  colours: 'viridis',
  which: 'high',
  low: null, // ends of the colour scale; null: as the values are
  high: null,
  kept: [], // patterns: { row, frame, line, colour, minus }
  pattern: null, // under the cursor: { row, status, line, errors }
  mapBins: null, // bins of which the map is the mean
};

const listeners = new Map();

// Calls `then` after a change of any of these names.
export function on(names, then) {
  for (const name of names.split(' ')) {
    if (!listeners.has(name)) listeners.set(name, []);
    listeners.get(name).push(then);
  }
}

let waiting = null;

// Changes the state, and tells who listens, once a frame of the screen.
export function change(changes) {
  Object.assign(state, changes);
  touch(...Object.keys(changes));
}

export function touch(...names) {
  if (!waiting) {
    waiting = new Set();
    requestAnimationFrame(() => {
      const changed = waiting;
      waiting = null;
      const called = new Set();
      for (const name of changed) for (const then of listeners.get(name) ?? []) called.add(then);
      for (const then of called) then(changed);
    });
  }
  for (const name of names) waiting.add(name);
}

// The recipe that is shown.
export function recipe() {
  return state.about?.recipes[state.recipe] ?? null;
}

// Rows that are worth a place on the screen: all of a run that has ended, or those up to the last that is done.
export function shownRows() {
  const { news } = state;
  if (!news) return 0;
  return news.ended ? news.rows : Math.min(news.rows, Math.max((news.last_done ?? -1) + 1, news.done + news.failed));
}

// The frame's number in the stack.
export function frameOf(row) {
  return row + (state.about?.first_frame ?? 0);
}
