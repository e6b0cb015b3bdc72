using System.Globalization;

namespace Longwire.UsbIp.Linux;

/// <summary>
/// The errors that mean something to us, by the generic numbering that amd64, arm64 and arm share (asm-generic/errno*.h).
/// </summary>
public static class Errno
{
    public const int NoPermission = 1;
    public const int NoEntry = 2;
    public const int InterruptedCall = 4;
    public const int InputOutput = 5;
    public const int TryAgain = 11;
    public const int NoMemory = 12;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int NoDevice = 19;
    public const int InvalidArgument = 22;
    public const int ReadOnlyFileSystem = 30;

    /// <summary>The symbol people search for.</summary>
    public static string Name(int errorNumber) => errorNumber switch
    {
        NoPermission => "EPERM",
        NoEntry => "ENOENT",
        3 => "ESRCH",
        InterruptedCall => "EINTR",
        InputOutput => "EIO",
        6 => "ENXIO",
        9 => "EBADF",
        TryAgain => "EAGAIN",
        NoMemory => "ENOMEM",
        AccessDenied => "EACCES",
        Busy => "EBUSY",
        17 => "EEXIST",
        NoDevice => "ENODEV",
        20 => "ENOTDIR",
        21 => "EISDIR",
        InvalidArgument => "EINVAL",
        24 => "EMFILE",
        28 => "ENOSPC",
        ReadOnlyFileSystem => "EROFS",
        32 => "EPIPE",
        71 => "EPROTO",
        95 => "EOPNOTSUPP",
        105 => "ENOBUFS",
        110 => "ETIMEDOUT",
        _ => string.Create(CultureInfo.InvariantCulture, $"errno {errorNumber}"),
    };

    /// <summary>The symbol, and in words what the kernel means by it: <c>EBUSY (something else has it)</c>.</summary>
    public static string Describe(int errorNumber) => Meaning(errorNumber) is { } meaning
        ? $"{Name(errorNumber)} ({meaning})"
        : Name(errorNumber);

    private static string? Meaning(int errorNumber) => errorNumber switch
    {
        NoPermission or AccessDenied => "not allowed here: it takes root",
        NoEntry => "there is no such file",
        InputOutput => "the device did not do it",
        TryAgain => "not ready yet",
        NoMemory => "out of memory, or a table is full",
        Busy => "something else has it",
        NoDevice => "the device is gone",
        InvalidArgument => "the kernel does not take that",
        ReadOnlyFileSystem => "read-only here",
        28 => "no space left",
        95 => "this kernel cannot do it",
        _ => null,
    };
}
