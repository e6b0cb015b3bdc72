// The state as it comes: by events, or asked for again and again where they do not come through.

const firstEventWithin = 3000;
// With the way there and back, what happened is seen within a second.
const askAgainAfter = 800;
const answersWithin = 4000;
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
    const mine = (asking = {});
    askOnce();

    // Never two at once: an answer that is late must not come after a later one.
    async function askOnce() {
      try {
        const answer = await fetch("api/state", { signal: AbortSignal.timeout(answersWithin) });
        if (!answer.ok) throw new Error(`it says ${answer.status}`);
        const text = await answer.text();
        if (asking === mine) tell(text);
      } catch {
        if (asking === mine) onConnection(false);
      }
      if (asking === mine) setTimeout(askOnce, askAgainAfter);
    }
  }

  function stopAsking() {
    asking = null;
  }

  function tell(text) {
    onConnection(true);
    onState(JSON.parse(text));
  }
}
