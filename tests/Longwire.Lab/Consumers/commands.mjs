// Carries out what is asked for on standard input, a number a line: that command is given to the radio, and what became of it is said.
import { createInterface } from "node:readline";
import { say } from "./say.mjs";

export function carryOut(command) {
  createInterface({ input: process.stdin }).on("line", async (line) => {
    const number = Number(line);
    say(`command ${number} asked`);
    try {
      await command(number);
      say(`command ${number} done`);
    } catch (error) {
      say(`command ${number} failed: ${error.message.split("\n")[0]}`);
    }
  });
  say("ready");
}
