namespace Longwire.Lab.Machines;

/// <summary>A command in a guest failed.</summary>
public sealed class GuestCommandException : Exception
{
    public GuestCommandException(string message)
        : base(message)
    {
    }

    public GuestCommandException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public GuestCommandException()
    {
    }
}
