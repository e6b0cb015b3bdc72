# shellcheck shell=bash
# Debian packages of any architecture, fetched and unpacked under artifacts/debian without touching the machine's own apt:
# its sources are read, its state is not, so a foreign architecture never becomes part of the machine. Sourced, never run.

apt_of() {
  local arch=$1 tool=$2 state=$artifacts/debian/$1/apt
  shift 2
  mkdir -p "$state"/{lists/partial,cache/archives/partial}
  [ -e "$state/status" ] || : >"$state/status"
  "$tool" -o "APT::Architecture=$arch" -o "APT::Architectures::=$arch" -o "Dir::State=$state" -o "Dir::State::Lists=$state/lists" \
    -o "Dir::State::status=$state/status" -o "Dir::Cache=$state/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none \
    -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}

# The package lists are fetched once; a cache that is there is never refreshed behind anybody's back.
apt_lists() {
  local arch=$1 stamp=$artifacts/debian/$1/lists.stamp
  [ -e "$stamp" ] && return 0
  mkdir -p "$artifacts/debian/$arch"
  # A source of the machine's that does not serve this architecture is no reason to stop: the packages will show whether enough is there.
  apt_of "$arch" apt-get update -q >"$artifacts/debian/$arch/update.log" 2>&1 </dev/null || true
  apt_of "$arch" apt-cache show libc6 >/dev/null 2>&1 || { cat "$artifacts/debian/$arch/update.log" >&2; die "no package lists for $arch"; }
  : >"$stamp"
}

# kernel_package ARCH [SERIES]: the package that linux-image-ARCH or linux-image-SERIES-ARCH stands for now, with the kernel's version in
# its name.
kernel_package() {
  apt_lists "$1"
  apt_of "$1" apt-cache depends "linux-image-${2:+$2-}$1" | awk '/Depends:/ { print $2; exit }'
}

# newest_files FOLDER PACKAGE...: of each the file with the highest version that was fetched into the folder.
newest_files() {
  local folder=$1 package
  shift
  for package in "$@"; do find "$folder" -name "${package}_*.deb" | sort -V | tail -n 1; done
}

# unpack_packages ARCH PLACE PACKAGE...: unpacks packages at artifacts/debian/ARCH/PLACE; nothing to do if all are there.
unpack_packages() {
  local arch=$1 place=$artifacts/debian/$1/$2 package lacking=() debs
  shift 2
  mkdir -p "$place/.unpacked"
  for package in "$@"; do [ -e "$place/.unpacked/$package" ] || lacking+=("$package"); done
  [ "${#lacking[@]}" -gt 0 ] || return 0
  apt_lists "$arch"
  debs=$artifacts/debian/$arch/debs
  mkdir -p "$debs"
  say "fetching ${lacking[*]} for $arch"
  (cd "$debs" && quietly "$artifacts/debian/$arch/download.log" apt_of "$arch" apt-get download -q "${lacking[@]}")
  for package in "${lacking[@]}"; do
    dpkg-deb -x "$(newest_files "$debs" "$package")" "$place"
    : >"$place/.unpacked/$package"
  done
}
