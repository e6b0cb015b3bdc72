#!/usr/bin/env bash
# RabbitMQ 4.0.5 (Debian 13) hands out what is retained only to a subscription to that very topic. To one with a wildcard it sends
# nothing, and grants it all the same; the specification wants all retained messages that match (MQTT-3.3.1-9). A program that finds
# its devices by a wildcard, as Home Assistant does, finds nobody who spoke before it.
# Seen:
#   SUBSCRIBE to house/door: 90030001003110000a686f7573652f646f6f726f70656e open (SUBACK and the retained message)
#   SUBSCRIBE to house/+: 9003000100 open (SUBACK and nothing)
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib/trees.sh
. "$(dirname "$0")/lib/trees.sh"

debian_tree rabbitmq-4 trixie rabbitmq-server=4.0.5-6+deb13u2
rabbitmq "$(free_port)" rabbitmq-4
until_listening "$port"
subscriber() {
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  send 3 "$(connect_311 "$1")"
  heard 3 5 >/dev/null
  send 3 "$(packet 82 "0001 $(hex "$2") 00")"
  heard 3 5
}
exec 4<>"/dev/tcp/127.0.0.1/$port"
send 4 "$(connect_311 author)"
send 4 "$(packet 33 "$(hex house/door) 0002 6f70656e")"
expect "CONNACK, and PUBACK of a retained message" "$(heard 4 10)" "2002000040020002 open"
expect "SUBSCRIBE to house/door" "$(subscriber one house/door)" "90030001003110000a686f7573652f646f6f726f70656e open"
expect "SUBSCRIBE to house/+" "$(subscriber other house/+)" "9003000100 open"
