// One Pi with its radios, and what else is plugged into it.

import { copyable, element, keyed, setText } from "./dom.js";
import { radioView } from "./radio.js";

export function piView(pi, say) {
  const title = element("h2", { id: `pi-${pi.id}` });
  const about = element("p", { class: "faint" });
  const silent = element("p", { class: "problem" });
  const radios = element("div");
  const others = element("h3", {}, "Also plugged in there");
  const sticks = element("ul");
  const notes = element("div");
  const node = element("section", { "aria-labelledby": title.id }, title, about, silent, radios, others, sticks, notes);
  return { node, show };

  function show(now) {
    setText(title, now.name);
    setText(about, aboutOf(now));
    setText(silent, now.silent ? `It gives no list: ${now.silent}` : "");
    keyed(radios, now.radios, (radio) => radio.id, (radio) => radioView(radio, say));
    others.hidden = now.sticks.length === 0;
    keyed(sticks, now.sticks, (stick) => `${stick.bus_id} ${stick.usb_id}`, stickView);
    const said = now.radios.length + now.sticks.length === 0 && !now.silent ? ["It lists no stick.", ...now.notes] : now.notes;
    keyed(notes, said, (note) => note, (note) => ({ node: element("p", { class: "faint" }, note) }));
  }
}

function aboutOf(pi) {
  const server = pi.longwire_version ? `Longwire ${pi.longwire_version}` : pi.reachable ? "stock usbipd" : "";
  return [
    pi.address !== pi.name && pi.address,
    pi.link ? "paired, encrypted" : pi.address && "not encrypted",
    server,
    pi.round_trip_ms !== null && `${pi.round_trip_ms.toFixed(1)} ms away`,
  ].filter(Boolean).join(" · ");
}

function stickView() {
  const name = element("strong");
  const why = element("p");
  const line = copyable("For the options, under radios");
  const node = element("li", {}, element("p", {}, name), why, line.node);
  return {
    node,
    show(stick) {
      setText(name, `${stick.name} (${stick.usb_id} at ${stick.bus_id})`);
      setText(why, stick.why);
      line.show(stick.line);
    },
  };
}
