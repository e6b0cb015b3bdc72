# shellcheck shell=bash
# Kernels and root file systems of the lab's guests, in artifacts/lab/ARCH: vmlinux and initrd. ARCH-SERIES is the same machine with a
# kernel of another series than Debian's own, such as 6.12.
# amd64 is the Home Assistant machine: busybox and the real udev, so that /dev/serial/by-id and by-path are made by the rules
# that make them in a house. arm64 is the Pi: busybox, the kernel's emulated USB sticks and the distribution's usbipd.
# The initrd is two cpio archives, one behind the other (the kernel unpacks both): what Debian gives, made once, and what changes
# from build to build, our program and the guest's scripts. Sourced, never run.

guest_modules() {
  case $1 in
    amd64) echo vhci-hcd usbip-host cdc-acm cp210x ftdi_sio ch341 pl2303 ti_usb_3410_5052 usbhid hid-generic dummy_hcd libcomposite \
      usb_f_acm ;;
    arm64) echo usbip-host vhci-hcd dummy_hcd libcomposite usb_f_acm usb_f_hid usb_f_fs cdc-acm cp210x ftdi_sio usbhid hid-generic \
      ohci-pci usbmon ;;
  esac
  # With tcp_diag a test ends a connection with a reset.
  echo virtio_pci virtio_net virtio_blk ext4 sch_netem tcp_diag
  # What a container needs: the image over 9p, a layer of its own, and on the host a network behind NAT, as Docker makes it.
  echo 9p 9pnet_virtio overlay veth nf_tables nft_chain_nat nft_masq nft_nat nft_ct
}

guest_packages() {
  echo busybox-static kmod usbip libc6 libgcc-s1 libssl3 zlib1g libzstd1 liblzma5 libudev1 libwrap0 libnsl2 libtirpc3
  # The Kerberos family comes in only because tirpc was linked with it.
  echo libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1
  echo runc libseccomp2 iproute2 libbpf1 libelf1 libmnl0 libcap2 libselinux1 libpcre2-8-0 libbsd0 libmd0
  [ "$1" = arm64 ] || {
    echo udev libacl1 libblkid1 libkmod2
    echo apparmor nftables libnftables1 libedit2 libgmp10 libjansson4 libnftnl11 libxtables12 libtinfo6
  }
}

find_library() {
  local found
  found=$(cd "$1" && find lib usr/lib -name "$2" -not -type d 2>/dev/null | head -n 1)
  [ -n "$found" ] || die "none of the guests' packages has $2"
  printf '%s\n' "$found"
}

# copy_programs FROM TO PROGRAM...: programs and every shared library they need, found by their own headers, so that it works for
# any architecture.
copy_programs() {
  local from=$1 to=$2 queue=() file needed library
  shift 2
  queue=("$@")
  while [ "${#queue[@]}" -gt 0 ]; do
    file=${queue[0]}
    queue=("${queue[@]:1}")
    [ ! -e "$to/$file" ] || continue
    mkdir -p "$to/$(dirname "$file")"
    cp -L "$from/$file" "$to/$file"
    needed=$(readelf -d "$from/$file" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
    for library in $needed; do
      queue+=("$(find_library "$from" "$library")")
    done
  done
}

# The kernel as an ELF file boots without unpacking itself, which costs seconds under emulation. One that is not packed with xz, as newer
# ones are, has to.
place_kernel() {
  local from=$1 to=$2 offset
  case $3 in
    arm64) cp "$from" "$to" ;;
    amd64)
      while read -r offset; do
        # What follows the kernel in the file makes xz complain after it has done its work.
        tail -c "+$((offset + 1))" "$from" | xz -dc >"$to" 2>/dev/null || true
        if readelf -h "$to" >/dev/null 2>&1; then return 0; fi
      done < <(LC_ALL=C grep -obUaP '\xfd7zXZ\x00' "$from" | cut -d: -f1)
      cp "$from" "$to"
      ;;
  esac
}

# base_image ARCH [SERIES]: the part of the root file system that Debian gives.
base_image() {
  local arch=$1 lab=$artifacts/lab/$1${2:+-$2} from=$artifacts/debian/$1/root image kernel version module applet loader library
  local stamp
  stamp=$(cat "${BASH_SOURCE[0]}" "$root/script/lib/apt.sh" | sha256sum | cut -d' ' -f1)
  [ "$(cat "$lab/base.stamp" 2>/dev/null)" = "$stamp" ] && return 0
  kernel=$(kernel_package "$@")
  # shellcheck disable=SC2046 # a list of words
  unpack_packages "$arch" root "$kernel" $(guest_packages "$arch")
  version=${kernel#linux-image-}
  [ -e "$from/lib/modules/$version/modules.dep.bin" ] || depmod -b "$from" "$version"
  image=$lab/base
  rm -rf "$image"
  mkdir -p "$image"/{bin,sbin,usr/bin,usr/sbin,usr/share/misc,lib,lib64,etc,dev,proc,sys,run,tmp,data,var/lib,lab}
  place_kernel "$from/boot/vmlinuz-$version" "$lab/vmlinux" "$arch"

  cp "$from/bin/busybox" "$image/bin/busybox"
  for applet in $(cd / && busybox_applets); do
    [ "$applet" = modprobe ] || [ "$applet" = lsmod ] || [ "$applet" = busybox ] || ln -s busybox "$image/bin/$applet"
  done
  loader=$(readelf -l "$from/bin/kmod" | sed -n 's/.*interpreter: \/\(.*\)\]/\1/p')
  mkdir -p "$image/$(dirname "$loader")"
  cp -L "$from/$loader" "$image/$loader"
  copy_programs "$from" "$image" bin/kmod usr/sbin/usbip usr/sbin/usbipd usr/sbin/runc bin/ss
  # The program's runtime loads these by name: they stand in no header.
  for library in libssl.so.3 libcrypto.so.3 libgcc_s.so.1 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2; do
    copy_programs "$from" "$image" "$(find_library "$from" "$library")"
  done
  ln -s ../bin/kmod "$image/sbin/modprobe"
  ln -s ../bin/kmod "$image/sbin/lsmod"
  : >"$image/usr/share/misc/usb.ids"
  if [ "$arch" = amd64 ]; then
    # busybox' ip makes neither network namespaces nor pairs of cards, and busybox prefers its own unless told a path.
    rm -f "$image/bin/ip"
    copy_programs "$from" "$image" bin/udevadm bin/ip usr/sbin/nft sbin/apparmor_parser
    mkdir -p "$image/etc/apparmor.d"
    cp -r "$from"/etc/apparmor.d/abi "$from"/etc/apparmor.d/abstractions "$from"/etc/apparmor.d/tunables "$image/etc/apparmor.d/"
    cp -r "$from/etc/apparmor" "$image/etc/"
    mkdir -p "$image/usr/share"
    cp -r "$from/usr/share/apparmor-features" "$image/usr/share/"
    mkdir -p "$image/lib/systemd" "$image/lib/udev/rules.d"
    ln -s ../../bin/udevadm "$image/lib/systemd/systemd-udevd"
    for module in 50-udev-default 60-serial 80-drivers; do cp "$from/lib/udev/rules.d/$module.rules" "$image/lib/udev/rules.d/"; done
  fi

  # shellcheck disable=SC2046 # a list of words
  for module in $(guest_modules "$arch"); do
    modprobe -d "$from" -S "$version" -D "$module" | awk '$1 == "insmod" { print $2 }'
  done | sort -u | while read -r file; do
    module=${file#"$from"/}
    mkdir -p "$image/$(dirname "$module")"
    # Newer ones are packed, and a guest that unpacks them takes its time.
    case $file in
      *.xz) xz -dc "$file" >"$image/${module%.xz}" ;;
      *) cp "$file" "$image/$module" ;;
    esac
  done
  cp "$from/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$image/lib/modules/$version/"
  depmod -b "$image" "$version"

  printf 'root:x:0:0:root:/:/bin/sh\n' >"$image/etc/passwd"
  printf 'root:x:0:\ntty:x:5:\ndialout:x:20:\nplugdev:x:46:\n' >"$image/etc/group"
  printf '127.0.0.1 localhost\n' >"$image/etc/hosts"
  pack "$image" "$lab/base.cpio"
  printf '%s\n' "$stamp" >"$lab/base.stamp"
}

# The applets of the machine's own busybox if there is one, else of the package's: both are Debian's, and only names are taken.
busybox_applets() {
  unpack_packages "$(dpkg --print-architecture)" root busybox-static >&2
  "$artifacts/debian/$(dpkg --print-architecture)/root/bin/busybox" --list
}

# pack FOLDER FILE: a cpio archive as the kernel reads it, padded so that another may follow.
pack() { (cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$2"; }

# guest_image ARCH [SERIES]: the whole initrd, with the program as it was published last.
guest_image() {
  local arch=$1 lab=$artifacts/lab/$1${2:+-$2} top sum
  base_image "$@"
  sum=$(cat "$lab/base.stamp" "$artifacts/publish/$arch/longwire" "$root"/tests/Longwire.Lab/Guest/* | sha256sum | cut -d' ' -f1)
  [ "$(cat "$lab/initrd.stamp" 2>/dev/null)" = "$sum" ] && return 0
  top=$lab/top
  rm -rf "$top"
  mkdir -p "$top/lab" "$top/usr/bin" "$top/etc"
  cp "$root"/tests/Longwire.Lab/Guest/* "$top/lab/"
  chmod +x "$top"/lab/*
  ln -s lab/init "$top/init"
  ln -s ../lab/inittab "$top/etc/inittab"
  cp "$artifacts/publish/$arch/longwire" "$top/usr/bin/longwire"
  pack "$top" "$lab/top.cpio"
  cat "$lab/base.cpio" "$lab/top.cpio" >"$lab/initrd.new"
  mv "$lab/initrd.new" "$lab/initrd"
  printf '%s\n' "$sum" >"$lab/initrd.stamp"
}

# An empty disk for a guest's /data, copied for each.
guest_disk() {
  local disk=$artifacts/lab/empty-disk
  [ -e "$disk" ] && return 0
  mkdir -p "$artifacts/lab"
  truncate -s 64M "$disk.new"
  /sbin/mke2fs -q -t ext4 -O ^64bit,^metadata_csum -E lazy_itable_init=0,lazy_journal_init=0 "$disk.new"
  mv "$disk.new" "$disk"
}
