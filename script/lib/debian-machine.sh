# shellcheck shell=bash
# The lab's machine with systemd, dpkg and udev: what a person has who installs the .deb. artifacts/lab/debian/disk is its root file system;
# it boots from the kernel and the initrd of amd64, whose first process goes over to this disk. Sourced, never run.

# Beside those of a smallest Debian. Named one by one, since nothing but dpkg looks at what they need: it says so if one is missing. systemd
# itself is unpacked when these are set up.
debian_needs() {
  echo libsystemd0 libsystemd-shared libapparmor1 libargon2-1 libcryptsetup12 libdevmapper1.02.1 dmsetup libfdisk1 libip4tc2 libjson-c5
  echo udev libudev1 kmod libkmod2 libssl3 sudo
  echo usbip usb.ids libwrap0 libnsl2 libtirpc3 libtirpc-common libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libkeyutils1
}

# What a machine without a screen, a user or a clock to set can do without; under emulation each of them costs a part of a second. What was
# plugged in before udev ran (systemd-udev-trigger) is nothing but the machine's own: every stick comes later.
debian_masked() {
  echo getty.target systemd-logind.service systemd-user-sessions.service systemd-random-seed.service systemd-update-utmp.service
  echo systemd-update-utmp-runlevel.service systemd-hwdb-update.service systemd-journal-catalog-update.service systemd-journal-flush.service
  echo systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-pstore.service systemd-remount-fs.service \
    systemd-machine-id-commit.service
  echo systemd-firstboot.service systemd-sysusers.service systemd-boot-system-token.service systemd-network-generator.service
  echo dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount
  echo modprobe@drm.service modprobe@fuse.service modprobe@efi_pstore.service modprobe@dm_mod.service modprobe@loop.service
  echo systemd-udev-trigger.service systemd-tmpfiles-setup-dev.service systemd-sysctl.service e2scrub_reap.service e2scrub_all.timer
  echo apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer systemd-tmpfiles-clean.timer systemd-ask-password-wall.path
}

debian_disk() {
  local lab=$artifacts/lab/debian stamp unit tree debs=$artifacts/debian/amd64/debs
  stamp=$({ cat "${BASH_SOURCE[0]}"; bases_recipe; } | sha256sum | cut -d' ' -f1)
  [ "$(cat "$lab/stamp" 2>/dev/null)" = "$stamp" ] && return 0
  tree=$lab/root
  rm -rf "$lab"
  mkdir -p "$lab" "$debs" "$artifacts/container"
  debian_base amd64
  cp -a "$artifacts/container/debian-amd64" "$tree"
  apt_lists amd64
  say "fetching systemd"
  # shellcheck disable=SC2046 # a list of words
  (cd "$debs" && quietly "$lab/download.log" apt_of amd64 apt-get download -q $(debian_needs) systemd)
  # shellcheck disable=SC2046 # a list of words
  quietly "$lab/needs.log" install_in "$tree" $(newest_files "$debs" $(debian_needs))
  quietly "$lab/install.log" install_in "$tree" "$(newest_files "$debs" systemd)"
  printf '%032d\n' 7 >"$tree/etc/machine-id"
  printf 'shed\n' >"$tree/etc/hostname"
  printf '127.0.0.1 localhost shed\n' >"$tree/etc/hosts"
  for unit in $(debian_masked); do ln -sf /dev/null "$tree/etc/systemd/system/$unit"; done
  # Thirteen programs that look for disks, consoles and old init scripts, at the start and at every daemon-reload: five seconds each time.
  rm -f "$tree"/usr/lib/systemd/system-generators/*
  # This machine reaches no sources: a package's own file is all that is ever installed.
  # Its dpkg leaves nothing out, as the small trees of the images do, and does not wait for a disk that is gone with the machine.
  printf 'force-unsafe-io\n' >"$tree/etc/dpkg/dpkg.cfg.d/99mmdebstrap"
  rm -rf "$tree"/etc/apt/sources.list "$tree"/etc/apt/sources.list.d/* "$tree"/usr/share/{man,info,locale,zoneinfo}
  mkdir -p "$tree/lab" "$tree/data" "$tree/packages"
  mkdir -p "$tree"/etc/systemd/{system/multi-user.target.wants,journald.conf.d}
  ln -s ../lab.service "$tree/etc/systemd/system/multi-user.target.wants/lab.service"
  printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n' >"$tree/etc/systemd/journald.conf.d/lab.conf"
  truncate -s 1G "$lab/disk.new"
  quietly "$lab/disk.log" /sbin/mke2fs -t ext4 -O '^has_journal,^64bit,^metadata_csum' -m 0 -E lazy_itable_init=1 -d "$tree" "$lab/disk.new"
  mv "$lab/disk.new" "$lab/disk"
  rm -rf "$tree"
  printf '%s\n' "$stamp" >"$lab/stamp"
}

install_in() {
  local tree=$1
  shift
  DEBIAN_FRONTEND=noninteractive dpkg --root="$tree" --force-unsafe-io --install "$@"
}
