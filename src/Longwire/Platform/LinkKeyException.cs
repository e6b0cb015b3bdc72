namespace Longwire.Platform;

/// <summary>A side has no key to go on with. The message is a sentence with the file and the remedy.</summary>
internal sealed class LinkKeyException : Exception
{
    public LinkKeyException(string message) : base(message)
    {
    }

    public LinkKeyException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public LinkKeyException()
    {
    }
}
