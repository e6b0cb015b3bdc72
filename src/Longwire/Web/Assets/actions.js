// What is asked of Longwire, and whether this page may ask.

const tokenKey = "longwire-token";
let may = "no";

export async function learnAccess() {
  try {
    may = (await (await fetch("api/access")).json()).act;
  } catch {
    may = "no";
  }
  return may;
}

// Null: without buttons the page says why by itself.
export const mayAct = () => may === "yes" || (may === "token" && !!sessionStorage.getItem(tokenKey));

export function useToken(text) {
  sessionStorage.setItem(tokenKey, text);
}

// The answer; null: there was none.
export async function post(address, body, within = 10000) {
  const headers = { "X-Longwire": "page" };
  const token = sessionStorage.getItem(tokenKey);
  if (token) headers["X-Longwire-Token"] = token;
  if (body) headers["Content-Type"] = "application/json";
  try {
    return await fetch(address, { method: "POST", headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(within) });
  } catch {
    return null;
  }
}

// What to say to the person.
export async function ask(radio, command, name, body) {
  const answer = await post(`api/radios/${encodeURIComponent(radio.id)}/${command}`, body);
  if (!answer) return { done: false, text: `${name} of ${radio.name} could not be asked for: Longwire does not answer.` };
  if (answer.ok && command === "forget") return { done: true, text: `${radio.name} is forgotten.` };
  if (answer.ok) return { done: true, text: `${name} of ${radio.name} was asked for.` };
  return { done: false, text: `${name} of ${radio.name} was refused: ${(await answer.text()).trim()}` };
}

// Work on a Pi begins, or is done.
export async function silence(pi, on) {
  const answer = await post(`api/pis/${encodeURIComponent(pi.id)}/${on ? "silence" : "unsilence"}`);
  if (!answer) return { done: false, text: `This could not be asked for ${pi.name}: Longwire does not answer.` };
  if (!answer.ok) return { done: false, text: `This was refused for ${pi.name}: ${(await answer.text()).trim()}` };
  return { done: true, text: on ? `${pi.name} is to be silent for an hour.` : `${pi.name} is to be told of again.` };
}

// What this page itself has put into the options is no news to it: which of them came of which.
const replaced = new Map();
export function newest(options) {
  while (replaced.has(options)) options = replaced.get(options);
  return options;
}

// To put something into the options: what to say, the lines to paste if there are any, and which options are in force now.
export async function addToOptions(address, entry) {
  const answer = await post(address, entry, 40000);
  if (!answer) return { done: false, text: "Longwire does not answer: see whether it is there below, before you press again." };
  if (!answer.headers.get("Content-Type")?.includes("json")) return { done: false, text: (await answer.text()).trim() };
  const { text, lines, options } = await answer.json();
  if (answer.ok && options !== entry.options) replaced.set(entry.options, options);
  return { done: answer.ok && !lines, text, lines, options };
}
