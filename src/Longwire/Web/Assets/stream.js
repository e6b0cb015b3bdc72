// The state as it comes: by events, or asked for again and again where they do not come through.

const firstEventWithin = 3000;
const askEach = 2000;
const listenAgainAfter = 30000;
// The server says something each 15 s. A network that is away says nothing at all, not even that.
const silentAfter = 40000;

export function follow(onState, onConnection) {
  let asking = null;
  let source = null;
  let silence = null;
  listen();

  function listen() {
    source = new EventSource("api/events");
    // Core's ingress held back streams that it compressed, until early 2026: then there is a connection, and no event.
    silence = setTimeout(giveUp, firstEventWithin);
    source.addEventListener("state", (event) => {
      heard();
      stopAsking();
      tell(event.data);
    });
    source.addEventListener("alive", heard);
    source.addEventListener("error", () => {
      ask();
      // It was refused, which a browser takes for good.
      if (source.readyState === EventSource.CLOSED) giveUp();
    });
  }

  function heard() {
    clearTimeout(silence);
    silence = setTimeout(giveUp, silentAfter);
  }

  function giveUp() {
    clearTimeout(silence);
    source.close();
    ask();
    setTimeout(listen, listenAgainAfter);
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
