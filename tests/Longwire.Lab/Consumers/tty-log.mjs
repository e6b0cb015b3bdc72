// Says of every write to a tty, and of every read from one, when it was and what: "tty W SECONDS HEX", "tty R SECONDS HEX". Imported before
// whatever opens the tty. The clock is that of /proc/uptime.
import fs from "node:fs";
import { promisify } from "node:util";
import { say } from "./say.mjs";

const isTty = new Map();
function ofTty(fd) {
  // A descriptor that was closed comes back as another file: asked at each open.
  if (!isTty.has(fd)) isTty.set(fd, fs.readlinkSync(`/proc/self/fd/${fd}`).startsWith("/dev/tty"));
  return isTty.get(fd);
}
const note = (way, at, bytes) => say(`tty ${way} ${(Number(at) / 1e9).toFixed(3)} ${bytes.toString("hex")}`);
const now = () => process.hrtime.bigint();

function logged(name, way, before) {
  const plain = fs[name], promised = promisify(plain);
  const wrapper = async (fd, buffer, offset, length, position) => {
    const asked = now();
    const result = await promised(fd, buffer, offset, length, position);
    const count = result.bytesWritten ?? result.bytesRead;
    if (count > 0 && ofTty(fd)) note(way, before ? asked : now(), buffer.subarray(offset, offset + count));
    return result;
  };
  const replaced = (...all) => plain(...all);
  replaced[promisify.custom] = wrapper;
  fs[name] = replaced;
}
logged("write", "W", true);
logged("read", "R", false);

const close = fs.close;
fs.close = (fd, ...rest) => {
  isTty.delete(fd);
  return close(fd, ...rest);
};
