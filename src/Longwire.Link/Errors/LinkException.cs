namespace Longwire.Link.Errors;

/// <summary>
/// What a peer of the link does wrong. The connection that it came over is of no more use; the session is as it was before.
/// </summary>
public abstract class LinkException : IOException
{
    private protected LinkException()
    {
    }

    private protected LinkException(string message)
        : base(message)
    {
    }

    private protected LinkException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
