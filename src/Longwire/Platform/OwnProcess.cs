using System.Runtime.InteropServices;
using System.Text;
using Longwire.UsbIp.Linux;

namespace Longwire.Platform;

/// <inheritdoc/>
/// <remarks>Tmds.LibC knows mount(2) without its flags, and none of the other calls.</remarks>
internal sealed unsafe partial class OwnProcess : IOwnProcess
{
    // include/uapi/linux/mount.h. Without MS_BIND: that would change this mount alone, and leave the superblock read-only.
    private const nuint NoSuid = 2;
    private const nuint NoDev = 4;
    private const nuint NoExec = 8;
    private const nuint Remount = 32;

    // include/uapi/linux/prctl.h
    private const int CapBsetRead = 23;
    private const int CapBsetDrop = 24;
    private const int SetNoNewPrivs = 38;
    private const int CapAmbient = 47;
    private const nuint CapAmbientLower = 3;

    // _LINUX_CAPABILITY_VERSION_3, include/uapi/linux/capability.h: two words per set.
    private const uint Version3 = 0x20080522;
    private const int Words = 2;

    public void RemountSysWritable()
    {
        if (mount("sysfs", "/sys", "sysfs", Remount | NoSuid | NoDev | NoExec, 0) != 0) throw Refused("mount /sys");
    }

    public void DropCapabilities(params ReadOnlySpan<Capability> capabilities)
    {
        foreach (Capability capability in capabilities)
        {
            if (prctl(CapAmbient, CapAmbientLower, (nuint)capability, 0, 0) != 0) throw Refused("prctl PR_CAP_AMBIENT_LOWER");
            if (prctl(CapBsetDrop, (nuint)capability, 0, 0, 0) != 0) throw Refused("prctl PR_CAPBSET_DROP");
        }
        var header = new Header { Version = Version3 };
        Sets* sets = stackalloc Sets[Words];
        if (capget(&header, sets) != 0) throw Refused("capget");
        foreach (Capability capability in capabilities) sets[(int)capability / 32].Remove(1u << ((int)capability % 32));
        if (capset(&header, sets) != 0) throw Refused("capset");
        if (prctl(SetNoNewPrivs, 1, 0, 0, 0) != 0) throw Refused("prctl PR_SET_NO_NEW_PRIVS");
        Verify(capabilities);
    }

    public void ExecSelf(string variable, string value)
    {
        // As the bytes that we were given: an argument need not be text.
        byte[] arguments = File.ReadAllBytes("/proc/self/cmdline");
        var starts = new List<int>();
        for (int start = 0; start < arguments.Length; start = Array.IndexOf(arguments, (byte)0, start) + 1) starts.Add(start);
        // By its own name: started as /proc/self/exe the process would be called "exe" in every list of processes.
        byte[] path = Encoding.UTF8.GetBytes((Environment.ProcessPath ?? "/proc/self/exe") + '\0');
        if (setenv(variable, value, 1) != 0) throw Refused("setenv");
        byte** vector = stackalloc byte*[starts.Count + 1];
        fixed (byte* program = path)
        fixed (byte* first = arguments)
        {
            for (int i = 0; i < starts.Count; i++) vector[i] = first + starts[i];
            vector[starts.Count] = null;
            _ = execv(program, vector);
            throw Refused("execve");
        }
    }

    // What is started next must not have to be believed.
    private static void Verify(ReadOnlySpan<Capability> capabilities)
    {
        var header = new Header { Version = Version3 };
        Sets* sets = stackalloc Sets[Words];
        if (capget(&header, sets) != 0) throw Refused("capget");
        foreach (Capability capability in capabilities)
        {
            if (sets[(int)capability / 32].HasAny(1u << ((int)capability % 32)) || prctl(CapBsetRead, (nuint)capability, 0, 0, 0) != 0)
            {
                throw new KernelRefusedException("capset", $"without {capability}", Errno.NoPermission);
            }
        }
    }

    private static KernelRefusedException Refused(string call) => new(call, "", Marshal.GetLastPInvokeError());

    [StructLayout(LayoutKind.Sequential)]
    private struct Header
    {
        public uint Version;

        /// <summary>0: the calling thread.</summary>
        public int ProcessId;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Sets
    {
        private uint _effective;
        private uint _permitted;
        private uint _inheritable;

        public readonly bool HasAny(uint mask) => ((_effective | _permitted | _inheritable) & mask) != 0;

        public void Remove(uint mask)
        {
            _effective &= ~mask;
            _permitted &= ~mask;
            _inheritable &= ~mask;
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int mount(string source, string target, string type, nuint flags, nint data);

    // Variadic in C; on the machines that we build for such arguments go where ordinary ones go.
    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int prctl(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int capget(Header* header, Sets* sets);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int capset(Header* header, Sets* sets);

    // .NET's own way changes its copy of the environment only.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int execv(byte* path, byte** arguments);
}
