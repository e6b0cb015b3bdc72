// One Pi with its radios, and what else is plugged into it.

import { addToOptions, mayAct, newest, silence } from "./actions.js";
import { actionButton, answerView, copyable, element, field, keyed, setClass, setText } from "./dom.js";
import { radioView } from "./radio.js";

const tooLow =
  "Its power is too low: it needs the power supply that is made for it, and sticks that draw much a hub with their own.";

export function piView(pi, say) {
  const title = element("h2", { id: `pi-${pi.id}`, tabindex: "-1" });
  const about = element("p", { class: "faint" });
  const vitals = element("p", { class: "faint" });
  const power = element("p", { class: "problem" }, tooLow);
  const silent = element("p", { class: "problem" });
  const work = workView(say);
  const radios = element("div");
  const others = element("h3", {}, "Also plugged in there");
  const sticks = element("ul");
  const notes = element("div");
  const node = element(
    "section", { "aria-labelledby": title.id }, title, about, vitals, power, silent, work.node, radios, others, sticks, notes);
  // What is added to the options says which of them the person saw.
  const seen = { options: null };
  const ways = { seen, say, home: title };
  return { node, show, options: (now) => { seen.options = now; } };

  function show(now) {
    setText(title, now.name);
    setText(about, aboutOf(now));
    setText(vitals, vitalsOf(now.vitals));
    power.hidden = !now.vitals?.under_voltage;
    setClass(silent, now.silenced_until ? "faint" : "problem");
    work.show(now);
    setText(silent, now.silent ? `It gives no list: ${now.silent}` : "");
    keyed(radios, now.radios, (radio) => radio.id, (radio) => radioView(radio, say));
    others.hidden = now.sticks.length === 0;
    keyed(sticks, now.sticks, (stick) => `${stick.bus_id} ${stick.usb_id}`, () => stickView(now.id, ways));
    const said = now.radios.length + now.sticks.length === 0 && !now.silent ? ["It lists no stick.", ...now.notes] : now.notes;
    keyed(notes, said, (note) => note, (note) => ({ node: element("p", { class: "faint" }, note) }));
  }
}

// Somebody works on it: nothing of it is a problem meanwhile.
function workView(say) {
  let now = null;
  const sign = element("p", { class: "waits" });
  const button = actionButton("", press);
  const node = element("div", {}, sign, element("div", { class: "actions" }, button));
  return { node, show };

  function show(pi) {
    now = pi;
    const until = pi.silenced_until;
    setText(sign, until ? `Silent for planned work until ${new Date(until).toLocaleTimeString()}: nothing of it is a problem.` : "");
    sign.hidden = !until;
    // One that is not in the options has no address, and cannot be silenced.
    button.hidden = !mayAct() || !pi.address;
    setText(button, until ? "The work is done" : "Silence for an hour");
    button.setAttribute("aria-label", `${button.textContent}: ${pi.name}`);
  }

  async function press() {
    say(await silence(now, !now.silenced_until));
  }
}

function aboutOf(pi) {
  const server = pi.longwire_version ? `Longwire ${pi.longwire_version}` : pi.reachable ? "stock usbipd" : "";
  return [
    pi.address !== pi.name && pi.address,
    pi.link ? "paired, encrypted" : pi.address && "not encrypted",
    server,
    pi.round_trip_ms !== null && `${pi.round_trip_ms.toFixed(1)} ms away`,
  ].filter(Boolean).join(" · ");
}

// What it cannot say is left out.
function vitalsOf(vitals) {
  if (!vitals) return "";
  const { temperature, load, since, wifi_signal } = vitals;
  return [
    temperature !== null && `${temperature.toFixed(0)} °C`,
    load !== null && `load ${load.toFixed(2)}`,
    wifi_signal !== null && `Wi-Fi ${wifi_signal} dBm`,
    since !== null && `up since ${new Date(since).toLocaleString()}`,
  ].filter(Boolean).join(" · ");
}

function stickView(pi, ways) {
  const name = element("strong");
  const why = element("p");
  const line = copyable("For the options, under radios");
  const choice = choiceView(pi, ways);
  const node = element("li", {}, element("p", {}, name), why, choice.node, line.node);
  return {
    node,
    show(stick) {
      setText(name, `${stick.name} (${stick.usb_id} at ${stick.bus_id})`);
      setText(why, stick.why);
      line.show(stick.line);
      choice.show(stick);
    },
  };
}

function choiceView(pi, { seen, say, home }) {
  let now = null;
  let options = null;
  const open = element("button", { type: "button", "aria-expanded": "false", onclick: toggle }, "Use this stick");
  const name = field("Its name in Home Assistant, if you like", { maxlength: "100" });
  const answer = answerView();
  const add = actionButton("Add it", send, { type: "submit" });
  const form = element("form", { onsubmit: (event) => event.preventDefault() }, name.node, element("div", { class: "actions" }, add));
  const node = element("div", {}, open, form, answer.node);
  form.hidden = true;
  return { node, show };

  function show(stick) {
    now = stick;
    const had = open === document.activeElement;
    open.hidden = !stick.choosable || !mayAct();
    if (open.hidden) close();
    if (open.hidden && had) home.focus();
    open.setAttribute("aria-label", `Use this stick: ${stick.name} at ${stick.bus_id}`);
  }

  function toggle() {
    if (!form.hidden) return close();
    form.hidden = false;
    open.setAttribute("aria-expanded", "true");
    options = newest(seen.options);
    name.input.focus();
  }

  // Who works by keyboard goes on where the form was.
  function close() {
    const had = form.contains(document.activeElement);
    form.hidden = true;
    open.setAttribute("aria-expanded", "false");
    if (had) (open.hidden ? home : open).focus();
  }

  async function send() {
    const came = await addToOptions("api/sticks", { options, pi, bus_id: now.bus_id, usb_id: now.usb_id, name: name.input.value });
    options = came.options ?? options;
    // It may be no stick of this list any more.
    (came.done ? say : answer.say)(came);
    if (came.done) close();
  }
}
