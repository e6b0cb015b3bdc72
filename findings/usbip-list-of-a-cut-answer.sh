#!/usr/bin/env bash
# What `usbip list -r` (Debian's usbip, seen with 2.0+6.1.192-3) says when a server's answer is cut short. Needs no kernel module and no
# root; nothing is installed.
#  1. A list that ends early is printed as far as it came, headline and all: only the exit code (1) says that it is not whole. A script
#     that reads the lines and not the code takes half a list for the list.
#  2. A server that closes without an answer fails with "Request Completed Successfully".
# Seen:
#   one device of two: 1 devices shown, exit code 1
#   no answer: "Exported Device List Request failed - Request Completed Successfully", exit code 1
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib/usbip.sh
. "$(dirname "$0")/lib/usbip.sh"

cat >server.py <<'PYTHON'
import socket, struct, sys

path, busid = b"/sys/devices/usb1/1-1/1-1.4", b"1-1.4"
device = struct.pack(">256s32sIIIHHHBBBBBB", path, busid, 1, 4, 2, 0x0658, 0x0200, 0, 2, 0, 0, 1, 1, 1) + b"\x02\x02\x01\x00"
answer = {"one device of two": struct.pack(">HHII", 0x0111, 0x0005, 0, 2) + device, "no answer": b""}[sys.argv[1]]
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
client, _ = listener.accept()
client.recv(8)
client.sendall(answer)
client.close()
PYTHON

# ask CASE: what the tool says goes to the file "said", its exit code to $status.
ask() {
  rm -f port
  python3 server.py "$1" >port &
  server=$!
  for ((tries = 0; tries < 100; tries++)); do [ -s port ] && break; sleep 0.1; done
  status=0
  LD_LIBRARY_PATH=$libraries timeout 10 root/usr/sbin/usbip "--tcp-port=$(cat port)" list -r 127.0.0.1 >said 2>&1 || status=$?
  wait "$server" || true
  server=
}

ask "one device of two"
shown=$(grep -c ' 1-1.4: ' said || true)
printf 'one device of two: %s devices shown, exit code %s\n' "$shown" "$status"
[ "$shown $status" = "1 1" ]
ask "no answer"
error=$(grep -o 'Exported Device List Request failed.*' said || true)
printf 'no answer: "%s", exit code %s\n' "$error" "$status"
[ "$error" = "Exported Device List Request failed - Request Completed Successfully" ] && [ "$status" = 1 ]
