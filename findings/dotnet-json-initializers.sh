#!/usr/bin/env bash
# System.Text.Json's source generator (.NET SDK 10.0.401): a property that can only be set at initialisation and has an initial value loses
# that value when the JSON does not name it. The generated code sets every such property, with its type's default where nothing was read.
# Reflection leaves it as the type made it, and so do both where the property has a setter. So a key that is added to a file of a former
# release must have the type's default for its meaning, or be nullable; "true unless said otherwise" is false there.
# Seen:
#   generated, init: False
#   generated, set: True
#   reflection, init: True
set -euo pipefail

finding=$(basename "$0" .sh)
work=$(mktemp -d "${TMPDIR:-/tmp}/finding-XXXXXX")
trap 'rm -rf "$work"' EXIT
cat >"$work/finding.csproj" <<'PROJECT'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
  </PropertyGroup>
</Project>
PROJECT
cat >"$work/Program.cs" <<'PROGRAM'
using System;
using System.Text.Json;
using System.Text.Json.Serialization;

Console.WriteLine($"generated, init: {JsonSerializer.Deserialize("{}", Generated.Default.Init).Wanted}");
Console.WriteLine($"generated, set: {JsonSerializer.Deserialize("{}", Generated.Default.Set).Wanted}");
Console.WriteLine($"reflection, init: {JsonSerializer.Deserialize<Init>("{}").Wanted}");

internal sealed record Init
{
    public bool Wanted { get; init; } = true;
}

internal sealed record Set
{
    public bool Wanted { get; set; } = true;
}

[JsonSerializable(typeof(Init))]
[JsonSerializable(typeof(Set))]
internal sealed partial class Generated : JsonSerializerContext;
PROGRAM
dotnet build "$work/finding.csproj" -v quiet --nologo >"$work/build.log" 2>&1 </dev/null || { cat "$work/build.log" >&2; exit 1; }
seen=$(dotnet "$work/bin/Debug/net10.0/finding.dll")
printf '%s\n' "$seen"
[ "$seen" = 'generated, init: False
generated, set: True
reflection, init: True' ] || { printf '%s does not hold any more\n' "$finding" >&2; exit 1; }
