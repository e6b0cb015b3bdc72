#!/usr/bin/env bash
# `usbip attach` (Debian's usbip, seen with 2.0+6.1.192-3) asks the Pi for the stick first and looks for vhci_hcd afterwards: on a host
# without the module each try takes the stick over on the Pi, lets go of it again, and the Pi resets it for that. A unit with
# Restart=always does it for ever, and whoever uses the stick in between finds it busy. Needs a machine without vhci_hcd; no root, and
# nothing is installed.
set -euo pipefail
[ ! -e /sys/devices/platform/vhci_hcd.0 ] || { echo "vhci_hcd is loaded here: this would attach a device" >&2; exit 2; }
# shellcheck source=SCRIPTDIR/lib/usbip.sh
. "$(dirname "$0")/lib/usbip.sh"

cat >server.py <<'PYTHON'
import socket, struct
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
client, _ = listener.accept()
request = client.recv(40, socket.MSG_WAITALL)
busid = request[8:].split(b"\0")[0].decode()
print(f"the server: operation {request[2:4].hex()} (8003 is an import), bus id {busid}: granted", flush=True)
record = struct.pack(">256s32sIIIHHHBBBBBB", b"/sys/devices/usb1/1-1", busid.encode(), 1, 4, 2, 0x0658, 0x0200, 0, 2, 0, 0, 1, 1, 1)
client.sendall(struct.pack(">HHI", 0x0111, 0x0003, 0) + record)
print("the server: the client left" if not client.recv(1) else "the server: an URB", flush=True)
PYTHON
python3 server.py >said &
server=$!
for ((tries = 0; tries < 100; tries++)); do [ -s said ] && break; sleep 0.1; done
status=0
LD_LIBRARY_PATH=$libraries timeout 10 root/usr/sbin/usbip "--tcp-port=$(head -n 1 said)" attach -r 127.0.0.1 -b 1-1 >tool 2>&1 || status=$?
grep -v usb.ids tool
wait "$server"
server=
tail -n +2 said
printf 'exit code of usbip %s\n' "$status"
# The import was granted before the tool found that it has nowhere to put the stick.
grep -q 'operation 8003' said && grep -q 'the client left' said && [ "$status" != 0 ]
