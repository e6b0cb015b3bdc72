using Longwire.Platform;
using Longwire.UsbIp.Linux;

namespace Longwire.Tests.Privileges;

/// <summary>Writes down what a process would do to itself.</summary>
internal sealed class FakeOwnProcess : IOwnProcess
{
    public List<string> Calls { get; } = [];

    /// <summary>The name of a call to the error it is refused with.</summary>
    public Dictionary<string, int> Refuse { get; } = [];

    /// <summary>What a remount does.</summary>
    public Action Remounted { get; set; } = () => { };

    public void RemountSysWritable()
    {
        Call("remount", "remount");
        Remounted();
    }

    public void DropCapabilities(params ReadOnlySpan<Capability> capabilities) =>
        Call("give up", $"give up {string.Join(' ', capabilities.ToArray())}");

    public void ExecSelf(string variable, string value) => Call("start", $"start {variable}={value}");

    private void Call(string name, string call)
    {
        Calls.Add(call);
        if (Refuse.TryGetValue(name, out int error)) throw new KernelRefusedException(name, "", error);
    }
}
