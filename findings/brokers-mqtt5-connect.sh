#!/usr/bin/env bash
# What brokers that speak only MQTT 3.1.1 answer to an MQTT 5 CONNECT. aedes 1.2.0 (npm) and NATS 2.10.27 (Debian 13) send the CONNACK
# of 3.1.1 with return code 1; RabbitMQ 3.10.8 (Debian 12) closes the connection without a word, as something that does not speak MQTT
# would. All three take the same client in 3.1.1. (MQTT 5 proposes, as 3.1.1 did, a CONNACK that says so: 3.1.2.2.)
# Seen:
#   aedes 1.2.0 on MQTT 5: 20020001 closed     on MQTT 3.1.1: 20020000 open
#   NATS 2.10.27 on MQTT 5: 20020001 closed    on MQTT 3.1.1: 20020000 open
#   RabbitMQ 3.10.8 on MQTT 5:  closed         on MQTT 3.1.1: 20020000 open
set -euo pipefail
# shellcheck source=SCRIPTDIR/lib/trees.sh
. "$(dirname "$0")/lib/trees.sh"

answers() {
  local name=$1 port=$2 five=$3
  until_listening "$port"
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  send 3 "$(connect_5 probe)"
  expect "$name on MQTT 5" "$(heard 3 10)" "$five"
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  send 3 "$(connect_311 probe)"
  expect "$name on MQTT 3.1.1" "$(heard 3 10)" "20020000 open"
}

debian_tree node trixie nodejs,nats-server=2.10.27-1+b2
npm install --prefix "$work/aedes" --no-audit --no-fund --ignore-scripts aedes@1.2.0 >"$work/npm.log" 2>&1 </dev/null
port=$(free_port)
cat >"$work/aedes/broker.mjs" <<MODULE
import { createServer } from 'node:net'
import { Aedes } from 'aedes'
const broker = await Aedes.createBroker()
createServer(broker.handle).listen($port, '127.0.0.1')
MODULE
in_tree node "$work/aedes" "node /mnt/broker.mjs"
answers "aedes 1.2.0" "$port" "20020001 closed"

port=$(free_port)
printf 'server_name: nats\nhost: 127.0.0.1\nport: %s\njetstream { store_dir: "/mnt/jetstream" }\nmqtt { host: 127.0.0.1, port: %s }\n' \
  "$(free_port)" "$port" >"$work/nats.conf"
in_tree node "$work" "nats-server -c /mnt/nats.conf"
answers "NATS 2.10.27" "$port" "20020001 closed"

debian_tree rabbitmq-3 bookworm rabbitmq-server=3.10.8-1.1+deb12u1
rabbitmq "$(free_port)" rabbitmq-3
answers "RabbitMQ 3.10.8" "$port" " closed"
