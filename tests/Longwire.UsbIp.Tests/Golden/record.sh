#!/usr/bin/env bash
# Records the golden bytes: what the stock usbip, usbipd and the two kernel drivers of a Debian kernel really say to each other.
# One virtual machine is both ends; a proxy between them (tap.c) keeps the bytes. About a minute, no KVM, no network.
# Run it again only to record something new: the files are the proof that our encoder and parser agree with somebody else's.
set -euo pipefail
golden=$(cd "$(dirname "$0")" && pwd)
for tool in qemu-system-x86_64 usbip busybox cpio modprobe gcc apt-get; do
  command -v "$tool" >/dev/null || {
    echo "record.sh needs $tool: apt-get install qemu-system-x86 usbip busybox-static cpio kmod gcc libc6-dev" >&2
    exit 1
  }
done
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
image=$(apt-cache depends linux-image-amd64 | awk '/Depends/{print $2; exit}')
apt-get download "$image" >/dev/null 2>&1
dpkg-deb -x "$image"_*.deb kernel
version=${image#linux-image-}
depmod -b kernel "$version"

mkdir -p root/{bin,proc,sys,dev,tmp,run,modules,usr/sbin,usr/share/misc,var/lib/usbip,lib64,lib/x86_64-linux-gnu}
touch root/usr/share/misc/usb.ids
cp "$(command -v busybox)" root/bin/busybox
cp /usr/sbin/usbip /usr/sbin/usbipd root/usr/sbin/
for lib in $(ldd /usr/sbin/usbip /usr/sbin/usbipd | awk '/=>/{print $3}' | sort -u); do cp -L "$lib" root/lib/x86_64-linux-gnu/; done
cp -L /lib64/ld-linux-x86-64.so.2 root/lib64/
for module in usbip-core usbip-host vhci-hcd dummy_hcd libcomposite usb_f_acm cdc-acm; do
  modprobe -d "$work/kernel" -S "$version" -D "$module"
done | awk '/^insmod/{print $2}' | awk '!seen[$0]++' > order
while read -r ko; do cp "$ko" root/modules/; basename "$ko"; done < order > root/modules/order
gcc -O2 -Wall -static -o root/bin/tap "$golden/tap.c"
install -m 755 "$golden/init" root/init
(cd root && find . | cpio -o -H newc 2>/dev/null | gzip -1) > initrd.gz

timeout 240 qemu-system-x86_64 -accel tcg -m 512 -nographic -no-reboot -net none -kernel kernel/boot/vmlinuz-* -initrd initrd.gz \
  -append "console=ttyS0 quiet panic=-1" | tr -d '\r' > console
grep -aq '@done' console || { cat console >&2; echo "record.sh: the guest did not finish" >&2; exit 1; }
# The firmware's last line and our first may share one: a line counts from its @.
kernel=$(grep -ao '@kernel .*' console | cut -d' ' -f2); tools=$(grep -ao '@usbip .*' console | cut -d' ' -f2-)
grep -ao '@file .*' console | while read -r _ name hex; do
  { echo "# $name: Linux $kernel, $tools. Recorded by record.sh; never edited."; fold -w 96 <<< "$hex"; } > "$golden/$name.hex"
done
wc -c "$golden"/*.hex
