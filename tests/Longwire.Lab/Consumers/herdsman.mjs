// zigbee-herdsman as Zigbee2MQTT runs it: herdsman.mjs zstack|ember TTY FOLDER. It ends with 2 when the adapter is lost, as that does.
// Command n reads attribute n of the basic cluster of a device.
import "./tty-log.mjs";
import { carryOut } from "./commands.mjs";
import { say } from "./say.mjs";
import { Controller, setLogger } from "zigbee-herdsman";

const [adapter, path, folder] = process.argv.slice(2);
const log = (level) => (message, from) =>
  say(`${level} ${from}: ${typeof message === "function" ? message() : message}`.replaceAll("\n", " ").slice(0, 300));
setLogger({ debug: () => {}, info: log("info"), warning: log("warning"), error: log("error") });

const controller = new Controller({
  network: {
    panID: 0x1a62, channelList: [11], extendedPanID: [0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd, 0xdd],
    networkKey: [1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13],
  },
  transport: { path, adapter, baudRate: 115200, rtscts: false },
  databasePath: `${folder}/database`,
  databaseBackupPath: `${folder}/database.backup`,
  backupPath: `${folder}/backup`,
  adapter: { disableLED: false },
  acceptJoiningDeviceHandler: async () => true,
});
controller.on("adapterDisconnected", () => {
  say("the adapter is lost");
  process.exit(2);
});
try {
  say(`start: ${await controller.start()}`);
} catch (error) {
  say(`start failed: ${error.message}`);
  process.exit(1);
}
carryOut((number) => controller.sendRaw({
  ieeeAddress: "0x00124b0000001234", networkAddress: 0x1234, dstEndpoint: 1, clusterKey: "genBasic",
  zcl: { frameType: 0, direction: 0, disableDefaultResponse: true, commandKey: "read", payload: [{ attrId: number }] },
}));
