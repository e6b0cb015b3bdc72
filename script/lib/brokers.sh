# shellcheck shell=bash
# The MQTT brokers that people have instead of mosquitto 2.0, for the long tests. Each is what Debian or npm gives by its name,
# unpacked below artifacts/brokers and run from there: none is installed on the machine, whose own packages they would clash with.
# Sourced, never run.

# The Debian release, and what is taken from it: RabbitMQ 3.10; RabbitMQ 4, ejabberd, NATS, and the Node.js that aedes asks for;
# mosquitto 2.1.
broker_trees() {
  cat <<'LIST'
bookworm rabbitmq-server
trixie rabbitmq-server,ejabberd,nats-server,nodejs
forky mosquitto
LIST
}

# The folder below the tree of trixie, and the newest of each major version that the registry has.
broker_modules() {
  cat <<'LIST'
aedes-1 aedes@1.2.0
aedes-2 aedes@2.0.0-beta.1
LIST
}

other_brokers() {
  [ "$(id -u)" = 0 ] || die "the other brokers run in root file systems of their own, which needs root: run this with sudo -E"
  local place=$artifacts/brokers sum suite packages
  sum=$(sha256sum <"${BASH_SOURCE[0]}")
  [ "$(cat "$place/stamp" 2>/dev/null)" = "$sum" ] && return 0
  rm -rf --one-file-system "$place"
  mkdir -p "$place"
  while read -r suite packages; do broker_tree "$suite" "$packages"; done < <(broker_trees)
  printf '%s\n' "$sum" >"$place/stamp"
}

# broker_tree SUITE PACKAGES: unpacked and not set up: no program of theirs runs before a test starts it. In a mount namespace of its
# own, as debian_base.
broker_tree() {
  local suite=$1 packages=$2 tree=$artifacts/brokers/$1 folder module
  say "fetching $packages from $suite"
  # What is not released yet says for how long its index is good. A mirror may be older than that; the signature is checked all the same.
  quietly "$artifacts/brokers/$suite.log" nice -n 10 unshare --mount mmdebstrap --mode=root --variant=extract \
    '--include=?essential' --include="$packages" --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io --aptopt='Acquire::Languages "none"' \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='APT::Install-Recommends "false"' "$suite" "$tree"
  ldconfig -r "$tree"
  printf '127.0.0.1 localhost\n' >"$tree/etc/hosts"
  # Where a test's data folder comes.
  mkdir -p "$tree/mnt"
  [ "$suite" = trixie ] || return 0
  while read -r folder module; do
    mkdir -p "$tree/opt/$folder"
    quietly "$artifacts/brokers/$folder.log" \
      npm install --prefix "$tree/opt/$folder" --no-audit --no-fund --ignore-scripts --cache "$artifacts/brokers/npm" "$module"
  done < <(broker_modules)
}
