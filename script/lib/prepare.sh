# shellcheck shell=bash
# Makes all that the lab stands on. Sourced, never run.
# shellcheck source=SCRIPTDIR/lib/ground.sh
. "$(dirname "${BASH_SOURCE[0]}")/ground.sh"
# shellcheck source=SCRIPTDIR/lib/apt.sh
. "$root/script/lib/apt.sh"
# shellcheck source=SCRIPTDIR/lib/images.sh
. "$root/script/lib/images.sh"
# shellcheck source=SCRIPTDIR/lib/container.sh
. "$root/script/lib/container.sh"
# shellcheck source=SCRIPTDIR/lib/debian-machine.sh
. "$root/script/lib/debian-machine.sh"
# shellcheck source=SCRIPTDIR/lib/package.sh
. "$root/script/lib/package.sh"
# shellcheck source=SCRIPTDIR/lib/brokers.sh
. "$root/script/lib/brokers.sh"
# shellcheck source=SCRIPTDIR/lib/consumers.sh
. "$root/script/lib/consumers.sh"

need_dotnet() { command -v dotnet >/dev/null || die "the .NET SDK is missing: global.json names its version"; }
prepare_machine() {
  need_dotnet
  install_packages packages_needed
}

prepare_lab() {
  phase "the program for both architectures" publish_programs
  phase "the guests' image for amd64" guest_image amd64
  phase "the guests' image for arm64" guest_image arm64
  guest_disk
}

# For the tests that only a long run does: on another kernel, and with the programs that use a radio.
prepare_long() {
  phase "the guests' image for amd64, kernel 6.12" guest_image amd64 6.12
  phase "the guests' image for arm64, kernel 6.12" guest_image arm64 6.12
  phase "a package manager for them" install_packages npm_needed
  phase "the programs that use a radio" prepare_consumers
}

# For the tests of the Debian package: a machine to install it on, and the package. Made of root's files, so only root can make it.
prepare_package_tests() {
  phase "the disk of the machine with systemd" debian_disk
  phase "the Debian packages for it" lab_packages
}

# What takes longest to make and needs no build: the images, and what the machines stand on.
prepare_all_images() {
  local machines
  base_images
  prepare_machines &
  machines=$!
  build_images
  wait "$machines"
}
prepare_machines() {
  base_image amd64
  base_image arm64
  debian_disk
}

# Side by side: the native compiler keeps one core busy, and everybody has two.
publish_programs() { for_both publish_program; }
