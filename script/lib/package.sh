# shellcheck shell=bash
# The Debian package, from the program at artifacts/publish/ARCH. Sourced, never run.

program_version() { sed -n 's|.*<VersionPrefix>\(.*\)</VersionPrefix>.*|\1|p' "$root/Directory.Build.props"; }

# The newest version of the C library that the program asks for: that of the machine it was built on is newer than need be.
libc_needed() { readelf --wide --version-info "$1" | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1 | cut -d_ -f2; }

# debian_package ARCH VERSION FOLDER COMPRESSION: FOLDER/longwire_VERSION_ARCH.deb; the compression is an option of dpkg-deb.
debian_package() {
  local arch=$1 version=$2 folder=$3 compression=$4 tree=$3/$1 program=$artifacts/publish/$1/longwire libc size
  rm -rf "$tree"
  install -D -m 755 "$program" "$tree/usr/bin/longwire"
  install -D -m 644 -t "$tree/usr/lib/systemd/system" "$root"/addon/systemd/longwire-*
  # The options hold a password.
  install -D -m 600 -t "$tree/etc/longwire" "$root"/addon/deb/{export,attach}.yaml
  install -D -m 644 -t "$tree/usr/share/doc/longwire" "$root"/{README,DOCS,CHANGELOG}.md
  install -D -m 644 "$root/LICENSE" "$tree/usr/share/doc/longwire/copyright"
  libc=$(libc_needed "$program")
  size=$(du -sk "$tree" | cut -f1)
  mkdir -p "$tree/DEBIAN"
  sed -e "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@LIBC@/$libc/; s/@SIZE@/$size/" "$root/addon/deb/control" >"$tree/DEBIAN/control"
  install -m 644 "$root/addon/deb/conffiles" "$tree/DEBIAN/"
  install -m 755 -t "$tree/DEBIAN" "$root"/addon/deb/{postinst,prerm,postrm}
  (cd "$tree" && find . -type f -not -path './DEBIAN/*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  quietly "$folder/$arch.log" dpkg-deb --root-owner-group "$compression" --build "$tree" "$folder/longwire_${version}_$arch.deb"
}

# For the lab, at artifacts/lab/packages: the package as it stands, and one of a later version to upgrade to. Only the version differs.
lab_packages() {
  local folder=$artifacts/lab/packages
  rm -rf "$folder"
  mkdir -p "$folder"
  debian_package amd64 "$(program_version)" "$folder" -Znone
  debian_package amd64 "$(program_version)+later" "$folder" -Znone
  rm -rf "$folder/amd64"
}
