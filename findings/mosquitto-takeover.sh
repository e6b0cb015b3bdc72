#!/usr/bin/env bash
# Mosquitto 2.0.11 (Debian 12) ends the connection of an MQTT 5 client whose client id somebody else connects with, and does not tell
# it so: the specification wants a DISCONNECT with 0x8E, Session taken over, first (MQTT-3.1.4-3). Two programs with one id throw each
# other out for ever, and neither can know why.
# Seen:
#   what the first one hears when the second connects:  closed
#   with a DISCONNECT it would be: e0018e closed
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib/trees.sh
. "$(dirname "$0")/lib/trees.sh"

debian_tree mosquitto bookworm mosquitto=2.0.11-1.2+deb12u2
port=$(free_port)
printf 'user root\nlistener %s 127.0.0.1\nallow_anonymous true\n' "$port" >"$work/mosquitto.conf"
in_tree mosquitto "$work" "mosquitto -c /mnt/mosquitto.conf"
until_listening "$port"

exec 3<>"/dev/tcp/127.0.0.1/$port"
send 3 "$(connect_5 twin)"
expect "CONNACK of the first" "$(heard 3 2)" "200900000622000a210014 open"
exec 4<>"/dev/tcp/127.0.0.1/$port"
send 4 "$(connect_5 twin)"
expect "CONNACK of the second" "$(heard 4 2)" "200900000622000a210014 open"
expect "what the first one hears when the second connects" "$(heard 3 2)" " closed"
