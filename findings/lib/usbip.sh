# shellcheck shell=bash
# Debian's usbip, unpacked in a temporary folder that becomes the current one, and not installed. Sourced, never run.
# $libraries is where its libraries are; what runs as $server ends with the script.

folder=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder" || exit
apt-get download -q usbip libwrap0 >/dev/null 2>&1 || { echo "error: Debian's usbip could not be downloaded" >&2; exit 2; }
for package in *.deb; do dpkg -x "$package" root; done
# shellcheck disable=SC2034 # for the script that sources this
libraries=$(dirname "$(find "$folder/root" -name libwrap.so.0)")
dpkg-deb -f usbip_*.deb Package Version
