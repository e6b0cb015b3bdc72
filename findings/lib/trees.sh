# shellcheck shell=bash
# What the findings share: software by its name and version in a temporary folder, run from there, and MQTT spelled out in bytes, so
# that no client stands between the broker and what is seen of it. Sourced, never run.

[ "$(id -u)" = 0 ] || { echo "error: the software runs in root file systems of its own, which needs root" >&2; exit 1; }
finding=$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/finding-XXXXXX")
trees=${FINDINGS_TREES:-$work/trees} # a folder of one's own keeps what was unpacked for the next run
declare -a running=()

end_finding() {
  local status=$? pid
  trap - EXIT
  for pid in "${running[@]}"; do
    while kill -KILL "$pid" 2>/dev/null; do sleep 0.1; done
  done
  [ "$status" = 0 ] || for log in "$work"/*.log; do
    [ -s "$log" ] || continue
    echo "--- $log" >&2
    tail -n 20 "$log" >&2
  done
  rm -rf --one-file-system "$work"
  exit "$status"
}
trap end_finding EXIT

# expect WHAT SEEN EXPECTED: the finding stands as long as these are equal.
expect() {
  printf '%s: %s\n' "$1" "$2"
  [ "$2" = "$3" ] || { printf '%s does not hold any more: expected %s\n' "$finding" "$3" >&2; exit 1; }
}

# debian_tree NAME SUITE PACKAGE=VERSION,...: a root file system at $trees/NAME with these and what they need, unpacked and not set up.
debian_tree() {
  local tree=$trees/$1
  [ -e "$tree/.complete" ] && return 0
  mkdir -p "$trees"
  rm -rf --one-file-system "$tree"
  # An index may be older than it says that it is good for; its signature is checked all the same.
  unshare --mount mmdebstrap --mode=root --variant=extract '--include=?essential' --include="$3" \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --aptopt='Acquire::Languages "none"' --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' \
    "$2" "$tree" >"$work/$1-tree.log" 2>&1 </dev/null
  ldconfig -r "$tree"
  printf '127.0.0.1 localhost\n' >"$tree/etc/hosts"
  mkdir -p "$tree/mnt"
  : >"$tree/.complete"
}

# in_tree NAME FOLDER SHELL-COMMAND: runs it in the background in that tree, with FOLDER at /mnt, and processes and mounts that end
# with it. Its pid is $pid.
in_tree() {
  # shellcheck disable=SC2016 # for the shell that it starts
  unshare --mount --pid --fork --kill-child=KILL -- /bin/sh -c '
    mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" && mount --bind "$2" "$1/mnt" &&
    exec chroot "$1" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/mnt LANG=C.UTF-8 /bin/sh -c "$3"' \
    in-tree "$trees/$1" "$2" "exec $3" \
    >"$work/$1-$((${#running[@]} + 1)).log" 2>&1 </dev/null &
  pid=$!
  running+=("$pid")
  disown "$pid"
}

# A free port on loopback is found by asking: whatever does not answer is free, as far as one can know.
free_port() {
  local port
  while port=$((RANDOM % 20000 + 20000)) && (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# until_listening PORT: within two minutes.
until_listening() {
  local tries
  for ((tries = 0; tries < 1200; tries++)); do
    if (: >"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  echo "error: nothing listens on $1" >&2
  return 1
}

# send FD HEX...: spaces are for the reader.
send() {
  local fd=$1
  shift
  printf '%b' "$(tr -d ' ' <<<"$*" | sed 's/../\\x&/g')" >&"$fd"
}

# heard FD SECONDS: what comes within that time, in hex, and how it ended: "open", or "closed" by the other side.
heard() {
  local end=closed bytes=$work/heard-$1
  timeout "$2" cat <&"$1" >"$bytes" 2>/dev/null || [ "$?" != 124 ] || end=open
  printf '%s %s' "$(od -An -v -tx1 "$bytes" | tr -d ' \n')" "$end"
}

# hex TEXT: as MQTT writes a string, its length first.
hex() { printf '%04x' "${#1}"; printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }

# packet TYPE HEX: with the remaining length, below 16,384 bytes. Spaces are for the reader.
packet() {
  local body=${2// /}
  local length=$((${#body} / 2))
  if [ "$length" -lt 128 ]; then
    printf '%s%02x%s' "$1" "$length" "$body"
  else
    printf '%s%02x%02x%s' "$1" $((length % 128 + 128)) $((length / 128)) "$body"
  fi
}

# connect_5 ID, connect_311 ID: CONNECT with a clean start, keep-alive 60 s and nothing else.
connect_5() { packet 10 "$(hex MQTT)0502003c00$(hex "$1")"; }
connect_311() { packet 10 "$(hex MQTT)0402003c$(hex "$1")"; }

# rabbitmq PORT TREE: starts RabbitMQ with nothing but MQTT at that port, which becomes $port; whatever else it listens on is on loopback.
rabbitmq() {
  port=$1
  printf 'listeners.tcp = none\nmqtt.listeners.tcp.1 = 127.0.0.1:%s\n' "$port" >"$work/rabbitmq.conf"
  printf '[rabbitmq_mqtt].\n' >"$work/plugins"
  cat >"$work/rabbitmq.sh" <<RABBITMQ
export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$(free_port) RABBITMQ_DIST_PORT=$(free_port) RABBITMQ_NODENAME=broker@localhost
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
export RABBITMQ_CONFIG_FILE=/mnt/rabbitmq RABBITMQ_ENABLED_PLUGINS_FILE=/mnt/plugins RABBITMQ_GENERATED_CONFIG_DIR=/mnt/generated
export RABBITMQ_MNESIA_BASE=/mnt/mnesia RABBITMQ_LOG_BASE=/mnt/log RABBITMQ_LOGS=- RABBITMQ_PID_FILE=/mnt/pid
exec /usr/lib/rabbitmq/bin/rabbitmq-server
RABBITMQ
  in_tree "$2" "$work" "/bin/sh /mnt/rabbitmq.sh"
}
