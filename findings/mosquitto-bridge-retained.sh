#!/usr/bin/env bash
# A bridge of Mosquitto 2.0.11 (Debian 12) hands on what lies retained on the far broker each time it connects, and the near broker
# delivers it as what it is by the specification, a message that has just arrived: RETAIN is 0. A subscriber that was there before
# cannot tell a command that somebody has just given from one that has lain there for a year, unless it subscribed with MQTT 5's
# Retain As Published (3.8.3.1).
# Seen, when the far broker's bridge connects:
#   without Retain As Published: 300800036f6c64006869 open (PUBLISH, RETAIN 0)
#   with Retain As Published: 310800036f6c64006869 open (PUBLISH, RETAIN 1)
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib/trees.sh
. "$(dirname "$0")/lib/trees.sh"

debian_tree mosquitto bookworm mosquitto=2.0.11-1.2+deb12u2
near=$(free_port) far=$(free_port)
common='user root\nlistener %s 127.0.0.1\nallow_anonymous true\n'
# shellcheck disable=SC2059 # it is the format
printf "$common" "$near" >"$work/near.conf"
# shellcheck disable=SC2059
printf "$common"'connection house\naddress 127.0.0.1:%s\ntopic # out 0\nrestart_timeout 1\n' "$far" "$near" >"$work/far.conf"

# The far one first: its bridge finds nobody yet, and tries again.
in_tree mosquitto "$work" "mosquitto -c /mnt/far.conf"
until_listening "$far"
exec 3<>"/dev/tcp/127.0.0.1/$far"
send 3 "$(connect_5 author)"
send 3 "$(packet 33 "$(hex old) 0002 00 6869")"
expect "CONNACK, and PUBACK of a retained message" "$(heard 3 2)" "200900000622000a21001440020002 open"

in_tree mosquitto "$work" "mosquitto -c /mnt/near.conf"
until_listening "$near"
exec 4<>"/dev/tcp/127.0.0.1/$near" 5<>"/dev/tcp/127.0.0.1/$near"
send 4 "$(connect_5 plain) $(packet 82 "0001 00 $(hex old) 00")"
send 5 "$(connect_5 as-published) $(packet 82 "0001 00 $(hex old) 08")"
both=200900000622000a210014900400010000
plain=$(heard 4 15)
published=$(heard 5 2)
expect "without Retain As Published" "${plain#"$both"}" "300800036f6c64006869 open"
expect "with Retain As Published" "${published#"$both"}" "310800036f6c64006869 open"
