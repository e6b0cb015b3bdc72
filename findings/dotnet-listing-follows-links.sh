#!/usr/bin/env bash
# .NET 10: a listing of names alone, Directory.EnumerateFileSystemEntries, looks at what each link in the folder leads to (stat), to
# tell links to folders from others, though nobody asked for that. In /proc/N/fd every entry is a link, and one of any process may
# lead to a file on a server that does not answer (NFS, FUSE): the listing waits for it without end. The same descriptors are plain
# files in /proc/N/fdinfo, and of these nothing is looked at.
# Seen:
#   links looked at: 3 of 3
#   plain files looked at: 0 of 3
set -euo pipefail

finding=$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/finding-XXXXXX")
trap 'rm -rf "$work"' EXIT
command -v strace >/dev/null || { echo "error: needs strace (apt-get install strace)" >&2; exit 1; }
cat >"$work/finding.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
  </PropertyGroup>
</Project>
PROJECT
cat >"$work/Program.cs" <<'PROGRAM'
Console.WriteLine(Directory.EnumerateFileSystemEntries(args[0]).Count());
PROGRAM
mkdir "$work/links" "$work/plain"
for i in 1 2 3; do
  : >"$work/plain/entry-$i"
  ln -s ../plain/entry-$i "$work/links/entry-$i"
done
dotnet build "$work/finding.csproj" -v quiet --nologo >"$work/build.log" 2>&1 </dev/null || { cat "$work/build.log" >&2; exit 1; }

# looked_at FOLDER: of how many of its entries the program asked for more than the name, following them.
looked_at() {
  strace -f -qq -s 4096 -e trace=stat,newfstatat,statx -o "$work/calls" \
    dotnet "$work/bin/Debug/net10.0/finding.dll" "$work/$1" >/dev/null
  { grep -v AT_SYMLINK_NOFOLLOW "$work/calls" || true; } | { grep -o "$work/$1/entry-[0-9]" || true; } | sort -u | wc -l
}

{
  printf 'links looked at: %s of 3\n' "$(looked_at links)"
  printf 'plain files looked at: %s of 3\n' "$(looked_at plain)"
} | tee "$work/seen"
cat >"$work/expected" <<'EXPECTED'
links looked at: 3 of 3
plain files looked at: 0 of 3
EXPECTED
diff "$work/expected" "$work/seen" >&2 || { printf '%s does not hold any more\n' "$finding" >&2; exit 1; }
