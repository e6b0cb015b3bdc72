// One radio's card.

import { ask, mayAct } from "./actions.js";
import { copyable, element, keyed, nextId, setClass, setText } from "./dom.js";
import { timelineView } from "./timeline.js";

const commands = {
  attach: "Attach", detach: "Detach", reattach: "Reattach", take_over: "Take over", forget: "Forget",
  replace: "Replace its stick",
};
// What cannot be taken back is asked for twice.
const questions = {
  forget: (radio) => [`Forget ${radio.name}? Its name, its history and its entities go.`, "Forget it"],
  replace: (radio) => [`Give ${radio.name} the stick ${radio.successor}? It keeps its name, its history and its entities.`, "Replace it"],
};

export function radioView(radio, say) {
  let now = radio;
  const title = element("h3", { id: `radio-${radio.id}` });
  const status = element("span");
  const explanation = element("p");
  const actions = element("div", { class: "actions", role: "group", "aria-labelledby": title.id });
  const facts = element("dl");
  const ports = element("div");
  const line = copyable("For the options, under radios");
  const identity = element("p", { class: "faint" });
  const more = element("details", {}, element("summary", {}, "More"), identity, line.node);
  const timeline = timelineView(radio.id);
  const node = element("article", { "aria-labelledby": title.id },
    element("header", {}, title, status), explanation, actions, ports, facts, timeline.node, more);
  return { node, show };

  function show(next) {
    if (next.status !== now.status) timeline.refresh();
    now = next;
    setText(title, now.name);
    setText(status, now.status.replaceAll("_", " "));
    setClass(status, `status ${now.problem ? "problem" : now.status === "attached" ? "well" : "waits"}`);
    setText(explanation, now.explanation);
    showActions();
    keyed(ports, now.serial_ports, (port) => port.path, () => portView());
    keyed(facts, factsOf(now).flatMap(([name, value]) => [["dt", name, name], ["dd", name, value]]), ([kind, name]) => kind + name, fact);
    setText(identity, [now.usb_id, now.manufacturer, now.product, now.serial && `serial ${now.serial}`, `id ${now.id}`]
      .filter(Boolean).join(", "));
    line.show(now.line);
  }

  function showActions() {
    const had = actions.contains(document.activeElement);
    keyed(actions, mayAct() ? now.commands : [], (command) => command, (command) => ({ node: buttonOf(command) }));
    for (const button of actions.children) button.setAttribute("aria-label", `${button.textContent} ${now.name}`);
    // Who works by keyboard goes on where the button was.
    if (had && !actions.contains(document.activeElement)) actions.querySelector("button")?.focus();
  }

  function buttonOf(command) {
    const button = element("button", { type: "button", onclick: press }, commands[command] ?? command);
    return button;

    async function press() {
      if (button.getAttribute("aria-disabled") === "true") return;
      // While the question is there, another stick may come.
      const shown = now;
      if (questions[command] && !await confirmed(...questions[command](shown))) return;
      button.setAttribute("aria-disabled", "true");
      say(await ask(shown, command, button.textContent, command === "replace" ? { successor: shown.successor } : null));
      button.removeAttribute("aria-disabled");
    }
  }
}

// A window of our own: a frame, as ingress is one, may not open the browser's.
function confirmed(question, yes) {
  return new Promise((resolve) => {
    const text = element("p", { id: nextId("question") }, question);
    const dialog = element("dialog", { "aria-labelledby": text.id, onclose: closed }, text, element("div", { class: "actions" },
        element("button", { type: "button", onclick: () => dialog.close("yes") }, yes),
        element("button", { type: "button", autofocus: "", onclick: () => dialog.close("no") }, "Keep it")));
    document.body.append(dialog);
    dialog.showModal();

    function closed() {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    }
  });
}

function portView() {
  const path = copyable("Serial port");
  return { node: path.node, show: (port) => path.show(port.path, port.may_change ? "Serial port, which may change" : "Serial port") };
}

function fact([kind]) {
  const node = element(kind);
  return { node, show: ([, , text]) => setText(node, text) };
}

function factsOf(radio) {
  return [
    ["Attached since", radio.since && when(radio.since)],
    ["Round trip", radio.round_trip_ms !== null && `${radio.round_trip_ms.toFixed(1)} ms`],
    ["Disconnects", counted(radio.disconnects, radio.last_disconnect_reason && `the last: ${radio.last_disconnect_reason}`)],
    ["Outages", counted(radio.outages, radio.outages > 0 && outages(radio))],
    ["USB errors", radio.usb_errors && errors(radio.usb_errors)],
    ["Apps to restart", radio.restart_apps.join(", ")],
  ].filter(([, value]) => value);
}

const when = (text) => new Date(text).toLocaleString();
const counted = (count, remark) => (remark ? `${count} (${remark})` : `${count}`);

function outages(radio) {
  const lasted = radio.last_outage_seconds === null ? "" : ` for ${radio.last_outage_seconds.toFixed(1)} s`;
  const last = radio.last_outage ? `; the last at ${when(radio.last_outage)}${lasted}` : "";
  return `held for ${radio.held_seconds.toFixed(1)} s in all${last}`;
}

function errors(counts) {
  const words = {
    bus: "on the bus", stalls: "stalls", gone: "while unplugged", other: "others", refused: "refused", stale: "too old to deliver",
  };
  const told = Object.entries(words).filter(([key]) => counts[key] > 0).map(([key, word]) => `${counts[key]} ${word}`);
  return told.length > 0 ? told.join(", ") : "none";
}
