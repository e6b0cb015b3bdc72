namespace Longwire.Link.Errors;

/// <summary>The connection ended where more had to come.</summary>
public sealed class LinkClosedException : LinkException
{
    public LinkClosedException()
    {
    }

    public LinkClosedException(string message)
        : base(message)
    {
    }

    public LinkClosedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
