// What is asked of a radio, and whether this page may ask.

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

// What to say to the person.
export async function ask(radio, command, name) {
  const headers = { "X-Longwire": "page" };
  const token = sessionStorage.getItem(tokenKey);
  if (token) headers["X-Longwire-Token"] = token;
  const address = `api/radios/${encodeURIComponent(radio.id)}/${command}`;
  try {
    const answer = await fetch(address, { method: "POST", headers, signal: AbortSignal.timeout(10000) });
    if (answer.ok) return { done: true, text: `${name} of ${radio.name} was asked for.` };
    return { done: false, text: `${name} of ${radio.name} was refused: ${(await answer.text()).trim()}` };
  } catch {
    return { done: false, text: `${name} of ${radio.name} could not be asked for: Longwire does not answer.` };
  }
}
