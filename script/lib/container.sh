# shellcheck shell=bash
# The image, built from the real Dockerfile without a Docker daemon or a registry: buildah, with stand-ins for the base images and the
# machine's own SDK. Each ends as artifacts/image/ARCH/rootfs with image.json, for the lab, and as artifacts/image/ARCH/oci, to be weighed.
# Sourced, never run.

image_limit=60000000    # bytes, compressed: what somebody on a slow line downloads
program_limit=18000000  # bytes: what is in memory and on the disk of every machine
memory_limit=2000000000 # bytes, for the build of one architecture: a small machine has to bear it

# Everything of buildah's is below artifacts/: the machine may have images and settings of its own.
# Overlays cannot lie on every file system; vfs can, and copies instead.
buildah_of() {
  [ -n "$storage" ] || storage=$(storage_driver)
  nice -n "$niceness" buildah --storage-driver "$storage" --root "$artifacts/container/store-$storage" \
    --runroot "$artifacts/container/run-$storage" "$@"
}
storage='' niceness=0
storage_driver() {
  local trial=$artifacts/container/trial
  mkdir -p "$trial"/{lower,upper,work,merged}
  if mount -t overlay overlay -o "lowerdir=$trial/lower,upperdir=$trial/upper,workdir=$trial/work" "$trial/merged" 2>/dev/null; then
    umount "$trial/merged"
    echo overlay
  else
    echo vfs
  fi
}

# As debian:bookworm-slim, which leaves out the same folders and does not wait for its disk either. For another processor the packages are
# unpacked and not set up: that would run its programs. In a mount namespace of its own: what it mounts goes with it, whatever ends it.
debian_base() {
  local arch=$1 folder=$artifacts/container/debian-$1 options=(--variant=minbase)
  [ -e "$folder" ] && return 0
  [ "$arch" = "$(dpkg --print-architecture)" ] || \
    options=(--variant=extract '--include=?essential' --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr)
  rm -rf --one-file-system "$folder.new"
  quietly "$artifacts/container/debian-$arch.log" unshare --mount mmdebstrap --mode=root --arch="$arch" "${options[@]}" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt=force-unsafe-io --aptopt='Acquire::Languages "none"' bookworm "$folder.new"
  mv "$folder.new" "$folder"
}

# What the two stand-ins are made by.
bases_recipe() { sed -n '/^debian_base/,/^bases_recipe/p' "${BASH_SOURCE[0]}"; }

# image_of NAME ARCH FILE-OR-FOLDER PLACE: an image that holds just that.
image_of() {
  local name=$1 arch=$2 content=$3 place=$4
  printf 'FROM scratch\nADD %s %s\nENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n' \
    "$(basename "$content")" "$place" \
    | quietly_piped "$artifacts/container/$name.log" buildah_of build --quiet --arch "$arch" --tag "localhost/$name" --file - \
      "$(dirname "$content")"
}

base_images() {
  [ "$(id -u)" = 0 ] || die "the image is made of root file systems, which needs root: run this with sudo -E"
  local stamp=$artifacts/container/bases.stamp sdk sum arch
  sdk=$(dirname "$(readlink -f "$(command -v dotnet)")")
  storage=$(storage_driver)
  sum=$({ bases_recipe; declare -f lend_sdk; printf '%s\n' "$sdk"; ls "$sdk/sdk"; printf '%s\n' "$storage"; } | sha256sum | cut -d' ' -f1)
  [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return 0
  buildah_of rmi --all --force >/dev/null 2>&1 || true
  rm -rf "$artifacts"/container/debian-{amd64,arm64}
  for_both debian_base
  for arch in amd64 arm64; do image_of "debian-$arch" "$arch" "$artifacts/container/debian-$arch" /; done
  lend_sdk "$sdk"
  printf '%s\n' "$sum" >"$stamp"
}

# lend_sdk FOLDER: at the place where Microsoft's image has it, for the build to mount: as an image it would be 600 MB to be written first.
# The same files by another name where the file system can do that, and copies where it cannot.
lend_sdk() {
  local place=$artifacts/container/sdk/usr/share
  rm -rf "$place"
  mkdir -p "$place"
  cp -al "$1" "$place/dotnet" 2>/dev/null || { rm -rf "$place/dotnet"; cp -a "$1" "$place/dotnet"; }
}

# build_image ARCH: the image as a person's 'docker buildx build' makes it. The machine's NuGet packages are lent to it, read-only: they are
# those of the lock files, and the network is not asked twice.
build_image() {
  # Unit tests may run meanwhile, which measure time: they go first.
  local arch=$1 place=$artifacts/image/$1 sum container niceness=10
  sum=$(image_sum)
  [ "$(cat "$place.sum" 2>/dev/null)" = "$sum" ] && return 0
  quietly "$artifacts/container/$arch.log" with_peak "$artifacts/container/$arch.peak" buildah_bud "$arch" --tag "localhost/longwire-$arch"
  rm -rf "$place"
  mkdir -p "$place/rootfs"
  quietly "$artifacts/container/$arch-push.log" buildah_of push --quiet "localhost/longwire-$arch" "oci:$place/oci"
  container=$(buildah_of from --pull-never --platform "linux/$arch" "localhost/longwire-$arch")
  cp -a "$(buildah_of mount "$container")/." "$place/rootfs/"
  buildah_of inspect --type image "localhost/longwire-$arch" >"$place/image.json"
  buildah_of rm "$container" >/dev/null
  cp "$artifacts/container/$arch.peak" "$place.peak"
  printf '%s\n' "$sum" >"$place.sum"
}

# with_peak FILE COMMAND...: runs the command, and writes the most memory that it and all its children had at once, in bytes, looked at
# every half second. What they share counts for each of them: it is rather more than was needed.
with_peak() {
  local file=$1 status=0 running page
  shift
  page=$(getconf PAGESIZE)
  "$@" &
  running=$!
  echo 0 >"$file"
  while kill -0 "$running" 2>/dev/null; do
    # Who ends between the listing and the reading is no reason to stop.
    { cat /proc/[0-9]*/stat 2>/dev/null || true; } | sed 's/([^)]*)*)/name/' \
      | awk -v top="$running" -v page="$page" -v peak="$(cat "$file")" '
      { parent[$1] = $4; pages[$1] = $24 }
      END {
        for (pid in pages) {
          for (one = pid; one in parent && one != top; one = parent[one]);
          if (one == top) sum += pages[pid]
        }
        print (sum * page > peak + 0 ? sum * page : peak)
      }' >"$file.new"
    mv "$file.new" "$file"
    sleep 0.5
  done
  wait "$running" || status=$?
  return "$status"
}
image_sum() {
  { program_sources_sum; cat "$root/Dockerfile" "$root/.dockerignore" "$artifacts/container/bases.stamp"; } | sha256sum | cut -d' ' -f1
}
# This buildah does not know the two platforms by itself, as Docker does.
buildah_bud() {
  local arch=$1
  shift
  buildah_of build --isolation chroot --layers --format docker --pull-never --platform "linux/$arch" \
    --build-arg "BUILDPLATFORM=linux/$(dpkg --print-architecture)" --build-arg "TARGETPLATFORM=linux/$arch" \
    --build-arg "DEBIAN=localhost/debian-$(dpkg --print-architecture)" --build-arg "RUNTIME=localhost/debian-$arch" \
    --build-arg DOTNET_SDK=scratch --build-context "sdk=$artifacts/container/sdk" \
    --volume "$(nuget_packages):/root/.nuget/packages:ro" "$@" "$root"
}
nuget_packages() { printf '%s\n' "${NUGET_PACKAGES:-$HOME/.nuget/packages}"; }

# Both architectures side by side, after what they have in common.
build_images() {
  local arch
  base_images
  if [ "$(cat "$artifacts/image/"{amd64,arm64}.sum 2>/dev/null)" != "$(image_sum; image_sum)" ]; then
    # Only for the packages, and beside a build that may run in the same folders. That one's restore comes first: on a developer's machine
    # it writes the lock files.
    quietly "$artifacts/container/restore.log" flock "$artifacts/restore.lock" dotnet restore "$root/src/Longwire" --locked-mode \
      --artifacts-path "$artifacts/container/restore"
    quietly "$artifacts/container/common.log" buildah_bud "$(dpkg --print-architecture)" --target restored
    for_both build_image
  fi
  for arch in amd64 arm64; do program_of_image "$arch"; done
  unmount_store
}

# buildah leaves mounts in its store, and a clone with those in it could not be removed.
unmount_store() {
  local store=$artifacts/container/store-overlay/overlay
  ! mountpoint -q "$store" || umount --recursive "$store"
}

# What is pulled: the layers as they are stored, compressed. And what it took to make them.
weigh_images() {
  local arch size program peak
  for arch in amd64 arm64; do
    size=$(du -sb "$artifacts/image/$arch/oci/blobs" | cut -f1)
    program=$(stat -c %s "$artifacts/image/$arch/rootfs/usr/bin/longwire")
    peak=$(cat "$artifacts/image/$arch.peak")
    say "the image for $arch: $((size / 1000000)) MB compressed ($((size * 100 / image_limit)) % of the limit)," \
      "the program in it $program bytes ($((program * 100 / program_limit)) %)," \
      "built within $((peak / 1000000)) MB of memory ($((peak * 100 / memory_limit)) %)"
    [ "$size" -lt "$image_limit" ] || die "the image for $arch is $size bytes compressed; $image_limit is the limit"
    [ "$program" -le "$program_limit" ] || die "the program for $arch is $program bytes; $program_limit is the limit"
    [ "$peak" -lt "$memory_limit" ] || die "the build of the image for $arch took $peak bytes of memory; $memory_limit is the limit"
  done
}

# The lab's guests run the very program that is in the image: it need not be built twice.
program_of_image() {
  mkdir -p "$artifacts/publish/$1"
  # Of another build, if there are any.
  rm -f "$artifacts/publish/$1/longwire.symbols"
  cmp -s "$artifacts/image/$1/rootfs/usr/bin/longwire" "$artifacts/publish/$1/longwire" \
    || cp "$artifacts/image/$1/rootfs/usr/bin/longwire" "$artifacts/publish/$1/longwire"
  program_sources_sum >"$artifacts/publish/$1.sum"
}
