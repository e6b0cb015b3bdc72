#!/usr/bin/env bash
# Mosquitto 2.0.11 (Debian 12) grants a subscription to a topic that its access list does not let the client read, and then delivers
# nothing: whoever may write and not read is told "granted" and stays deaf. MQTT 5 has 0x87, Not authorized, for that SUBACK (3.9.3).
# Seen:
#   SUBACK for a topic that may not be read: 900400010001 open
#   after our own message to it, only its PUBACK: 40020002 open
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib/trees.sh
. "$(dirname "$0")/lib/trees.sh"

debian_tree mosquitto bookworm mosquitto=2.0.11-1.2+deb12u2
port=$(free_port)
printf 'user root\nlistener %s 127.0.0.1\nallow_anonymous true\nacl_file /mnt/acl\n' "$port" >"$work/mosquitto.conf"
printf 'topic write #\n' >"$work/acl"
in_tree mosquitto "$work" "mosquitto -c /mnt/mosquitto.conf"
until_listening "$port"

exec 3<>"/dev/tcp/127.0.0.1/$port"
send 3 "$(connect_5 reader)"
heard 3 2 >/dev/null
send 3 "$(packet 82 "0001 00 $(hex secret) 01")"
expect "SUBACK for a topic that may not be read" "$(heard 3 2)" "900400010001 open"
send 3 "$(packet 32 "$(hex secret) 0002 00 68656c6c6f")"
expect "after our own message to it, only its PUBACK" "$(heard 3 2)" "40020002 open"
