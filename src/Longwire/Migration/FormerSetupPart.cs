using System.Collections.Immutable;

namespace Longwire.Migration;

/// <summary>A piece of the classic recipe (usbipd and bind on the Pi, attach on the host) that is still on this machine.</summary>
/// <param name="What">What is there and what it does to us.</param>
/// <param name="Commands">What ends it, to be pasted.</param>
internal sealed record FormerSetupPart(string What, ImmutableArray<string> Commands)
{
    public override string ToString() => $"{What}: {string.Join(" && ", Commands.Select(command => "sudo " + command))}";
}
