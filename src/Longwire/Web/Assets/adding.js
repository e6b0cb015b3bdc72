// A Pi that is to come into the options.

import { addToOptions, mayAct, newest } from "./actions.js";
import { actionButton, answerView, element, field } from "./dom.js";

export function addPiView() {
  let latest = null;
  // What the person saw who began to write.
  let options = null;
  const code = field("Pairing code, which “sudo longwire pair” prints on the Pi");
  const address = field("Or its address alone, for a Pi with the usbipd of its distribution (not encrypted)", { inputmode: "url" });
  const name = field("A name for it, if you like", { maxlength: "100" });
  const fields = [code, address, name];
  const answer = answerView();
  const add = actionButton("Add this Pi", send, { type: "submit" });
  const form = element("form", { onsubmit: (event) => event.preventDefault() }, ...fields.map((one) => one.node),
    element("div", { class: "actions" }, add));
  const node = element("details", { class: "adding" }, element("summary", {}, "Add a Pi"), form, answer.node);
  form.addEventListener("input", () => { options ??= newest(latest.options); });
  node.hidden = true;
  return { node, show };

  function show(state) {
    if (!latest && state.pis.length === 0) node.open = true;
    latest = state;
    node.hidden = !mayAct();
  }

  async function send() {
    const [pairing_code, at, called] = fields.map((one) => one.input.value.trim());
    const came = await addToOptions("api/pis", { options: options ?? newest(latest.options), name: called, address: at, pairing_code });
    options = came.options ?? options;
    answer.say(came);
    if (!came.done) return;
    options = null;
    for (const one of fields) one.input.value = "";
  }
}
