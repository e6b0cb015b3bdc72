// Every text of the page goes through here. Names come from sticks, Pis and kernels: they are text and never markup.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "class") made.className = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// What has not changed is not touched: a screen reader would say it again.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setClass(node, name) {
  if (node.className !== name) node.className = name;
}

// One child per item, by its key, in this order. A child that stays is only told its item, so that focus and selection stay, too. Who is
// in one that goes, by keyboard, goes on at the title of what it was in.
export function keyed(parent, items, keyOf, make) {
  const known = parent.keyedViews ??= new Map();
  const wanted = new Map(items.map((item) => [keyOf(item), item]));
  for (const [key, view] of known) {
    if (wanted.has(key)) continue;
    const had = view.node.contains(document.activeElement);
    view.node.remove();
    known.delete(key);
    if (had) (parent.closest("section") ?? document).querySelector("h1[tabindex], h2[tabindex]")?.focus();
  }
  let before = null;
  for (const [key, item] of wanted) {
    let view = known.get(key);
    if (!view) known.set(key, view = make(item));
    const place = before ? before.nextSibling : parent.firstChild;
    if (view.node !== place) parent.insertBefore(view.node, place);
    view.show?.(item);
    before = view.node;
  }
}

export function copyable(label) {
  const what = document.createTextNode("");
  const code = element("code");
  const button = copyButton(code);
  const node = element("p", {}, what, ": ", code, button);
  return { node, show };

  function show(text, name = label) {
    setText(what, name);
    setText(code, text ?? "");
    node.hidden = !text;
    button.setAttribute("aria-label", `Copy ${name.toLowerCase()} ${text}`);
  }
}

// Over plain http there is no clipboard but the old one, and in ingress' frame not always that.
export function copyButton(source) {
  const button = element("button", { type: "button", class: "copy", onclick: copy }, "Copy");
  return button;

  async function copy() {
    getSelection().selectAllChildren(source);
    let copied = true;
    try { await navigator.clipboard.writeText(source.textContent); } catch { copied = document.execCommand("copy"); }
    setText(button, copied ? "Copied" : "Press Ctrl+C");
    setTimeout(() => setText(button, "Copy"), 3000);
  }
}

// What came of something: a sentence, and lines to paste if there are any.
export function answerView() {
  const said = element("p", { role: "status" });
  const lines = element("pre", { tabindex: "0", "aria-label": "Lines to paste" });
  const paste = element("div", { class: "paste" }, lines, copyButton(lines));
  paste.hidden = true;
  return { node: element("div", {}, said, paste), say };

  function say({ done, text, lines: toPaste }) {
    setText(said, text);
    setClass(said, done ? "well" : toPaste ? "waits" : "problem");
    setText(lines, toPaste ?? "");
    paste.hidden = !toPaste;
  }
}

export const nextId = (() => {
  let count = 0;
  return (name) => `${name}-${++count}`;
})();

// A labelled field.
export function field(label, attributes = {}) {
  const id = nextId("field");
  const input = element("input", { id, autocomplete: "off", spellcheck: "false", ...attributes });
  return { node: element("div", { class: "field" }, element("label", { for: id }, label), input), input };
}

// A button that does one thing at a time.
export function actionButton(text, act, attributes = {}) {
  const button = element("button", { type: "button", onclick: press, ...attributes }, text);
  return button;

  async function press(event) {
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try { await act(); } finally { button.removeAttribute("aria-disabled"); }
  }
}
