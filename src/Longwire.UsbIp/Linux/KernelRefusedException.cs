namespace Longwire.UsbIp.Linux;

/// <summary>The kernel answered a call with an error. Names the place, what was asked for and the kernel's answer.</summary>
public sealed class KernelRefusedException : IOException
{
    public KernelRefusedException()
        : this("", "", 0)
    {
    }

    public KernelRefusedException(string message)
        : base(message) => (Path, Text, ErrorName) = ("", "", "");

    public KernelRefusedException(string message, Exception innerException)
        : base(message, innerException) => (Path, Text, ErrorName) = ("", "", "");

    /// <param name="path">The file or the call that was refused.</param>
    /// <param name="text">What was written; empty for calls that take no text.</param>
    /// <param name="errorNumber">errno as libc left it.</param>
    public KernelRefusedException(string path, string text, int errorNumber)
        : base(text.Length == 0
            ? $"{path}: {Errno.Describe(errorNumber)}"
            : $"writing '{text}' to {path}: {Errno.Describe(errorNumber)}")
    {
        Path = path;
        Text = text;
        ErrorNumber = errorNumber;
        ErrorName = Errno.Name(errorNumber);
        HResult = errorNumber;
    }

    public string Path { get; }
    public string Text { get; }

    /// <summary>errno; compare with the constants of <see cref="Errno"/>.</summary>
    public int ErrorNumber { get; }

    /// <summary>The name people search for, <c>EBUSY</c>; the number where we know no name.</summary>
    public string ErrorName { get; }
}
