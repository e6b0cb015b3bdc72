// What the doctor finds, and the file for those who help.

import { mayAct, post } from "./actions.js";
import { actionButton, element, keyed, setClass, setText } from "./dom.js";

const askEach = 1000;
const askAtMost = 90;
const kinds = { problem: "problem", unknown: "waits", note: "faint", ok: "well" };
const words = { problem: "Wrong", unknown: "Not to be seen from here", note: "Good to know", ok: "Fine" };

export function checksView() {
  const said = element("p", { role: "status" });
  const list = element("ul");
  const check = actionButton("Check now", run);
  const download = actionButton("Download diagnostics", save);
  const buttons = element("div", { class: "actions" }, check, download);
  const about = element("p", { class: "faint" },
    "The checks look for what may be wrong here and on the way to the Pis. The diagnostics are one file, without passwords and codes.");
  const node = element("section", { "aria-labelledby": "checks-title" }, element("h2", { id: "checks-title" }, "Checks"), about, buttons,
    said, list);
  node.hidden = true;
  return { node, show: () => { node.hidden = !mayAct(); } };

  async function run() {
    say("Checking…", "waits");
    const asked = await post("api/doctor");
    if (!asked?.ok) return refuse(asked);
    for (let asked = 0; asked < askAtMost; asked++) {
      await new Promise((resolve) => { setTimeout(resolve, askEach); });
      let round = null;
      try { round = await (await fetch("api/doctor")).json(); } catch { return refuse(null); }
      if (!round.running) return tell(round);
    }
    say("The checks have not ended yet: something hangs. Press again later.", "problem");
  }

  function tell({ at, findings }) {
    // It knows of no round that has ended.
    if (!at) return say("Longwire was started anew meanwhile: press again.", "waits");
    const wrong = findings.filter((finding) => finding.level === "problem").length;
    const count = wrong === 0 ? "Nothing is wrong" : wrong === 1 ? "One thing is wrong" : `${wrong} things are wrong`;
    const when = new Date(at).toLocaleTimeString();
    if (findings.length === 0) say("The checks could not be run: the log says why.", "problem");
    else say(`${count}, as far as can be seen from here (${when}).`, wrong > 0 ? "problem" : "well");
    keyed(list, findings, (finding) => `${finding.id} ${finding.subject} ${finding.found}`, findingView);
  }

  async function save() {
    say("Being gathered…", "waits");
    const answer = await post("api/diagnostics", null, 40000);
    if (!answer?.ok) return refuse(answer);
    const address = URL.createObjectURL(await answer.blob());
    element("a", { href: address, download: "longwire-diagnostics.json" }).click();
    setTimeout(() => URL.revokeObjectURL(address), askEach);
    say("The file longwire-diagnostics.json was given to your browser.", "well");
  }

  async function refuse(answer) {
    say(answer ? (await answer.text()).trim() : "Longwire does not answer.", "problem");
  }

  function say(text, kind) {
    setText(said, text);
    setClass(said, kind);
  }
}

function findingView({ level, checked, found, remedy }) {
  const word = element("strong", { class: kinds[level] }, `${words[level]}: `);
  const parts = [element("p", {}, word, found), element("p", { class: "faint" }, checked)];
  if (remedy) parts.push(element("p", {}, `→ ${remedy}`));
  return { node: element("li", {}, ...parts) };
}
