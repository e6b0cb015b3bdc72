# shellcheck shell=bash
# Makes all that the lab stands on. Sourced, never run.
# shellcheck source=SCRIPTDIR/lib/ground.sh
. "$(dirname "${BASH_SOURCE[0]}")/ground.sh"
# shellcheck source=SCRIPTDIR/lib/debian.sh
. "$root/script/lib/debian.sh"
# shellcheck source=SCRIPTDIR/lib/images.sh
. "$root/script/lib/images.sh"

prepare_machine() {
  command -v dotnet >/dev/null || die "the .NET SDK is missing: global.json names its version"
  install_packages
}

prepare_lab() {
  local arch
  for arch in amd64 arm64; do
    phase "the program for $arch" publish_program "$arch"
    phase "the guests' image for $arch" guest_image "$arch"
  done
  guest_disk
}
