namespace Longwire.Composition;

/// <summary>What was asked for cannot be meant: exit 2. The message is a sentence with its remedy.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(string message) : base(message)
    {
    }

    public UsageException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public UsageException()
    {
    }
}
