// The last 24 hours of one radio: the round trip as a line, and what it was not attached for as bands behind it. Drawn when it is first
// looked at, since there may be many; the caption says the same to those who cannot see it.

import { element, setText } from "./dom.js";

const spanSeconds = 60;
const height = 130;
const again = 60000;

// By the digit of a state: see HistoryState.
const bands = { 2: "attaching", 3: "detached", 4: "held", 5: "down" };

let library = null;
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) target.timeline.look(isIntersecting);
});
const dark = matchMedia("(prefers-color-scheme: dark)");

export function timelineView(radioId) {
  const caption = element("figcaption", { class: "faint" }, "Last 24 hours: not asked yet.");
  const chart = element("div", { class: "chart", "aria-hidden": "true" });
  const key = element("p", { class: "key", "aria-hidden": "true" }, element("span", { class: "line" }, "round trip"),
    ...Object.values(bands).map((name) => element("span", { class: name }, name)));
  const node = element("figure", {}, caption, chart, key);
  let plot = null;
  let timer = null;
  let latest = null;
  node.timeline = { look };
  seen.observe(node);
  new ResizeObserver(() => plot?.setSize({ width: chart.clientWidth, height })).observe(chart);
  dark.addEventListener("change", draw);
  return { node };

  function look(isSeen) {
    clearInterval(timer);
    if (!isSeen) return;
    timer = setInterval(load, again);
    load();
  }

  async function load() {
    // Taken away with its radio.
    if (!node.isConnected) return clearInterval(timer);
    try {
      library ??= loadLibrary();
      const [answer] = await Promise.all([fetch(`api/radios/${encodeURIComponent(radioId)}/history`), library]);
      if (!answer.ok) return setText(caption, "Last 24 hours: nothing was recorded yet.");
      latest = coarse(await answer.json());
      setText(caption, captionOf(latest));
      draw();
    } catch {
      library = library && window.uPlot ? library : null;
    }
  }

  function draw() {
    if (!latest || !window.uPlot) return;
    plot?.destroy();
    plot = new window.uPlot(optionsOf(chart, key, latest), [latest.times, latest.trips], chart);
  }
}

function loadLibrary() {
  return new Promise((resolve, reject) => {
    const script = element("script", { src: "vendor/uPlot.iife.min.js", onload: resolve, onerror: reject });
    document.head.append(element("link", { rel: "stylesheet", href: "vendor/uPlot.min.css" }), script);
  });
}

// A minute is about a pixel. Of what falls together the worst counts.
function coarse({ step, end, states, round_trips: trips }) {
  const many = spanSeconds / step;
  const made = { times: [], trips: [], states: [] };
  for (let from = 0; from < states.length; from += many) {
    const measured = trips.slice(from, from + many).filter((trip) => trip !== null);
    made.times.push(end - (states.length - from) * step);
    made.trips.push(measured.length > 0 ? Math.max(...measured) / 10 : null);
    made.states.push(Math.max(...states.slice(from, from + many)));
  }
  return made;
}

function runsOf({ times, states }) {
  const runs = [];
  states.forEach((state, at) => {
    const last = runs.at(-1);
    if (last?.state === state) last.to = times[at] + spanSeconds;
    else runs.push({ state, from: times[at], to: times[at] + spanSeconds });
  });
  return runs.filter((run) => bands[run.state]);
}

function captionOf(history) {
  const trips = history.trips.filter((trip) => trip !== null).sort((a, b) => a - b);
  const told = trips.length > 0
    ? [`round trip mostly ${trips[trips.length >> 1].toFixed(1)} ms, at most ${trips.at(-1).toFixed(1)} ms`]
    : ["no round trip was measured"];
  for (const [state, name] of Object.entries(bands)) {
    const runs = runsOf(history).filter((run) => run.state === Number(state));
    const minutes = Math.round(runs.reduce((sum, run) => sum + run.to - run.from, 0) / 60);
    if (runs.length > 0) told.push(`${name} ${runs.length === 1 ? "once" : `${runs.length} times`}, ${minutes} min in all`);
  }
  return `Last 24 hours: ${told.join("; ")}.`;
}

function optionsOf(chart, key, history) {
  const colorOf = (name) => getComputedStyle(key.querySelector(`.${name}`)).color;
  const text = getComputedStyle(chart).color;
  const grid = { stroke: getComputedStyle(chart).borderTopColor, width: 1 };
  return {
    width: chart.clientWidth,
    height,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: [history.times[0], history.times.at(-1) + spanSeconds] },
      y: { range: (_, __, most) => [0, Math.max(most ?? 0, 1) * 1.1] },
    },
    axes: [
      { stroke: text, grid, ticks: grid, space: 70, size: 32, values: (_, times) => times.map(clock) },
      { stroke: text, grid, ticks: grid, size: 56, values: (_, values) => values.map((value) => `${value} ms`) },
    ],
    series: [{}, { stroke: colorOf("line"), width: 1.5, points: { show: false } }],
    hooks: { drawClear: [(plot) => drawBands(plot, history, colorOf)] },
  };
}

const clock = (time) => new Date(time * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function drawBands(plot, history, colorOf) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.globalAlpha = 0.35;
  for (const { state, from, to } of runsOf(history)) {
    const [left, right] = [from, to].map((time) => plot.valToPos(time, "x", true));
    ctx.fillStyle = colorOf(bands[state]);
    ctx.fillRect(left, bbox.top, Math.max(right - left, 1), bbox.height);
  }
  ctx.restore();
}
