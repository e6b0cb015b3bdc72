// Z-Wave JS: zwave.mjs TTY FOLDER. It ends as zwave-js-ui and Home Assistant's app do when the driver gives up, with 1.
// Command n sets a switch, node 2, to on or off.
import "./tty-log.mjs";
import { carryOut } from "./commands.mjs";
import { say } from "./say.mjs";
import { Driver } from "zwave-js";

const [path, folder] = process.argv.slice(2);
const driver = new Driver(path, {
  storage: { cacheDir: `${folder}/cache` },
  logConfig: { enabled: true, level: "info", forceConsole: true },
});
driver.on("error", (error) => {
  say(`the driver gives up: ${error.message}`);
  process.exit(1);
});
driver.once("driver ready", () => driver.once("all nodes ready", () =>
  carryOut(async (number) => {
    const result = await driver.controller.nodes.get(2).commandClasses["Binary Switch"].set(number % 2 === 0);
    say(JSON.stringify(result));
  })));
await driver.start();
