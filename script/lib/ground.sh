# shellcheck shell=bash
# What script/test and script/demo stand on: packages, builds, published programs. Sourced, never run.
# Everything made lands in artifacts/, is kept, and is made again only when what it is made from has changed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
artifacts=$root/artifacts
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDDISABLENODEREUSE=1
# The compilers run for seconds: they are done before what they learn of themselves pays (a fifth of the build's time).
export DOTNET_TieredPGO=0

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# phase NAME COMMAND...: runs the command; where the time went is told at the end by phase_table. A command that fails ends the
# script (errexit must hold inside it, hence no condition around it).
phase_names=() phase_seconds=()
began=$EPOCHREALTIME
phase() {
  local name=$1 start=$EPOCHREALTIME
  shift
  say "== $name"
  phase_names+=("$name")
  phase_seconds+=("?")
  "$@"
  phase_seconds[-1]=$(seconds_between "$start" "$EPOCHREALTIME")
}
seconds_between() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", b - a }'; }
phase_table() {
  local i
  for i in "${!phase_names[@]}"; do printf '%8s s  %s\n' "${phase_seconds[$i]}" "${phase_names[$i]}"; done
  printf '%8s s  in all\n' "$(seconds_between "$began" "$EPOCHREALTIME")"
}

# beside NAME COMMAND...: a phase that runs while others do, until 'joined NAME' waits for it; what it said is shown if it failed. It has a
# process group of its own, so that all of it can be ended with the script.
declare -A beside_groups=()
beside() {
  local name=$1 start=$EPOCHREALTIME
  shift
  mkdir -p "$artifacts/beside"
  say "== $name (beside the next)"
  set -m
  (
    set +m
    "$@"
    seconds_between "$start" "$EPOCHREALTIME" >"$artifacts/beside/$name.seconds"
  ) >"$artifacts/beside/$name.log" 2>&1 </dev/null &
  beside_groups[$name]=$!
  set +m
}
joined() {
  phase_names+=("$1, beside others")
  phase_seconds+=("?")
  wait "${beside_groups[$1]}" || { cat "$artifacts/beside/$1.log" >&2; return 1; }
  unset "beside_groups[$1]"
  phase_seconds[-1]=$(cat "$artifacts/beside/$1.seconds")
}

# Ends what still runs beside, all of it: the first of a group goes at once, and who unpacks or mounts something takes its time to leave.
end_beside() {
  local group tries
  for group in "${beside_groups[@]}"; do kill -- "-$group" 2>/dev/null || true; done
  for group in "${beside_groups[@]}"; do
    for ((tries = 0; tries < 50; tries++)); do
      kill -0 -- "-$group" 2>/dev/null || break
      sleep 0.2
    done
    kill -KILL -- "-$group" 2>/dev/null || true
  done
}

# for_both COMMAND: the command with amd64 and with arm64, side by side. It ends when both have ended, also if one fails: nothing runs on
# unseen.
for_both() {
  local first second status=0
  "$1" amd64 &
  first=$!
  "$1" arm64 &
  second=$!
  wait "$first" || status=$?
  wait "$second" || status=$?
  return "$status"
}

# quietly LOG COMMAND...: shows the command's output only if it fails.
quietly() {
  local log=$1
  shift
  if ! "$@" >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    return 1
  fi
}

# The same for a command that reads what is piped into it.
quietly_piped() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 || { cat "$log" >&2; return 1; }
}

# Each line: the Debian package, and a file that tells that it is there.
packages_needed() {
  cat <<'LIST'
qemu-system-x86 /usr/bin/qemu-system-x86_64
qemu-system-arm /usr/bin/qemu-system-aarch64
mosquitto /usr/sbin/mosquitto
python3-minimal /usr/bin/python3
python3-jinja2 /usr/lib/python3/dist-packages/jinja2/__init__.py
cpio /usr/bin/cpio
kmod /sbin/depmod
e2fsprogs /sbin/mke2fs
xz-utils /usr/bin/xz
gcc /usr/bin/gcc
libc6-dev /usr/include/stdio.h
zlib1g-dev /usr/include/zlib.h
clang /usr/bin/clang
lld /usr/bin/ld.lld
binutils-aarch64-linux-gnu /usr/bin/aarch64-linux-gnu-objcopy
buildah /usr/bin/buildah
mmdebstrap /usr/bin/mmdebstrap
apparmor /usr/sbin/apparmor_parser
yamllint /usr/bin/yamllint
shellcheck /usr/bin/shellcheck
chromium /usr/bin/chromium
LIST
}

# What a long run needs beside that.
npm_needed() { echo "npm /usr/bin/npm"; }

# install_packages LIST: installs what is lacking of what that command lists. Quick and silent when nothing is, and then needs no root.
install_packages() {
  local package file lacking=()
  while read -r package file; do
    [ -e "$file" ] || lacking+=("$package")
  done < <("$1")
  [ "${#lacking[@]}" -gt 0 ] || return 0
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "these packages are lacking, and we are neither root nor have sudo: ${lacking[*]}"
    sudo=(sudo)
  fi
  say "installing ${lacking[*]}"
  mkdir -p "$artifacts"
  quietly "$artifacts/apt.log" "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
  quietly "$artifacts/apt.log" "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${lacking[@]}"
}

# One sum over everything a published program is made from.
program_sources_sum() {
  (
    cd "$root" || exit
    find src Directory.*.props global.json -type f -not -path '*/bin/*' -not -path '*/obj/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  ) | sha256sum | cut -d' ' -f1
}

# publish_program ARCH (amd64 or arm64): the NativeAOT program, at artifacts/publish/ARCH/longwire.
publish_program() {
  local arch=$1 rid=linux-x64 out=$artifacts/publish/$1 sum objcopy=objcopy more=()
  sum=$(program_sources_sum)
  if [ -x "$out/longwire" ] && [ "$(cat "$out.sum" 2>/dev/null)" = "$sum" ]; then return 0; fi
  if [ "$arch" = arm64 ]; then
    rid=linux-arm64
    objcopy=aarch64-linux-gnu-objcopy
    unpack_packages arm64 sysroot libc6 libc6-dev libgcc-s1 libgcc-12-dev zlib1g zlib1g-dev
    more=(-p:CppCompilerAndLinker=clang "-p:SysRoot=$artifacts/debian/arm64/sysroot")
  fi
  # The build of the whole solution has had the analyzers already, and nobody debugs inside a guest.
  mkdir -p "$out"
  # What is stripped is newer than what it was made from, and would not be replaced.
  rm -f "$out/longwire"
  # Restored for both architectures, as the lock files are written: a restore for one alone would not fit them.
  quietly "$artifacts/publish-$arch.log" dotnet restore "$root/src/Longwire" --artifacts-path "$artifacts/build-$arch"
  quietly "$artifacts/publish-$arch.log" dotnet publish "$root/src/Longwire" --no-restore -c Release -r "$rid" -o "$out" \
    --artifacts-path "$artifacts/build-$arch" \
    -p:RunAnalyzers=false -p:NativeDebugSymbols=false -p:StripSymbols=false "${more[@]}"
  # What was stripped is for script/trace.
  mv "$out/longwire" "$out/longwire.symbols"
  "$objcopy" --strip-all "$out/longwire.symbols" "$out/longwire"
  printf '%s\n' "$sum" >"$out.sum"
}
