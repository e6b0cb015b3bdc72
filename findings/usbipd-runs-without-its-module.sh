#!/usr/bin/env bash
# usbipd (Debian's usbip, seen with 2.0+6.1.192-3) starts on a machine whose kernel has no usbip-host, says nothing of it, and answers as
# a Pi does on which nothing is bound: no devices, exit code 0 at the client; an import gets "Device not found". From the far side a Pi
# after a kernel update without its modules and a Pi without sticks are the same; what tells a person has to name both. Needs a machine
# without usbip-host; no root, and nothing is installed.
set -euo pipefail
[ ! -e /sys/bus/usb/drivers/usbip-host ] || { echo "usbip-host is loaded here" >&2; exit 2; }
# shellcheck source=SCRIPTDIR/lib/usbip.sh
. "$(dirname "$0")/lib/usbip.sh"
export LD_LIBRARY_PATH=$libraries
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
root/usr/sbin/usbipd "--tcp-port=$port" >log 2>&1 &
server=$!
for ((tries = 0; tries < 100; tries++)); do if grep -q listening log; then break; fi; sleep 0.1; done
status=0
timeout 10 root/usr/sbin/usbip "--tcp-port=$port" list -r 127.0.0.1 >listed 2>&1 || status=$?
grep -v usb.ids listed
printf 'exit code of usbip list %s\n\nusbipd said:\n' "$status"
cat log
[ "$status" = 0 ] && grep -qi 'no exportable devices' listed && ! grep -qi 'usbip.host' log
