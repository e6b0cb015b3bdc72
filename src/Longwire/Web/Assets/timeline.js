// The last 24 hours or 30 days of one radio: the round trip as a line, what it was not attached for as bands behind it, and below it what
// happened. Drawn when it is first looked at, since there may be many; the caption says the same to those who cannot see it.

import { element, keyed, setText } from "./dom.js";

const ranges = {
  day: { button: "24 hours", title: "Last 24 hours", query: "", span: 60, atMost: "" },
  month: { button: "30 days", title: "Last 30 days", query: "?of=month", span: 1800, atMost: "at most " },
};
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
  let range = ranges.day;
  const buttons = Object.values(ranges).map((one) => element(
    "button", { type: "button", class: "range", "aria-pressed": String(one === range), onclick: () => choose(one) }, one.button));
  const caption = element("figcaption", { class: "faint" }, "Last 24 hours: not asked yet.");
  const chart = element("div", { class: "chart", "aria-hidden": "true" });
  const key = element("p", { class: "key", "aria-hidden": "true" }, element("span", { class: "line" }, "round trip"),
    ...Object.values(bands).map((name) => element("span", { class: name }, name)));
  const events = eventsView();
  const figure = element("figure", {}, caption, chart, key);
  const node = element("div", {}, element("div", { class: "ranges", role: "group", "aria-label": "How far back" }, ...buttons), figure,
    events.node);
  let plot = null;
  let timer = null;
  let latest = null;
  node.timeline = { look };
  seen.observe(node);
  new ResizeObserver(() => plot?.setSize({ width: chart.clientWidth, height })).observe(chart);
  dark.addEventListener("change", draw);
  // What happened is written down a moment after the state says so.
  return { node, refresh: () => { if (timer) setTimeout(load, 1000); } };

  function choose(one) {
    range = one;
    buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(Object.values(ranges)[at] === range)));
    load();
  }

  function look(isSeen) {
    clearInterval(timer);
    timer = null;
    if (!isSeen) return;
    timer = setInterval(load, again);
    load();
  }

  async function load() {
    // Taken away with its radio.
    if (!node.isConnected) return clearInterval(timer);
    try {
      library ??= loadLibrary();
      const asked = range;
      const [answer] = await Promise.all([fetch(`api/radios/${encodeURIComponent(radioId)}/history${asked.query}`), library]);
      // Another one was chosen meanwhile.
      if (asked !== range) return;
      if (!answer.ok) return setText(caption, `${range.title}: nothing was recorded yet.`);
      const history = await answer.json();
      latest = coarse(history, range.span);
      events.show(history.events);
      setText(caption, captionOf(latest, range));
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
function coarse({ step, end, states, round_trips: trips }, span) {
  const many = span / step;
  const made = { times: [], trips: [], states: [], span };
  for (let from = 0; from < states.length; from += many) {
    const measured = trips.slice(from, from + many).filter((trip) => trip !== null);
    made.times.push(end - (states.length - from) * step);
    made.trips.push(measured.length > 0 ? Math.max(...measured) / 10 : null);
    made.states.push(Math.max(...states.slice(from, from + many)));
  }
  return made;
}

function runsOf({ times, states, span }) {
  const runs = [];
  states.forEach((state, at) => {
    const last = runs.at(-1);
    if (last?.state === state) last.to = times[at] + span;
    else runs.push({ state, from: times[at], to: times[at] + span });
  });
  return runs.filter((run) => bands[run.state]);
}

function captionOf(history, range) {
  const trips = history.trips.filter((trip) => trip !== null).sort((a, b) => a - b);
  const told = trips.length > 0
    ? [`round trip mostly ${trips[trips.length >> 1].toFixed(1)} ms, at most ${trips.at(-1).toFixed(1)} ms`]
    : ["no round trip was measured"];
  for (const [state, name] of Object.entries(bands)) {
    const runs = runsOf(history).filter((run) => run.state === Number(state));
    const minutes = Math.round(runs.reduce((sum, run) => sum + run.to - run.from, 0) / 60);
    const times = runs.length === 1 ? "once" : `${runs.length} times`;
    if (runs.length > 0) told.push(`${name} ${times}, ${range.atMost}${lasting(minutes)} in all`);
  }
  return `${range.title}: ${told.join("; ")}.`;
}

const lasting = (minutes) => (minutes < 180 ? `${minutes} min` : `${Math.round(minutes / 60)} h`);

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
      x: { range: [history.times[0], history.times.at(-1) + history.span] },
      y: { range: (_, __, most) => [0, Math.max(most ?? 0, 1) * 1.1] },
    },
    axes: [
      { stroke: text, grid, ticks: grid, space: 70, size: 32, values: (_, times) => times.map(history.span > 60 ? day : clock) },
      { stroke: text, grid, ticks: grid, size: 56, values: (_, values) => values.map((value) => `${value} ms`) },
    ],
    series: [{}, { stroke: colorOf("line"), width: 1.5, points: { show: false } }],
    hooks: { drawClear: [(plot) => drawBands(plot, history, colorOf)] },
  };
}

const day = (time) => new Date(time * 1000).toLocaleDateString([], { day: "numeric", month: "numeric" });
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

const happened = {
  attached: "attached", lost: "lost", detached: "detached", held: "held: its Pi is away", resumed: "its Pi is back",
  plugged: "plugged in", unplugged: "unplugged", refused: "refused", usb_errors: "USB errors",
};

function eventsView() {
  const title = element("summary", {}, "Events: not asked yet");
  const list = element("ol", { class: "events" });
  const node = element("details", {}, title, list);
  return { node, show };

  function show(events) {
    setText(title, events.length > 0 ? `Events (${events.length})` : "Events: none yet");
    keyed(list, events, (event) => `${event.at} ${event.type} ${event.reason}`, (event) => {
      const at = new Date(event.at * 1000);
      const reason = event.reason ? `: ${event.reason}` : "";
      const time = element("time", { datetime: at.toISOString(), class: "faint" }, at.toLocaleString());
      return { node: element("li", {}, time, ` ${happened[event.type] ?? event.type}${reason}`) };
    });
  }
}
