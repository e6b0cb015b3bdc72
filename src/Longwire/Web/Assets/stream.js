// The state as it comes: by events, or asked for again and again where they do not come through.

const firstEventWithin = 3000;
const askEach = 2000;
const listenAgainAfter = 30000;

export function follow(onState, onConnection) {
  let asking = null;
  let source = null;
  listen();

  function listen() {
    // Core's ingress held back streams that it compressed, until early 2026: then there is a connection, and no event.
    const heldBack = setTimeout(() => { source.close(); ask(); }, firstEventWithin);
    source = new EventSource("api/events");
    source.addEventListener("state", (event) => {
      clearTimeout(heldBack);
      stopAsking();
      tell(event.data);
    });
    source.addEventListener("error", () => {
      ask();
      if (source.readyState !== EventSource.CLOSED) return;
      // It was refused, which a browser takes for good.
      clearTimeout(heldBack);
      setTimeout(listen, listenAgainAfter);
    });
  }

  function ask() {
    if (asking !== null) return;
    asking = setInterval(askOnce, askEach);
    askOnce();
  }

  function stopAsking() {
    clearInterval(asking);
    asking = null;
  }

  async function askOnce() {
    try {
      const answer = await fetch("api/state", { signal: AbortSignal.timeout(askEach * 2) });
      if (!answer.ok) throw new Error(`it says ${answer.status}`);
      const text = await answer.text();
      if (asking !== null) tell(text);
    } catch {
      onConnection(false);
    }
  }

  function tell(text) {
    onConnection(true);
    onState(JSON.parse(text));
  }
}
