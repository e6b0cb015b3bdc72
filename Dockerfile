# One image for both roles: the add-on (longwire attach, the default) and the companion on the Pi (longwire export).
#   docker buildx build .                            for the machine it is built on
#   docker buildx build --platform linux/arm64 .     for a Pi, built on a PC: cross-compiled; nothing of the target runs during the build
# The base images are arguments so that the tests, which have no registry, can put others in their place.
ARG DEBIAN=debian:bookworm-slim
ARG RUNTIME=debian:bookworm-slim
# Pinned to the patch: the runtime that goes into the program comes with the SDK, and the lock files name it.
ARG DOTNET_SDK=mcr.microsoft.com/dotnet/sdk:10.0.401

FROM --platform=$BUILDPLATFORM ${DOTNET_SDK} AS sdk

# Built on the Debian that it will run on: that of the SDK's image has a newer glibc than the one below.
FROM --platform=$BUILDPLATFORM ${DEBIAN} AS toolchain
ENV DEBIAN_FRONTEND=noninteractive DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_WORKLOAD_INTEGRITY_CHECK=1 \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_TieredPGO=0 MSBUILDDISABLENODEREUSE=1
RUN apt-get update -q \
 && apt-get install -y -q --no-install-recommends ca-certificates clang lld libssl3 libstdc++6 \
 && rm -rf /var/lib/apt/lists/*

# The lock files hold for all processors at once, and so does the restore: it needs neither the sources nor to know the target.
FROM toolchain AS restored
WORKDIR /build
COPY Directory.Build.props Directory.Packages.props global.json ./
COPY src/Directory.Build.props src/
COPY src/Longwire/Longwire.csproj src/Longwire/packages.lock.json src/Longwire/
COPY src/Longwire.Link/Longwire.Link.csproj src/Longwire.Link/packages.lock.json src/Longwire.Link/
COPY src/Longwire.UsbIp/Longwire.UsbIp.csproj src/Longwire.UsbIp/packages.lock.json src/Longwire.UsbIp/
# Mounted rather than copied: 600 MB that need not be written once more on a small machine.
# No audit: what becomes known of a package later is for our own builds to report, not for the build of a release on somebody's machine to
# fail at.
RUN --mount=type=bind,from=sdk,source=/usr/share/dotnet,target=/usr/share/dotnet \
    /usr/share/dotnet/dotnet restore src/Longwire --locked-mode -p:NuGetAudit=false

FROM restored AS program
ARG TARGETARCH
# The C library and the start files of the target; where target and machine are alike they come with the rest.
RUN case $TARGETARCH in amd64) tools=x86-64-linux-gnu ;; arm64) tools=aarch64-linux-gnu ;; \
    *) echo "no build for '$TARGETARCH'" >&2; exit 1 ;; esac \
 && dpkg --add-architecture $TARGETARCH \
 && apt-get update -q \
 && apt-get install -y -q --no-install-recommends binutils-$tools libc6-dev:$TARGETARCH libgcc-12-dev:$TARGETARCH zlib1g-dev:$TARGETARCH \
 && rm -rf /var/lib/apt/lists/*
COPY src src
# One file at a time, and no analyzers, which have their say in the tests: the machine may be a small one.
RUN --mount=type=bind,from=sdk,source=/usr/share/dotnet,target=/usr/share/dotnet \
    case $TARGETARCH in amd64) rid=linux-x64 tools=x86_64-linux-gnu ;; arm64) rid=linux-arm64 tools=aarch64-linux-gnu ;; esac \
 && /usr/share/dotnet/dotnet publish src/Longwire --no-restore -c Release -r $rid -o /out -maxcpucount:1 \
      -p:RunAnalyzers=false -p:NativeDebugSymbols=false -p:StripSymbols=false -p:UseSharedCompilation=false \
      -p:CppCompilerAndLinker=clang -p:LinkerFlavor=lld \
 && mv /out/longwire /out/longwire.symbols && $tools-objcopy --strip-all /out/longwire.symbols /out/longwire

# docker buildx build --target symbols --output . .     for script/trace, of the very program that is in the image
FROM scratch AS symbols
COPY --from=program /out/longwire.symbols /

# What the program needs beside the base: unpacked here and not installed there, so that no program of the target's has to run.
FROM toolchain AS packages
ARG TARGETARCH
WORKDIR /packages
RUN dpkg --add-architecture $TARGETARCH \
 && apt-get update -q \
 && apt-get download -q kmod:$TARGETARCH libkmod2:$TARGETARCH libssl3:$TARGETARCH \
 && rm -rf /var/lib/apt/lists/* \
 && for package in *.deb; do \
      dpkg-deb -x "$package" /root-of-target; \
      # Where scanners for known holes look for packages that no dpkg has installed.
      mkdir -p /root-of-target/var/lib/dpkg/status.d; \
      dpkg-deb -f "$package" >"/root-of-target/var/lib/dpkg/status.d/${package%%_*}"; \
    done \
 # The base has these folders as links into /usr, and folders cannot be copied over links.
 && for folder in bin sbin lib; do \
      [ ! -d /root-of-target/$folder ] || { mkdir -p /root-of-target/usr/$folder \
        && cp -a /root-of-target/$folder/. /root-of-target/usr/$folder/ && rm -rf /root-of-target/$folder; }; \
    done \
 && rm -rf /root-of-target/usr/share/doc /root-of-target/usr/share/man /root-of-target/usr/share/bash-completion \
   /root-of-target/usr/share/initramfs-tools /root-of-target/etc/init.d \
 && mkdir -p /root-of-target/etc/ssl/certs /root-of-target/etc/modprobe.d /root-of-target/data \
 && cp /etc/ssl/certs/ca-certificates.crt /root-of-target/etc/ssl/certs/

# Named for those builders that would take the platform of the stage before.
FROM --platform=$TARGETPLATFORM ${RUNTIME}
ARG BUILD_VERSION=0.1.0
ARG BUILD_ARCH=unknown
COPY --from=packages /root-of-target /
COPY --from=program /out/longwire /usr/bin/longwire
ENV LONGWIRE_CONTAINER=1
# The Supervisor waits for health up to 120 s before it starts Home Assistant: ask often enough that the wait is not ours. What goes wrong
# later shows in Home Assistant; being unhealthy is for a program that has stopped working.
HEALTHCHECK --interval=10s --timeout=5s --start-period=90s --retries=3 CMD ["longwire", "healthy"]
ENTRYPOINT ["longwire"]
CMD ["attach"]
LABEL io.hass.type="app" \
      io.hass.version="${BUILD_VERSION}" \
      io.hass.arch="${BUILD_ARCH}" \
      org.opencontainers.image.title="Longwire" \
      org.opencontainers.image.description="Radios of a Raspberry Pi, attached to Home Assistant" \
      org.opencontainers.image.licenses="MIT"
