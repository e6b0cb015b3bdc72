import { learnAccess, mayAct, useToken } from "./actions.js";
import { addPiView } from "./adding.js";
import { checksView } from "./checks.js";
import { element, keyed, setClass, setText } from "./dom.js";
import { piView } from "./pi.js";
import { follow } from "./stream.js";

const [version, summary, connection, problems, token, answer, pis] =
  ["version", "summary", "connection", "problems", "token", "answer", "pis"].map((id) => document.getElementById(id));
let latest = null;
let access = null;
const adding = addPiView();
const checks = checksView();
document.getElementById("adding").append(adding.node);
document.getElementById("checks").append(checks.node);

token.addEventListener("submit", (event) => {
  event.preventDefault();
  useToken(document.getElementById("token-text").value);
  if (latest) show(latest);
});

let there = null;
follow(show, (now) => {
  setText(connection, now ? "" : "Longwire does not answer: what is shown below is old.");
  // Whoever was not answered is asked again: it may be another one by now, too.
  if (now && there !== true) learn();
  there = now;
});

async function learn() {
  access = await learnAccess();
  token.hidden = access !== "token";
  if (latest) show(latest);
}

function show(state) {
  latest = state;
  setText(version, state.version);
  const [text, kind] = summaryOf(state);
  setText(summary, text);
  setClass(summary, kind);
  document.title = kind === "problem" ? "▲ Longwire" : "Longwire";
  keyed(problems, state.problems, (problem) => problem, (problem) => ({ node: element("p", { class: "problem" }, problem) }));
  keyed(pis, state.pis, (pi) => pi.id, (pi) => piView(pi, say));
  for (const view of pis.keyedViews.values()) view.options(state.options);
  adding.show(state);
  checks.show();
  const hint = access === "no" && !mayAct() ? "From here this page only shows." : "";
  if (!answer.textContent && hint) setText(answer, hint);
}

function say({ done, text }) {
  setText(answer, text);
  setClass(answer, done ? "well" : "problem");
}

function summaryOf(state) {
  if (state.stopped) return ["Longwire is stopped.", "waits"];
  if (state.pis.length === 0) return ["No Pi is named in the options yet: add one below, or under pis in the options.", "waits"];
  // A Pi that is away explains its radios.
  const radios = state.pis.filter((pi) => pi.reachable !== false).flatMap((pi) => pi.radios);
  const bad = [...state.pis.filter(isBad), ...radios.filter((radio) => radio.problem)].map((each) => each.name);
  const count = `${state.radios_attached} of ${state.radios_expected} radios attached`;
  const others = bad.length > 3 ? ` and ${bad.length - 3} more` : "";
  if (bad.length > 0) return [`Look at ${bad.slice(0, 3).join(", ")}${others}: ${count}.`, "problem"];
  if (state.problems.length > 0) return [`Longwire itself has a problem: ${count}.`, "problem"];
  if (state.radios_expected === 0) return ["No radio is to be attached yet.", "waits"];
  const silenced = state.pis.filter((pi) => pi.silenced_until).map((pi) => pi.name);
  if (silenced.length > 0) return [`Silent for planned work: ${silenced.join(", ")}. ${count}.`, "waits"];
  if (state.radios_attached < state.radios_expected) return [`Being attached: ${count}.`, "waits"];
  return [`All is well: ${count}.`, "well"];
}

// Of one that is silenced no low power is told.
function isBad(pi) {
  return (pi.reachable === false && !pi.silenced_until) || pi.vitals?.under_voltage === true;
}
