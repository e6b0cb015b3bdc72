#!/usr/bin/env bash
# Mosquitto 2.0.11 (Debian 12) with message_size_limit acknowledges a longer message of an MQTT 3.1.1 client as if it had taken it,
# and drops it. An MQTT 5 client is told 0x95, Packet too large, in the PUBACK: a code that MQTT 5 does not know there (3.4.2.1), so
# that a strict client may not understand it. Nobody is told of the limit at CONNECT.
# Seen:
#   MQTT 3.1.1, PUBACK of a message of 2000 bytes where 1024 are the limit: 40020002 open
#   MQTT 3.1.1, what a subscriber to that topic hears of it:  open
#   MQTT 5, CONNACK: 200900000622000a210014 open (no Maximum Packet Size, 0x27)
#   MQTT 5, PUBACK of the same: 4003000295 open
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib/trees.sh
. "$(dirname "$0")/lib/trees.sh"

debian_tree mosquitto bookworm mosquitto=2.0.11-1.2+deb12u2
port=$(free_port)
printf 'user root\nlistener %s 127.0.0.1\nallow_anonymous true\nmessage_size_limit 1024\n' "$port" >"$work/mosquitto.conf"
in_tree mosquitto "$work" "mosquitto -c /mnt/mosquitto.conf"
until_listening "$port"
long=$(head -c 2000 /dev/zero | od -An -v -tx1 | tr -d ' \n')

exec 3<>"/dev/tcp/127.0.0.1/$port" 4<>"/dev/tcp/127.0.0.1/$port" 5<>"/dev/tcp/127.0.0.1/$port"
send 3 "$(connect_311 subscriber)"
send 3 "$(packet 82 "0001 $(hex topic) 01")"
expect "MQTT 3.1.1, a subscriber's CONNACK and SUBACK" "$(heard 3 2)" "200200009003000101 open"
send 4 "$(connect_311 writer)"
heard 4 2 >/dev/null
send 4 "$(packet 32 "$(hex topic) 0002 $long")"
expect "MQTT 3.1.1, PUBACK of a message of 2000 bytes where 1024 are the limit" "$(heard 4 2)" "40020002 open"
expect "MQTT 3.1.1, what a subscriber to that topic hears of it" "$(heard 3 2)" " open"
send 5 "$(connect_5 newer)"
expect "MQTT 5, CONNACK" "$(heard 5 2)" "200900000622000a210014 open"
send 5 "$(packet 32 "$(hex topic) 0002 00 $long")"
expect "MQTT 5, PUBACK of the same" "$(heard 5 2)" "4003000295 open"
